import Wire

/// The function as its stream knows it where records are pushed: a consumer, registered under a name.
struct StreamConsumer: Sendable {
    let name: String
    let streamName: String
    let kinesis: any Client<Kinesis>

    /// Makes sure that it is registered.
    ///
    /// - Returns: Its ARN, by which it can subscribe.
    /// - Throws: ``ConsumerNotActive``; `ClientError`.
    func enlist() async throws -> String {
        let stream = try await kinesis(DescribeStreamSummary(streamName: streamName))
            .streamDescriptionSummary.streamARN
        let consumer = try await found(in: stream)
        guard consumer.consumerStatus == "ACTIVE" else {
            throw ConsumerNotActive(name: name, status: consumer.consumerStatus)
        }
        return consumer.consumerARN
    }

    private func found(in stream: String) async throws -> ConsumerDescription {
        do {
            return try await description(in: stream)
        } catch let error as ClientError where error.type == "ResourceNotFoundException" {
            _ = try await kinesis(RegisterStreamConsumer(streamARN: stream, consumerName: name))
            return try await description(in: stream)
        }
    }

    private func description(in stream: String) async throws -> ConsumerDescription {
        try await kinesis(DescribeStreamConsumer(streamARN: stream, consumerName: name)).consumerDescription
    }
}

/// A consumer that the service is still making ready, or taking away.
struct ConsumerNotActive: Error, CustomStringConvertible {
    let name: String
    let status: String

    var description: String { "Consumer \(name) is \(status). It is looked at again until it is ACTIVE." }
}
