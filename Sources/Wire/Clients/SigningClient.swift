import Clockwork
import JSON
import Synchronization

/// A client of one service: writes the operation down, signs it, sends it, tries again where that is safe, reads.
public struct SigningClient<Service: WireService, Carrier: Transport>: SubscribingClient {
    private let carrier: Carrier
    private let host: String
    private let signer: Signer
    private let surroundings: Surroundings
    private let retries: RetryPolicy
    private let attemptLimit: Duration
    private let serverClock = ServerClock()

    /// - Parameters:
    ///   - attemptLimit: The longest wait for one try, beside the operation's own ``Operation/patience``.
    public init(
        _ service: Service.Type, over carrier: Carrier, credentials: Credentials,
        region: String = "us-east-1",
        surroundings: Surroundings, retries: RetryPolicy = RetryPolicy(),
        attemptLimit: Duration = .seconds(10)
    ) {
        self.carrier = carrier
        self.host = carrier.endpoint.authority
        self.signer = Signer(credentials: credentials, region: region, service: Service.name)
        self.surroundings = surroundings
        self.retries = retries
        self.attemptLimit = attemptLimit
    }

    public func callAsFunction<Op: Operation>(_ operation: Op) async throws -> Op.Output
    where Op.Service == Service {
        try await ask(operation, by: carrier.send) { response in
            if Op.Output.self == NoOutput.self, let nothing = NoOutput() as? Op.Output { return nothing }
            return try AWSJSONDecoder.decode(Op.Output.self, from: try JSONValue(parsing: response.body))
        }
    }

    public func subscribe<Op: PushingOperation>(_ operation: Op) async throws -> EventSource<Op.Event>
    where Op.Service == Service {
        let reader = try await ask(operation, by: carrier.open) { EventReader<Op.Event>($0) }
        return { try await reader.next() }
    }

    private func ask<Op: Operation, Answer>(
        _ operation: Op, by send: (WireRequest, Duration) async throws -> WireResponse,
        reading read: (WireResponse) throws -> Answer
    ) async throws -> Answer where Op.Service == Service {
        let body = try AWSJSONEncoder.encode(operation)
        var attempt = 1
        var retry: RetryPolicy.Retry?
        var hasSetClock = false
        while true {
            let (failure, isThrottled): (ClientError, Bool)
            do {
                let answer = try await once(
                    body, target: "\(Service.targetPrefix).\(Op.name)", patience: operation.patience,
                    by: send,
                    reading: read)
                retries.succeeded(after: retry)
                return answer
            } catch let refusal as Refusal {
                // No try in the sense of a retry policy: the server has not even looked at the request.
                if refusal.clockWasOff, !hasSetClock {
                    hasSetClock = true
                    continue
                }
                let error = refusal.error
                isThrottled = error.isThrottling
                if error.isSenderFault, !isThrottled { throw ClientError.refused(error) }
                failure = error.isSenderFault ? .refused(error) : .unknown(reason: "\(error)")
            } catch let error as TransportError {
                (failure, isThrottled) = (.unknown(reason: "\(error)"), false)
            }
            attempt += 1
            retry = retries.retry(attempt: attempt, throttled: isThrottled, chance: surroundings.chance)
            guard let retry else { throw failure }
            try await surroundings.time.sleep(for: retry.wait)
        }
    }

    private func once<Answer>(
        _ body: [UInt8], target: String, patience: Duration,
        by send: (WireRequest, Duration) async throws -> WireResponse,
        reading read: (WireResponse) throws -> Answer
    ) async throws -> Answer {
        var request = WireRequest(
            headers: ["host": host, "content-type": Service.contentType, "x-amz-target": target], body: body)
        signer.sign(&request, at: surroundings.now + serverClock.offset)
        let response = try await send(request, attemptLimit + patience)
        guard response.status == 200 else {
            let error = Self.error(in: response)
            throw Refusal(
                error: error,
                clockWasOff: error.mayComeFromAClock
                    && serverClock.isLearned(from: response, at: surroundings.now)
            )
        }
        do {
            return try read(response)
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

/// An answer that is an error.
private struct Refusal: Error {
    let error: WireError
    /// True when the next try will be signed by a better clock.
    let clockWasOff: Bool
}

/// How far the server's clock is from ours, as its refusals have shown.
///
/// Source: AWS SDKs, clock skew correction.
private final class ServerClock: Sendable {
    private let state = Mutex(Duration.zero)

    /// What to add to our own time.
    var offset: Duration { state.withLock(\.self) }

    /// Learns from the answer's `Date`.
    ///
    /// - Returns: True when it was more than four minutes off from what we took for the server's time. Either clock may
    ///   jump at any time, and jump back: so this is learned anew each time.
    func isLearned(from response: WireResponse, at now: Timestamp) -> Bool {
        guard let date = response.headers["date"].flatMap(Timestamp.init(httpDate:)) else { return false }
        return state.withLock { offset in
            let wasOff = (now + offset - date).microseconds.magnitude > 240_000_000
            if wasOff { offset = date - now }
            return wasOff
        }
    }
}

extension WireError {
    /// True for what a wrong date is answered with, among other things.
    fileprivate var mayComeFromAClock: Bool {
        type == "RequestTimeTooSkewed" || type == "InvalidSignatureException"
    }
}

extension String {
    /// What follows the scheme of a URL: `127.0.0.1:4566`.
    var authority: String {
        let rest = firstRange(of: "://").map { self[$0.upperBound...] } ?? self[...]
        return String(rest.prefix { $0 != "/" })
    }
}
