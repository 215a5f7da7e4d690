import Testing
import Wire

@Suite struct `A policy` {
    private let shop = AccessPolicy([
        .init(actions: ["sqs:SendMessage", "sqs:Get*"], resources: ["orders.fifo"]),
        .init(actions: ["kinesis:*"], resources: ["stream/order-*"]),
    ])

    @Test(arguments: [
        ("sqs:SendMessage", ResourceName.queue("orders.fifo"), true),
        ("sqs:GetQueueUrl", .queue("orders.fifo"), true),
        ("sqs:SendMessageBatch", .queue("orders.fifo"), false),
        ("sqs:ReceiveMessage", .queue("orders.fifo"), false),
        ("sqs:SendMessage", .queue("orders-dead.fifo"), false),
        ("sqs:SendMessage", .queue("orders.fif"), false),
        ("sqs:SendMessage", .account, false), ("SQS:SendMessage", .queue("orders.fifo"), false),
        ("kinesis:PutRecord", .stream("order-events"), true), ("kinesis:PutRecord", .stream("other"), false),
        ("kinesis:PutRecord", .queue("order-events"), false), ("kinesis:ListStreams", .account, false),
        ("kinesisx:PutRecord", .stream("order-events"), false), ("", .queue(""), false),
    ])
    func `allows what it names, and nothing else`(action: String, resource: ResourceName, isAllowed: Bool) {
        #expect(shop.allows(action, on: resource) == isAllowed)
    }

    @Test(arguments: [ResourceName.queue("q"), .stream("s"), .account, .courier])
    func `of everything allows everything, and an empty one nothing`(resource: ResourceName) {
        #expect(AccessPolicy.everything.allows("any:Thing", on: resource))
        #expect(!AccessPolicy([]).allows("any:Thing", on: resource))
    }

    @Test(arguments: [
        ("*s", "sqs:a", false), ("s*s:a", "sqs:a", false), ("*", "sqs:a", true), ("**", "sqs:a", false),
    ])
    func `knows a star at the end only`(pattern: String, action: String, isAllowed: Bool) {
        let policy = AccessPolicy([.init(actions: [pattern], resources: ["*"])])

        #expect(policy.allows(action, on: .account) == isAllowed)
    }

    @Test(arguments: [
        ("http://127.0.0.1:4566/000000000000/orders.fifo", "orders.fifo"), ("orders.fifo", "orders.fifo"),
        ("https://sqs.eu-central-1.amazonaws.com/1/q/", "q"), ("", ""), ("///", ""),
    ])
    func `takes a queue's name from its URL`(url: String, name: String) {
        #expect(ResourceName.queue(url: url) == .queue(name))
    }

    @Test(
        arguments: [
            ("http://127.0.0.1:4566/000000000000/orders.fifo", "000000000000"),
            ("111122223333/q/", "111122223333"),
            ("https://sqs.eu-central-1.amazonaws.com/q", "sqs.eu-central-1.amazonaws.com"),
            ("orders.fifo", nil), ("", nil),
        ] as [(String, String?)])
    func `takes a queue's account from its URL`(url: String, account: String?) {
        #expect(QueueURL(url).account == account)
    }

    @Test func `takes a stream's name from what the caller gives`() {
        #expect(ResourceName.stream(named: "s", arn: nil) == .stream("s"))
        #expect(ResourceName.stream(named: nil, arn: "arn:aws:kinesis:us-east-1:0:stream/s") == .stream("s"))
        #expect(ResourceName.stream(named: nil, arn: nil) == .stream(""))
    }

    @Test func `is written as sentences, and read from them`() throws {
        let sentence = "sqs:SendMessage, kinesis:* on orders.fifo, stream/order-events"

        let statement = try #require(AccessPolicy.Statement(sentence))

        #expect(statement.actions == ["sqs:SendMessage", "kinesis:*"])
        #expect(statement.resources == ["orders.fifo", "stream/order-events"])
        #expect(statement.description == sentence)
    }

    @Test(arguments: ["", "on", "sqs:SendMessage", "sqs:SendMessage on", "on orders.fifo"])
    func `is no sentence without actions and resources`(text: String) {
        #expect(AccessPolicy.Statement(text) == nil)
    }
}
