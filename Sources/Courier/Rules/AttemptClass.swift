/// How an attempt ended, as the log names it.
package enum AttemptClass: String, CaseIterable, Sendable {
    case ok
    case clientError = "http_4xx"
    case serverError = "http_5xx"
    case redirect
    case rateLimited = "rate_limited"
    case gone
    case timeout
    case connect
    case dns
    case tls
    /// The endpoint's address is one that we do not speak to; no request was made.
    case blocked
    /// The courier ended while the attempt was under way: nobody knows how it went, and it is made again.
    case interrupted
}
