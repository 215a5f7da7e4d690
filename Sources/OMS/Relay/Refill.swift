import Clockwork
import Disk
import Logging
import Orders
import Wire

/// Publishes again what expired in the stream before it was read.
///
/// Whoever reads the stream tells of a gap by way of a queue. The events of that stretch are opened in the outbox
/// again, which is durable before the message is deleted; the relay then carries them like any others. A message that
/// comes again opens nothing, for by then the events stand elsewhere in the stream.
///
/// What is published again comes behind what was published since. When an order's acceptance has expired and its
/// cancellation has not, partners hear of the cancellation first; each event's `data.version` tells them so, and the
/// audit's order-per-key does not hold for that order.
struct Refill: Sendable {
    let settings: OrderManagement.Settings
    let gaps: any Client<SQS>
    let store: OrderStore
    let surroundings: Surroundings
    let logger: Logger

    /// Works until it is cancelled.
    ///
    /// - Throws: `DiskError` when the database can no longer be trusted.
    func run() async throws {
        var url: String?
        var setback = Setback(backoff: settings.backoff, logger: logger)
        while !Task.isCancelled {
            do {
                if url == nil { url = try await gaps(GetQueueUrl(queueName: settings.gapQueue)).queueUrl }
                if let url { try await refill(from: url) }
                setback.isOver("Gaps in the stream can be refilled again")
            } catch {
                guard !Task.isCancelled else { return }
                guard let hindrance = Hindrance(error) else { throw error }
                let pause = setback.met(
                    hindrance, consequence: "Gaps in the stream cannot be refilled; their messages wait",
                    chance: surroundings.chance)
                try? await surroundings.time.sleep(for: pause)
            }
        }
    }

    private func refill(from url: String) async throws {
        let messages =
            try await gaps(
                ReceiveMessage(
                    queueUrl: url, maxNumberOfMessages: 10,
                    waitTimeSeconds: Int(settings.wait.components.seconds))
            ).messages ?? []
        for message in messages {
            guard let gap = StreamGap(parsing: message.body) else {
                logger.error(
                    "Not a gap; left for the dead-letter queue",
                    metadata: ["message.id": "\(message.messageId)"])
                continue
            }
            let count = gap.stream == settings.stream ? try store.reopen(gap) : 0
            tell(gap, count)
            _ = try await gaps(DeleteMessage(queueUrl: url, receiptHandle: message.receiptHandle))
        }
    }

    private func tell(_ gap: StreamGap, _ count: Int) {
        let facts: Logger.Metadata = [
            "events": "\(count)", "shard": "\(gap.shardID)", "after": "\(gap.after)",
            "before": "\(gap.before ?? "the end")",
        ]
        if count == 0 {
            logger.info("Nothing had expired unread", metadata: facts)
        } else {
            logger.warning("Events had expired unread; they are published again", metadata: facts)
        }
    }
}
