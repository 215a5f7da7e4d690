import Clockwork
import Testing
import Wire

/// What a refused call is called, or nil when it was not refused.
func refusal(_ call: () async throws -> some Any) async -> WireError? {
    do {
        _ = try await call()
        return nil
    } catch ClientError.refused(let error) {
        return error
    } catch {
        return WireError("not refused but failed", "\(error)")
    }
}

@Suite struct `A queue of the broker` {
    private let house: QueueHouse

    init() throws {
        house = try QueueHouse()
    }

    @Test func `is made, found, listed and removed`() throws {
        try house.play { caller in
            let url = try await caller.create("orders")
            #expect(url == "http://broker:4566/000000000000/orders")
            #expect(try await caller.client(GetQueueUrl(queueName: "orders")).queueUrl == url)
            #expect(try await caller.client(ListQueues()).queueUrls == [url])

            _ = try await caller.client(DeleteQueue(queueUrl: url))

            #expect(try await caller.client(ListQueues()).queueUrls == nil)
            for call in [0, 1] {
                let error = await refusal {
                    call == 0
                        ? try await caller.client(GetQueueUrl(queueName: "orders")).queueUrl
                        : "\(try await caller.client(DeleteQueue(queueUrl: url)))"
                }
                #expect(error?.type == "QueueDoesNotExist")
                #expect(error?.legacyCode == "AWS.SimpleQueueService.NonExistentQueue")
            }
        }
    }

    @Test func `is known by its URL from anywhere, and by its bare name`() throws {
        try house.play { caller in
            try await caller.create("orders")
            for url in [
                "orders", "https://sqs.eu-central-1.amazonaws.com/000000000000/orders",
                "http://x/000000000000/orders",
            ] {
                try await caller.send("hi", to: url)
            }
            #expect(try await caller.counts("orders") == [3, 0, 0])
        }
    }

    @Test func `is none of another account's`() throws {
        try house.play { caller in
            try await caller.create("orders")
            let ours = GetQueueUrl(queueName: "orders", queueOwnerAWSAccountId: "000000000000")
            let others = GetQueueUrl(queueName: "orders", queueOwnerAWSAccountId: "111122223333")

            let sent = await refusal {
                try await caller.send("hi", to: "http://broker:4566/111122223333/orders")
            }
            let asked = await refusal { try await caller.client(others) }

            #expect(sent?.type == "QueueDoesNotExist")
            #expect(asked?.type == "QueueDoesNotExist")
            #expect(try await caller.client(ours).queueUrl.hasSuffix("/000000000000/orders"))
        }
    }

    @Test(arguments: [
        ("k", "v", 50, true), ("k", "v", 51, false), ("", "v", 1, false),
        (String(repeating: "k", count: 128), String(repeating: "v", count: 256), 1, true),
        (String(repeating: "k", count: 129), "v", 1, false),
        ("k", String(repeating: "v", count: 257), 1, false),
    ])
    func `has at most 50 sound tags`(key: String, value: String, count: Int, isMade: Bool) throws {
        let tags = WireMap((0..<count).map { (key: count == 1 ? key : "\(key)\($0)", value: value) })

        try house.play { caller in
            let error = await refusal {
                try await caller.client(CreateQueue(queueName: "orders", tags: tags))
            }

            #expect(error?.type == (isMade ? nil : "InvalidParameterValueException"))
        }
    }

    @Test func `may be made again as it is, and not otherwise`() throws {
        try house.play { caller in
            let url = try await caller.create("orders", ["VisibilityTimeout": "10"])
            _ = try await caller.client(
                SetQueueAttributes(queueUrl: url, attributes: ["VisibilityTimeout": "20"]))

            #expect(try await caller.create("orders") == url)
            #expect(try await caller.create("orders", ["VisibilityTimeout": "20"]) == url)
            let error = await refusal { try await caller.create("orders", ["VisibilityTimeout": "10"]) }
            #expect(error?.type == "QueueNameExists")
            #expect(error?.legacyCode == "QueueAlreadyExists")
        }
    }

    @Test func `has a name that suits its kind`() throws {
        try house.play { caller in
            for call in [
                CreateQueue(queueName: "a/b"), CreateQueue(queueName: "a.fifo"),
                CreateQueue(queueName: "a", attributes: ["FifoQueue": "true"]),
            ] {
                let error = await refusal { try await caller.client(call) }
                #expect(error?.type == "InvalidParameterValueException")
            }
        }
    }

    @Test func `is listed by prefix and in pages`() throws {
        try house.play { caller in
            for name in ["a1", "a2", "a3", "b1"] { try await caller.create(name) }
            func names(_ output: ListQueues.Output) -> [String] {
                output.queueUrls?.map { String($0.split(separator: "/").last ?? "") } ?? []
            }
            let first = try await caller.client(ListQueues(queueNamePrefix: "a", maxResults: 2))
            #expect(names(first) == ["a1", "a2"])
            let second = try await caller.client(
                ListQueues(queueNamePrefix: "a", maxResults: 2, nextToken: first.nextToken))
            #expect(names(second) == ["a3"])
            #expect(second.nextToken == nil)
            #expect(try await caller.client(ListQueues(queueNamePrefix: "B")).queueUrls == nil)
        }
    }

