import Clockwork
import Wire

/// A queue of the test's own to which messages can be sent. Lives on its world's one thread.
final class PaperQueue: Client, @unchecked Sendable {
    typealias Service = SQS

    /// The queue's name and the body of each message, in the order of their arrival.
    private(set) var messages: [String] = []
    /// True: the message is kept, and its sender never hears.
    var losesReplies = false
    var isAway = false
    private let time: any TimeSource

    init(time: any TimeSource) {
        self.time = time
    }

    func callAsFunction<Op: Operation>(_ operation: Op) async throws -> Op.Output where Op.Service == SQS {
        try await time.sleep(for: .milliseconds(1))
        guard !isAway else { throw ClientError.unknown(reason: "nobody listens") }
        let output: any Sendable
        switch operation {
        case let operation as GetQueueUrl: output = GetQueueUrl.Output(queueUrl: operation.queueName)
        case let operation as SendMessage:
            messages.append("\(operation.queueUrl) \(operation.messageBody)")
            guard !losesReplies else { throw ClientError.unknown(reason: "the reply was lost") }
            output = SendMessage.Output(messageId: "\(messages.count)", md5OfMessageBody: "")
        default: throw ClientError.refused(WireError("UnknownOperationException", "not faked: \(Op.name)"))
        }
        return output as! Op.Output
    }
}
