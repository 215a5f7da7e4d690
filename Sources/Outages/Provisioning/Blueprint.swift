import Orders
import Wire

/// What a street needs of SQS and Kinesis: the one description by which it is set up, compared and granted.
package struct Blueprint: Hashable, Sendable {
    package struct Queue: Hashable, Sendable {
        package var name: String
        package var isFIFO = false
        /// Nil for a queue whose messages are only ever put aside.
        package var visibilityTimeout: Duration?
        package var deadLetters: DeadLetters?
        /// What it is for, in a few words.
        package var purpose: String
    }

    /// Where a queue's messages go that are received too often.
    package struct DeadLetters: Hashable, Sendable {
        package var queue: String
        package var maxReceiveCount: Int
    }

    package struct Stream: Hashable, Sendable {
        package var name: String
        package var shards: Int
        package var purpose: String
    }

    /// A queue stands behind the one that takes its dead letters.
    package var queues: [Queue]
    package var stream: Stream

    package init(of street: StreetSettings) {
        let isFIFO = street.queueKind == .fifo
        let dead = isFIFO ? Pipeline.deadOrderQueue : Pipeline.standardDeadOrderQueue
        func letters(to queue: String) -> DeadLetters {
            DeadLetters(queue: queue, maxReceiveCount: street.maxReceiveCount)
        }
        queues = [
            Queue(name: dead, isFIFO: isFIFO, purpose: "orders that nobody can read"),
            Queue(
                name: isFIFO ? Pipeline.orderQueue : Pipeline.standardOrderQueue, isFIFO: isFIFO,
                visibilityTimeout: street.visibilityTimeout, deadLetters: letters(to: dead),
                purpose: "orders, from the shop to the OMS"),
            Queue(name: Pipeline.deadEventQueue, purpose: "what fails behind the stream"),
            Queue(
                name: Pipeline.gapQueue, visibilityTimeout: street.visibilityTimeout,
                deadLetters: letters(to: Pipeline.deadEventQueue),
                purpose: "stretches of the stream that expired unread"),
        ]
        stream = Stream(
            name: Pipeline.eventStream, shards: street.shards, purpose: "events, from the OMS to the function"
        )
    }

    /// As policies name them, the stream's consumers included, which register themselves.
    var resources: [ResourceName] {
        queues.map { .queue($0.name) } + [.stream(stream.name), .consumer("*", ofStream: stream.name)]
    }
}

extension Blueprint.Queue {
    /// As `CreateQueue` is told.
    ///
    /// - Parameter deadLetterARN: Of ``Blueprint/DeadLetters/queue``.
    func attributes(deadLetterARN: String?) -> WireMap<String> {
        var attributes: WireMap<String> = isFIFO ? ["FifoQueue": "true"] : [:]
        for (name, value) in changeableAttributes(deadLetterARN: deadLetterARN).entries {
            attributes[name] = value
        }
        return attributes
    }

    /// As `SetQueueAttributes` is told: what kind of queue it is stays for ever.
    func changeableAttributes(deadLetterARN: String?) -> WireMap<String> {
        var attributes: WireMap<String> = [:]
        attributes["VisibilityTimeout"] = visibilityTimeout.map { String($0.components.seconds) }
        if let deadLetters, let deadLetterARN {
            attributes["RedrivePolicy"] =
                #"{"deadLetterTargetArn":"\#(deadLetterARN)","maxReceiveCount":\#(deadLetters.maxReceiveCount)}"#
        }
        return attributes
    }
}
