import Disk
import Stream
import Wire

extension WireError {
    /// The broker has too much to write, or is loading its memory again. SDKs try again.
    static let busy = WireError(
        "ServiceUnavailable", "The server has too much to write at the moment. Try again in a moment.",
        status: 503)

    /// The disk is nearly full. SDKs try again, and receiving and deleting make room.
    static func full(_ reason: String) -> WireError {
        WireError("ServiceUnavailable", reason, status: 503)
    }

    /// All would have gone well, had the caller wanted it. Source: Amazon Kinesis API Reference, `DryRun`.
    static let dryRun = WireError(
        "DryRunOperationException", "The request would have succeeded, but DryRun is set.")

    /// Says what the rules of a stream refuse in the words of the wire.
    static func mapping<Result>(_ decide: () throws(StreamFault) -> Result) throws(WireError) -> Result {
        do {
            return try decide()
        } catch {
            throw WireError(error)
        }
    }

    init(_ fault: StreamFault) {
        self.init(fault.type, fault.message, status: fault.status)
    }
}

extension GroupCommit {
    /// Makes sure that a change can be handed in now. Ask inside the lock in which you decide, before you decide.
    func accept() throws(WireError) {
        guard isAccepting else { throw .busy }
    }

    /// As ``accept()``, for what takes up more room than it gives back.
    func acceptMore() throws(WireError) {
        try accept()
        if let reason = noRoom { throw .full(reason) }
    }
}

extension CommitTicket {
    /// Waits until the change is durable.
    ///
    /// - Throws: An error of the 500s, which tells the caller that nobody knows whether it happened.
    @discardableResult
    func durable() async throws(WireError) -> Result {
        do {
            return try await value
        } catch {
            throw WireError("InternalFailure", "\(error)", status: 500)
        }
    }
}
