import Clockwork
import Wire

/// What came of one attempt, and what it means for its delivery.
///
/// Source: Standard Webhooks 1.0.0, "Response status codes"; the rest is ours.
package struct Reply: Hashable, Sendable {
    package enum Meaning: Hashable, Sendable {
        /// The receiver has it.
        case delivered
        /// The receiver has it, and wants no more.
        case deliveredForTheLastTime
        /// The receiver answered in order to be spared this message.
        case unwanted
        /// There is no such endpoint any more.
        case gone
        /// Come back later; not before this wait has passed, where there is one.
        case overloaded(notBefore: Duration?)
        /// The receiver found fault with the request.
        case faulted
        /// It did not work this time.
        case failed
    }

    package var meaning: Meaning
    package var attemptClass: AttemptClass
    package var status: Int?
    /// In words; nil where all is well.
    package var error: String?
    /// The beginning of the answer's body.
    package var excerpt: String?

    /// What an answer means.
    ///
    /// - Parameter now: By the wall clock, for `Retry-After` with a date.
    package init(to response: WireResponse, now: Timestamp) {
        status = response.status
        excerpt = Self.excerpt(of: response.body)
        (meaning, attemptClass, error) = Self.reading(response, now: now)
    }

    /// What it means that no answer came.
    package init(to failure: TransportError) {
        meaning = .failed
        error = failure.description
        attemptClass =
            switch failure.stage {
            case .name: .dns
            case .permission: .blocked
            case .connection, .exchange: .connect
            case .trust: .tls
            case .patience: .timeout
            }
    }

    private static func reading(
        _ response: WireResponse, now: Timestamp
    ) -> (Meaning, AttemptClass, error: String?) {
        let retryAfter = response.headers["retry-after"].flatMap { Duration(retryAfter: $0, now: now) }
        switch response.status {
        case 200..<300:
            switch response.headers["webhook-delivery"] {
            case "disable": return (.deliveredForTheLastTime, .ok, nil)
            case "abort-message": return (.unwanted, .ok, "the receiver does not want this message")
            default: return (.delivered, .ok, nil)
            }
        case 300..<400:
            let place = response.headers["location"].map { " to \($0.prefix(500))" } ?? ""
            return (.failed, .redirect, "redirected\(place); redirects are never followed")
        case 410: return (.gone, .gone, "the endpoint is gone")
        case 429: return (.overloaded(notBefore: retryAfter), .rateLimited, "too many requests")
        case 502, 504: return (.overloaded(notBefore: retryAfter), .serverError, "overloaded")
        case 503 where retryAfter != nil:
            return (.overloaded(notBefore: retryAfter), .serverError, "overloaded")
        case 400..<500: return (.faulted, .clientError, "the receiver refused the request")
        default: return (.failed, .serverError, "the receiver failed")
        }
    }

    private static func excerpt(of body: [UInt8]) -> String? {
        guard !body.isEmpty else { return nil }
        // SQLite and C would cut the text off at U+0000.
        return String(decoding: body.prefix(longestExcerpt), as: UTF8.self).replacing("\0", with: "\u{FFFD}")
    }

    /// Bytes of an answer that the log keeps.
    private static let longestExcerpt = 20_000
}

extension Reply {
    /// What it says about the receiver's host.
    var sign: CircuitBreaker.Sign {
        if attemptClass == .blocked { return .none }
        switch meaning {
        case .delivered, .deliveredForTheLastTime, .unwanted, .gone: return .works
        case .faulted: return status == 408 ? .fails : .works
        case .overloaded, .failed: return .fails
        }
    }

    /// True when the receiver should be asked for less at once.
    var saysOverload: Bool {
        if case .overloaded = meaning { true } else { status == 503 }
    }
}
