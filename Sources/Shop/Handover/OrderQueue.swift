import Orders
import Wire

/// Speaks to the queue: one message alone, or several in one call.
struct OrderQueue: Sendable {
    let url: String
    let isFIFO: Bool
    let queue: any Client<SQS>

    /// Sends each attempt's parcel.
    ///
    /// - Returns: What came of each, in their order.
    /// - Throws: `CancellationError`; then nobody knows.
    func send(_ attempts: [Attempt]) async throws -> [Outcome] {
        do {
            return attempts.count == 1 ? [try await sendAlone(attempts[0])] : try await sendTogether(attempts)
        } catch let error as ClientError {
            return attempts.map { _ in Outcome(error, ofBatch: attempts.count > 1) }
        }
    }

    private func sendAlone(_ attempt: Attempt) async throws -> Outcome {
        let answer = try await queue(
            SendMessage(
                queueUrl: url, messageBody: attempt.parcel.document, messageAttributes: attempt.attributes,
                messageDeduplicationId: isFIFO ? attempt.parcel.deduplicationID : nil,
                messageGroupId: isFIFO ? attempt.parcel.group : nil))
        return .acknowledged(messageID: answer.messageId)
    }

    private func sendTogether(_ attempts: [Attempt]) async throws -> [Outcome] {
        let entries = attempts.map { attempt in
            SendMessageBatch.Entry(
                id: attempt.entryID, messageBody: attempt.parcel.document,
                messageAttributes: attempt.attributes,
                messageDeduplicationId: isFIFO ? attempt.parcel.deduplicationID : nil,
                messageGroupId: isFIFO ? attempt.parcel.group : nil)
        }
        let answer = try await queue(SendMessageBatch(queueUrl: url, entries: entries))
        return attempts.map { attempt in
            if let success = answer.successful?.first(where: { $0.id == attempt.entryID }) {
                return .acknowledged(messageID: success.messageId)
            }
            if let failure = answer.failed?.first(where: { $0.id == attempt.entryID }) {
                return Outcome(failure)
            }
            return .unknown("the answer says nothing about this message")
        }
    }
}

extension Attempt {
    fileprivate var entryID: String { "try-\(submission)" }

    fileprivate var attributes: WireMap<MessageAttribute> {
        [Pipeline.traceAttribute: .string(parcel.trace)]
    }
}

extension Outcome {
    /// - Parameter ofBatch: One message can spoil a call for its neighbours, so nothing is final that was
    ///   told to many.
    fileprivate init(_ error: ClientError, ofBatch: Bool) {
        switch error {
        case .refused(let error) where error.isThrottling:
            self = .throttled("\(error)")
        case .refused(let error):
            self = .refused("\(error)", isFinal: !ofBatch && Self.messageFaults.contains(error.legacyCode))
        case .unknown(let reason):
            self = .unknown(reason)
        }
    }

    fileprivate init(_ failure: BatchFailure) {
        let words = failure.message.map { "\(failure.code): \($0)" } ?? failure.code
        self =
            failure.senderFault
            ? .refused(words, isFinal: Self.messageFaults.contains(failure.code)) : .unknown(words)
    }

    /// Refusals that no second try can mend. Any other, such as a missing right or a missing queue, is
    /// somebody else's to mend, and the customer's order is kept until they have.
    ///
    /// Source: Amazon SQS API Reference, `SendMessage`, "Errors".
    private static let messageFaults: Set = [
        "InvalidMessageContents", "InvalidParameterValue", "BatchRequestTooLong", "MissingParameter",
        "UnsupportedOperation",
    ]
}
