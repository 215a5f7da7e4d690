import ArgumentParser
import Clockwork
import Inspection
import JSON
import Wire

/// `orderflow queue …`: looks into queues, and sends.
struct QueueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "List queues, look into them without receiving, and send a message.",
        subcommands: [List.self, Statistics.self, Peek.self, Send.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A line for each queue: how much waits, and for how long.",
            discussion: "Ages are milliseconds. Exits with 0, or with 4 when there is no such ledger.")

        @OptionGroup var data: DataOptions
        @OptionGroup var output: PrintOptions

        func run() async throws {
            let listing = try QueueWindow.list(of: try await data.ledgers([.broker]), now: SystemTime().now)
            try output.print(
                listing,
                shown: [
                    "queue", "waiting", "in_flight", "delayed", "oldest_age_ms", "max_receive_count",
                    "dead_letters_to",
                ])
        }
    }

    struct Peek: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Look at a queue's messages. None is received, hidden or counted.",
            discussion:
                "Exits with 0, also when it is empty; 2 for wrong usage; 4 when there is no such queue.")

        @OptionGroup var data: DataOptions
        @Argument(help: "The queue's name.") var queue: String
        @Option(help: "waiting, delayed, in-flight, dead or all.") var state = "all"
        @Option(help: ArgumentHelp("Only messages whose body contains this.", valueName: "text")) var grep:
            String?
        @OptionGroup var limit: LimitOption
        @Option(help: "Begin behind this sequence, as the page before gave it.") var after: Int64?
        @OptionGroup var output: PrintOptions

        func validate() throws {
            guard ["waiting", "delayed", "in-flight", "dead", "all"].contains(state) else {
                throw ValidationError(
                    "--state \(state) is none. Use waiting, delayed, in-flight, dead or all.")
            }
        }

        func run() async throws {
            let listing = try QueueWindow.peek(
                queue, of: try await data.ledgers([.broker]), now: SystemTime().now,
                states: state == "all" ? nil : [state == "in-flight" ? "in flight" : state], containing: grep,
                after: after,
                limit: limit.limit)
            guard let listing else {
                throw Ending(status: 4, words: "There is no queue \(PlainText.forTerminal(queue)).")
            }
            try output.print(listing, shown: QueueWindow.shown)
        }
    }

    struct Send: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a file's text as one message, over the wire as any other client does.",
            discussion: """
                Credentials come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or from AWS_PROFILE; otherwise \
                they are those of the developer's key test. Where to: --endpoint-url, AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL, the \
                queue or the broker of the data directory's street, then http://127.0.0.1:4566. An audit will find this order unexpected, for the shop did not send it.

                Exits with 0 when it is acknowledged, 1 when it is refused, 2 for wrong usage, 3 when nobody can tell what became \
                of it, 4 when there is no such queue or file.
                """)

        @OptionGroup var data: DataOptions
        @Argument(help: "The queue's name.") var queue: String
        @Argument(help: "The file whose text is the body; - reads standard input.") var file: String
        @Option(
            help: ArgumentHelp(
                "The message group. Default on FIFO queues: the order's number in the document.",
                valueName: "id"))
        var group: String?
        @Option(
            help: ArgumentHelp(
                "Default on FIFO queues: the idempotency key in the document, or a new one.", valueName: "id")
        )
        var deduplicationId: String?
        @Option(
            help: ArgumentHelp(
                "Seconds until it becomes visible, 0 to 900; standard queues only.", valueName: "seconds"))
        var delay: Int?
        @Option(help: ArgumentHelp("Where SQS is spoken.", valueName: "url")) var endpointUrl: String?
        @Option(help: "The region. Default: AWS_REGION, AWS_DEFAULT_REGION, then us-east-1.") var region:
            String?
        @OptionGroup var output: PageOptions

        func run() async throws {
            let body = try Input.text(of: file)
            let caller = try StreetCaller(endpoint: endpointUrl, region: region, directory: await data.path())
            let answer = try await caller.call(
                SQS.self,
                unknown:
                    "Nobody can tell whether the message was taken. Sending it again is safe on a FIFO queue."
            ) { client in
                let url = try await client(GetQueueUrl(queueName: queue)).queueUrl
                return try await client(message(body, to: url))
            }
            output.print([
                "message_id": .string(answer.messageId), "md5_of_body": .string(answer.md5OfMessageBody),
                "sequence_number": JSONValue(answer.sequenceNumber),
            ]) { "\(answer.messageId)\n" }
        }

        private func message(_ body: String, to url: String) -> SendMessage {
            guard queue.hasSuffix(".fifo") else {
                return SendMessage(
                    queueUrl: url, messageBody: body, delaySeconds: delay,
                    messageDeduplicationId: deduplicationId,
                    messageGroupId: group)
            }
            let document = try? JSONValue(parsing: Array(body.utf8))
            return SendMessage(
                queueUrl: url, messageBody: body, delaySeconds: delay,
                messageDeduplicationId: deduplicationId ?? document?["idempotency_key"]?.string
                    ?? Surroundings.system().chance.uuid(),
                messageGroupId: group ?? document?["order_number"]?.string ?? "orderflow")
        }
    }
}
