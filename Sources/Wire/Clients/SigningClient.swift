import Clockwork
import JSON
import Synchronization

/// A client of one service: writes the operation down, signs it, sends it, tries again where that is safe, reads.
public struct SigningClient<Service: WireService, Carrier: Transport>: Client {
    private let carrier: Carrier
    private let signer: Signer
    private let surroundings: Surroundings
    private let retries: RetryPolicy
    private let attemptLimit: Duration
    /// How far the server's clock is from ours, once it has told us.
    private let clockSkew = Skew()

    /// - Parameters:
    ///   - attemptLimit: The longest wait for one try, beside the operation's own ``Operation/patience``.
    public init(
        _ service: Service.Type, over carrier: Carrier, credentials: Credentials,
        region: String = "us-east-1",
        surroundings: Surroundings, retries: RetryPolicy = RetryPolicy(),
        attemptLimit: Duration = .seconds(10)
    ) {
        self.carrier = carrier
        self.signer = Signer(credentials: credentials, region: region, service: Service.name)
        self.surroundings = surroundings
        self.retries = retries
        self.attemptLimit = attemptLimit
    }

    public func callAsFunction<Op: Operation>(_ operation: Op) async throws -> Op.Output
    where Op.Service == Service {
        let body = try AWSJSONEncoder.encode(operation)
        var attempt = 1
        while true {
            let (failure, isThrottled): (ClientError, Bool)
            do {
                let output: Op.Output = try await once(
                    body, target: "\(Service.targetPrefix).\(Op.name)", patience: operation.patience)
                retries.succeeded(afterRetry: attempt > 1)
                return output
            } catch let error as WireError {
                isThrottled = error.isThrottling
                if error.isSenderFault, !isThrottled, !clockSkew.learned(from: error) {
                    throw ClientError.refused(error)
                }
                failure = error.isSenderFault ? .refused(error) : .unknown(reason: "\(error)")
            } catch let error as TransportError {
                (failure, isThrottled) = (.unknown(reason: "\(error)"), false)
            }
            attempt += 1
            guard
                let wait = retries.wait(
                    beforeAttempt: attempt, throttled: isThrottled, chance: surroundings.chance)
            else { throw failure }
            try await surroundings.time.sleep(for: wait)
        }
    }

    private func once<Output: Decodable>(_ body: [UInt8], target: String, patience: Duration) async throws
        -> Output
    {
        var request = WireRequest(
            headers: [
                "host": carrier.endpoint.authority, "content-type": Service.contentType,
                "x-amz-target": target,
            ],
            body: body)
        signer.sign(&request, at: surroundings.now + clockSkew.value)
        let response = try await carrier.send(request, timeout: attemptLimit + patience)
        guard response.status == 200 else {
            clockSkew.look(at: response, sentAt: surroundings.now)
            throw Self.error(in: response)
        }
        if Output.self == NoOutput.self, let nothing = NoOutput() as? Output { return nothing }
        do {
            return try AWSJSONDecoder.decode(Output.self, from: try JSONValue(parsing: response.body))
        } catch {
            throw TransportError("the answer to \(target) is not whole: \(error)")
        }
    }

    private static func error(in response: WireResponse) -> WireError {
        let document = try? JSONValue(parsing: response.body)
        let told =
            document?["__type"]?.string ?? response.headers["x-amzn-errortype"] ?? "HTTP \(response.status)"
        let type = told.split(separator: "#").last.map(String.init) ?? told
        let message = document?["message"]?.string ?? document?["Message"]?.string
        return WireError(
            type, message, status: response.status,
            legacyCode: response.headers["x-amzn-query-error"]?.split(separator: ";").first.map(String.init))
    }
}

/// Learns from a refused date how far the server's clock is from ours, once.
///
/// Source: AWS SDKs, clock skew correction.
private final class Skew: Sendable {
    private let state = Mutex<(value: Duration, seen: Duration?)>((.zero, nil))

    var value: Duration { state.withLock(\.value) }

    /// Notes the server's clock as an error answer shows it.
    func look(at response: WireResponse, sentAt now: Timestamp) {
        guard let date = response.headers["date"].flatMap(Timestamp.init(httpDate:)) else { return }
        state.withLock { $0.seen = date - now }
    }

    /// True when the error may come from a clock that is off, and the correction is new.
    func learned(from error: WireError) -> Bool {
        guard error.type == "RequestTimeTooSkewed" || error.type == "InvalidSignatureException" else {
            return false
        }
        return state.withLock { state in
            guard let seen = state.seen, state.value == .zero, seen > .seconds(240) || seen < .seconds(-240)
            else {
                return false
            }
            state.value = seen
            return true
        }
    }
}

extension String {
    /// What follows the scheme of a URL: `127.0.0.1:4566`.
    var authority: String {
        guard let scheme = range(of: "://") else { return self }
        return String(self[scheme.upperBound...].prefix { $0 != "/" })
    }

    private func range(of mark: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(mark) { return start..<index(start, offsetBy: mark.count) }
            start = index(after: start)
        }
        return nil
    }
}

extension Timestamp {
    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`. Source: RFC 9110, section 5.6.7.
    package init?(httpDate text: String) {
        let words = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard words.count == 6, words[5] == "GMT", let day = Int(words[1]), let year = Int(words[3]),
            let month = months.firstIndex(of: String(words[2]))
        else { return nil }
        let clock = words[4].split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3 else { return nil }
        let time = CalendarTime(
            year: year, month: month + 1, day: day, hour: clock[0], minute: clock[1], second: clock[2])
        guard let moment = time.timestamp else { return nil }
        self = moment
    }
}