    @Test func `tells and takes attributes, all or none of them`() throws {
        try house.play { caller in
            let url = try await caller.create("orders")
            try await caller.sleep(.seconds(5))
            _ = try await caller.client(
                SetQueueAttributes(
                    queueUrl: url, attributes: ["VisibilityTimeout": "7", "DelaySeconds": "1"]))
            let error = await refusal {
                try await caller.client(
                    SetQueueAttributes(
                        queueUrl: url, attributes: ["VisibilityTimeout": "9", "DelaySeconds": "901"]))
            }
            #expect(error?.type == "InvalidAttributeValue")

            let read = try await caller.attributes(url)
            #expect(read["VisibilityTimeout"] == "7")
            #expect(read["DelaySeconds"] == "1")
            #expect(read["QueueArn"] == "arn:aws:sqs:us-east-1:000000000000:orders")
            let created = try #require(read["CreatedTimestamp"].flatMap { Int($0) })
            #expect(read["LastModifiedTimestamp"] == String(created + 5))
            #expect(try await caller.client(GetQueueAttributes(queueUrl: url)).attributes == nil)
        }
    }

    @Test func `keeps its attributes, and its place among the queues, through a restart`() throws {
        let before = try house.play { caller in
            try await caller.create("dead.fifo")
            let url = try await caller.create(
                "orders.fifo",
                [
                    "ContentBasedDeduplication": "true", "DelaySeconds": "3",
                    "RedrivePolicy":
                        #"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead.fifo","maxReceiveCount":4}"#,
                ])
            return try await caller.attributes(url)
        }

        try house.restart()

        let after = try house.play { try await $0.attributes("orders.fifo") }
        #expect(after == before)
    }

    @Test func `takes dead letters only if it exists, is of the same kind and allows it`() throws {
        try house.play { caller in
            try await caller.create("standard")
            try await caller.create(
                "closed.fifo", ["RedriveAllowPolicy": #"{"redrivePermission":"denyAll"}"#])
            let url = try await caller.create("orders.fifo")
            for target in ["missing.fifo", "standard", "closed.fifo"] {
                let policy =
                    #"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:\#(target)","maxReceiveCount":4}"#
                let error = await refusal {
                    try await caller.client(
                        SetQueueAttributes(queueUrl: url, attributes: ["RedrivePolicy": policy]))
                }
                #expect(error?.type == "InvalidParameterValueException")
            }
            #expect(try await caller.attributes(url)["RedrivePolicy"] == nil)
        }
    }

    @Test func `made anew under an old name has nothing of the old one`() throws {
        try house.play { caller in
            let url = try await caller.create("orders")
            try await caller.send("old", to: url)
            let message = try #require(try await caller.receive(url).first)
            _ = try await caller.client(DeleteQueue(queueUrl: url))
            try await caller.create("orders")

            #expect(try await caller.counts(url) == [0, 0, 0])
            let error = await refusal { try await caller.delete(message, from: url) }
            #expect(error?.type == "ReceiptHandleIsInvalid")
            #expect(error?.status == 404)
        }
    }

    @Test func `is purged of everything, also when the broker dies directly afterwards`() throws {
        let url = try house.play { caller in
            let url = try await caller.create("orders")
            for number in 0..<20 { try await caller.send("old \(number)", to: url) }
            try await caller.send("delayed", to: url, delay: 1)
            _ = try await caller.receive(url, timeout: 1)
            _ = try await caller.client(PurgeQueue(queueUrl: url))
            return url
        }

        try house.restart()

        try house.play { caller in
            try await caller.send("new", to: url)
            try await caller.sleep(.seconds(2))
            #expect(try await caller.counts(url) == [1, 0, 0])
            #expect(try await caller.receive(url).map(\.body) == ["new"])
        }
    }

    @Test func `keeps Amazon's minute of quiet when it is told to`() throws {
        house.quietSpan = .seconds(60)
        try house.restart()

        try house.play { caller in
            let url = try await caller.create("orders")
            _ = try await caller.client(PurgeQueue(queueUrl: url))
            let purge = await refusal { try await caller.client(PurgeQueue(queueUrl: url)) }
            #expect(purge?.type == "PurgeQueueInProgress")
            #expect(purge?.status == 403)
            _ = try await caller.client(DeleteQueue(queueUrl: url))
            #expect(await refusal { try await caller.create("orders") }?.type == "QueueDeletedRecently")

            try await caller.sleep(.seconds(60))

            #expect(try await caller.create("orders") == url)
        }
    }

    @Test func `that is missing is told before anything else that is wrong`() throws {
        try house.play { caller in
            let calls: [() async throws -> Any] = [
                { try await caller.send("", to: "missing") },
                { try await caller.receive("missing", limit: 11) },
                { try await caller.client(DeleteMessage(queueUrl: "missing", receiptHandle: "x")) },
                { try await caller.client(DeleteMessageBatch(queueUrl: "missing", entries: [])) },
                { try await caller.client(SendMessageBatch(queueUrl: "missing", entries: [])) },
                { try await caller.client(PurgeQueue(queueUrl: "missing")) },
                { try await caller.attributes("missing") },
                {
                    try await caller.client(
                        ChangeMessageVisibility(
                            queueUrl: "missing", receiptHandle: "x", visibilityTimeout: -1))
                },
            ]
            for call in calls { #expect(await refusal { try await call() }?.type == "QueueDoesNotExist") }
        }
    }
}
