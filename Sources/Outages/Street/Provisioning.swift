import Clockwork
import Orders
import Wire

/// Makes the queues and the stream that the street needs, or finds them there already.
package struct Provisioning: Sendable {
    private let settings: StreetSettings
    private let queue: any Client<SQS>
    private let stream: any Client<Kinesis>

    package init(settings: StreetSettings, queue: any Client<SQS>, stream: any Client<Kinesis>) {
        self.settings = settings
        self.queue = queue
        self.stream = stream
    }

    /// - Throws: ``ClientError`` when a queue is there with other attributes, or the server is away.
    package func run() async throws {
        let isFIFO = settings.queueKind == .fifo
        let kind: WireMap<String> = isFIFO ? ["FifoQueue": "true"] : [:]
        let dead = isFIFO ? Pipeline.deadOrderQueue : Pipeline.standardDeadOrderQueue
        let orders = isFIFO ? Pipeline.orderQueue : Pipeline.standardOrderQueue
        try await makeQueue(orders, kind, deadLettersTo: dead)
        try await makeQueue(Pipeline.gapQueue, [:], deadLettersTo: Pipeline.deadEventQueue)
        try await makeStream()
    }

    private func makeQueue(
        _ name: String, _ kind: WireMap<String>, deadLettersTo dead: String
    ) async throws {
        let deadURL = try await queue(CreateQueue(queueName: dead, attributes: kind)).queueUrl
        let deadARN = try await queue(GetQueueAttributes(queueUrl: deadURL, attributeNames: ["QueueArn"]))
            .attributes?["QueueArn"]
        var attributes = kind
        attributes["VisibilityTimeout"] = String(settings.visibilityTimeout.components.seconds)
        attributes["RedrivePolicy"] =
            #"{"deadLetterTargetArn":"\#(deadARN ?? "")","maxReceiveCount":\#(settings.maxReceiveCount)}"#
        _ = try await queue(CreateQueue(queueName: name, attributes: attributes))
    }

    private func makeStream() async throws {
        do {
            _ = try await stream(CreateStream(streamName: Pipeline.eventStream, shardCount: settings.shards))
        } catch let error as ClientError where error.type == "ResourceInUseException" {
            // It is there already, which is all we want.
        }
    }
}
