import Clockwork
import JSON
import Logging
import Testing
import Wire

@Suite struct `A front` {
    private let house = House()

    @Test(arguments: Spoken.allCases)
    func `lets a signed request do its work`(spoken: Spoken) async {
        let request = house.signed(house.storing("an order", by: spoken.service), for: spoken.service)

        let response = await house.front.answer(request)

        #expect(response.status == 200)
        #expect(response.headers["content-type"] == spoken.service.contentType)
        #expect(house.deeds == ["OWNER in us-east-1 at http://127.0.0.1:4566: an order"])
    }

    @Test func `writes outputs as the services do`() async {
        let answers = [
            await ask(SQS.self, "SendMessage", ["QueueUrl": "q", "MessageBody": "b"]),
            await ask(SQS.self, "ReceiveMessage", ["QueueUrl": "q"]),
            await ask(SQS.self, "DeleteMessage", ["QueueUrl": "q", "ReceiptHandle": "r"]),
            await ask(Kinesis.self, "PutRecord", ["StreamName": "s", "PartitionKey": "k", "Data": ""]),
            await ask(Kinesis.self, "DeleteStream", ["StreamName": "s"]),
        ]

        #expect(
            answers.map(\.text) == [
                #"{"MessageId":"m","MD5OfMessageBody":"d"}"#, "{}", "",
                #"{"ShardId":"s","SequenceNumber":"1"}"#, "",
            ])
        #expect(answers.allSatisfy { $0.status == 200 })
    }

    @Test func `numbers and dates every answer`() async {
        let good = await ask(SQS.self, "ReceiveMessage", ["QueueUrl": "q"])
        let bad = await house.front.answer(WireRequest(method: "GET"))

        for answer in [good, bad] {
            #expect(answer.headers["date"] == "Tue, 24 Nov 2026 12:00:00 GMT")
            #expect(answer.headers["x-amzn-requestid"].flatMap { UniqueID($0) } != nil)
        }
        #expect(good.headers["x-amzn-requestid"] != bad.headers["x-amzn-requestid"])
    }

    @Test func `gives answers of Kinesis a second id`() async {
        let good = await ask(Kinesis.self, "DeleteStream", ["StreamName": "s"])
        let bad = await ask(Kinesis.self, "Fly", [:])
        let queue = await ask(SQS.self, "ReceiveMessage", ["QueueUrl": "q"])

        for answer in [good, bad] {
            #expect(answer.headers["x-amz-id-2"].flatMap { Base64.decode($0) }?.count == 72)
        }
        #expect(queue.headers["x-amz-id-2"] == nil)
    }

    // The order of checks, each request with a fault of this kind and of every later kind.

    @Test(arguments: Spoken.allCases)
    func `asks first which operation is meant`(spoken: Spoken) async {
        var request = house.request(spoken.service, "Fly", 7)
        request.body = Array("{".utf8)

        #expect(await house.front.answer(request).errorType == "UnknownOperationException")
    }

    @Test(
        arguments: Spoken.allCases,
        [
            "", "{", "[]", "\"text\"", "7", "null", "{\"a\":1}x", "{\"a\":1,\"a\":2}", "\u{FEFF}{}",
            String(repeating: "{\"a\":", count: 40),
        ])
    func `then whether the body can be read`(spoken: Spoken, body: String) async {
        var request = house.storing("x", by: spoken.service)
        request.body = Array(body.utf8)

        let response = await house.front.answer(request)

        #expect(response.status == 400)
        #expect(response.errorType == "SerializationException")
        #expect(response.json?.object?.members.count == 1, "Amazon has no words for it")
    }

    @Test(arguments: Spoken.allCases)
    func `then who asks`(spoken: Spoken) async {
        let unsigned = house.request(
            spoken.service, spoken == .sqs ? "SendMessage" : "PutRecord", ["Data": 7, "QueueUrl": 7])
        let stranger = Credentials(accessKeyID: "NOBODY", secretAccessKey: "x")

        let missing = await house.front.answer(unsigned)
        let unknown = await house.front.answer(house.signed(unsigned, by: stranger, for: spoken.service))

        #expect(missing.status == (spoken == .sqs ? 403 : 400))
        #expect(
            missing.errorType
                == (spoken == .sqs ? "AccessDeniedException" : "MissingAuthenticationTokenException"))
        #expect(unknown.status == (spoken == .sqs ? 403 : 400))
        #expect(unknown.errorType == "UnrecognizedClientException")
    }

    @Test func `then whether its members have the right type, and are there`() async {
        let wrong = await ask(
            Kinesis.self, "PutRecord", ["StreamName": "secret", "Data": 7, "PartitionKey": "k"],
            by: House.guest)
        let missing = await ask(
            Kinesis.self, "PutRecord", ["StreamName": "secret", "PartitionKey": "k"], by: House.guest)
        let wrongType = await ask(
            SQS.self, "SendMessage", ["QueueUrl": "secret", "MessageBody": [1]], by: House.guest)
        let noBody = await ask(SQS.self, "SendMessage", ["QueueUrl": "secret"], by: House.guest)
        let noQueue = await ask(SQS.self, "SendMessage", ["MessageBody": "b"], by: House.guest)

        #expect(wrong.json?["__type"] == "SerializationException")
        #expect(
            wrong.json?["Message"]
                == "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to a Blob"
        )
        #expect(missing.json?["__type"] == "ValidationException")
        #expect(
            missing.json?["message"]
                == "1 validation error detected: Value null at 'data' failed to satisfy constraint: Member must not be null"
        )
        #expect(wrongType.errorType == "SerializationException")
        #expect(noBody.errorType == "MissingRequiredParameterException")
        #expect(noQueue.errorType == "QueueDoesNotExist")
        #expect(house.deeds.isEmpty)
    }

    @Test func `then whether the caller may`() async {
        let queue = await ask(
            SQS.self, "SendMessage", ["QueueUrl": "h/0/other", "MessageBody": "b"], by: House.guest)
        let deed = await ask(
            SQS.self, "DeleteMessage", ["QueueUrl": "h/0/orders.fifo", "ReceiptHandle": "r"], by: House.guest)
        let stream = await ask(
            Kinesis.self, "PutRecord", ["StreamName": "other", "PartitionKey": "k", "Data": ""],
            by: House.guest)

        #expect([queue.status, deed.status, stream.status] == [403, 403, 400])
        for answer in [queue, deed, stream] { #expect(answer.errorType == "AccessDeniedException") }
        #expect(house.deeds.isEmpty)
        #expect(
            await ask(
                SQS.self, "SendMessage", ["QueueUrl": "h/0/orders.fifo", "MessageBody": "b"], by: House.guest
            ).status == 200)
    }

    @Test func `tells all that is missing together`() async {
        var desk = ServiceDesk<Kinesis>()
        desk.on(SplitShard.self) { _, _ in NoOutput() }
        let response = await answer(of: desk, to: "SplitShard", ["StreamName": "s"])

        #expect(
            response.json?["message"]
                == """
                2 validation errors detected: Value null at 'shardToSplit' failed to satisfy constraint: Member must \
                not be null; Value null at 'newStartingHashKey' failed to satisfy constraint: Member must not be null
                """)
    }

    @Test func `names the way to what is missing deep inside`() async {
        var desk = ServiceDesk<Kinesis>()
        desk.on(PutRecords.self) { _, _ in PutRecords.Output(failedRecordCount: 0, records: []) }
        let json: JSONValue = [
            "StreamName": "s", "Records": [["Data": "", "PartitionKey": "k"], ["PartitionKey": "k"]],
        ]
        let response = await answer(of: desk, to: "PutRecords", json)

        #expect(
            response.json?["message"]?.string
                == "1 validation error detected: Value null at 'records.2.member.data' failed to satisfy constraint: Member must not be null"
        )
    }

    /// What a front with this desk alone answers.
    private func answer(
        of desk: ServiceDesk<Kinesis>, to operation: String, _ members: JSONValue
    ) async -> WireResponse {
        var alone = WireFront(
            admission: .anonymous(region: "r"),
            surroundings: Surroundings(time: house.clock, chance: .seeded(1)),
            logger: .quiet)
        alone.attend(desk)
        return await alone.answer(house.request(Kinesis.self, operation, members))
    }

    // How each service writes an error down.

    @Test func `spells an error of SQS with namespace and older code`() async {
        let refused = await ask(SQS.self, "SendMessage", ["QueueUrl": "q", "MessageBody": "refuse"])
        let stumbled = await ask(SQS.self, "SendMessage", ["QueueUrl": "q", "MessageBody": "stumble"])
        let gaveUp = await ask(SQS.self, "SendMessage", ["QueueUrl": "q", "MessageBody": "give up"])

        #expect(refused.status == 400)
        #expect(
            refused.text
                == #"{"__type":"com.amazon.coral.service#InvalidParameterValueException","message":"Not this one."}"#
        )
        #expect(refused.headers["x-amzn-query-error"] == "InvalidParameterValue;Sender")
        for failed in [stumbled, gaveUp] {
            #expect(failed.status == 500)
            #expect(failed.errorType == "InternalFailure")
            #expect(failed.headers["x-amzn-query-error"] == "InternalFailure;Receiver")
            #expect(!failed.text.contains("Mishap"), "what went wrong inside is nobody's business")
        }
    }

    @Test func `spells an error of Kinesis bare`() async {
        let unknown = await ask(Kinesis.self, "Fly", [:])
        let stumbled = await ask(
            Kinesis.self, "PutRecord",
            ["StreamName": "s", "PartitionKey": "k", "Data": .string(House.base64("stumble"))])

        #expect(unknown.status == 400)
        #expect(unknown.json?["__type"] == "UnknownOperationException")
        #expect(unknown.headers["x-amzn-query-error"] == nil)
        #expect(stumbled.status == 500 && stumbled.json?["__type"] == "InternalFailure")
    }

    // Strangers.

    @Test(arguments: ["GET", "PUT", "OPTIONS", "DELETE", "HEAD"])
    func `knows no operation of any other method`(method: String) async {
        var request = house.storing("x", by: SQS.self)
        request.method = method

        let response = await house.front.answer(house.signed(request, for: SQS.self))

        #expect(response.status == 403)
        #expect(response.text.contains("Unable to determine service/operation name to be authorized"))
        #expect(house.deeds.isEmpty)
    }

    @Test(arguments: [
        ("", 403), ("SendMessage", 403), ("DynamoDB_20120810.PutItem", 404), ("AmazonSQSx.SendMessage", 404),
        (".", 404),
    ])
    func `knows no other service`(target: String, status: Int) async {
        var request = house.storing("x", by: SQS.self)
        request.headers["x-amz-target"] = target

        #expect(await house.front.answer(request).status == status)
    }

    @Test(arguments: [
        "", ".", "Fly", "DynamoDB_20120810.PutItem", "Kinesis_20131203.ListStreams", ".ListStreams",
    ])
    func `knows no other service in the words of Kinesis where those are spoken`(target: String) async {
        var request = house.storing("x", by: Kinesis.self)
        request.headers["x-amz-target"] = target

        let response = await house.front.answer(request)

        #expect(response.status == 400)
        #expect(response.json?["__type"] == "UnknownOperationException")
    }

    @Test(
        arguments: [
            ("application/x-amz-json-1.1; charset=utf-8", 200), ("application/x-amz-json-1.0", 404),
            ("text/plain", 404),
            (nil, 404), ("application/json", 404),
        ] as [(String?, Int)])
    func `speaks Kinesis in its own content type only`(contentType: String?, status: Int) async {
        var request = house.storing("x", by: Kinesis.self)
        request.headers["content-type"] = contentType

        let response = await house.front.answer(house.signed(request, for: Kinesis.self))

        #expect(response.status == status)
        #expect(house.deeds.count == (status == 200 ? 1 : 0))
        if contentType == "application/json" {
            #expect(
                response.json?["Output"]?["__type"] == "com.amazon.coral.service#UnknownOperationException")
        } else if status == 404 {
            #expect(response.text == "<UnknownOperationException/>\n")
        }
    }

    @Test func `answers in the protocol that it is asked in`() async {
        var form = WireRequest(headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"])
        form.body = Array("Action=Fly".utf8)
        let query = WireRequest(method: "GET", path: "/000000000000/q", query: "Action=Fly")

        for request in [form, query] {
            let response = await house.front.answer(request)
            #expect(response.status == 400 && response.headers["content-type"] == "text/xml")
            #expect(response.text.contains("<Code>InvalidAction</Code>"))
            #expect(
                response.text.contains("<RequestId>\(response.headers["x-amzn-requestid"] ?? "")</RequestId>")
            )
        }
    }

    @Test func `says so when CBOR is spoken to a service that does not speak it`() async {
        var request = house.storing("x", by: SQS.self)
        request.headers["content-type"] = "application/x-amz-cbor-1.1"
        request.body = [0xA0]

        let response = await house.front.answer(request)

        #expect(response.errorType == "SerializationException")
        #expect(response.json?["message"]?.string?.contains("application/x-amz-json-1.0") == true)
    }

    @Test(arguments: Spoken.allCases)
    func `that is open to all asks nobody for a signature`(spoken: Spoken) async {
        let open = House(isOpenToAll: true)

        let response = await open.front.answer(open.storing("x", by: spoken.service))

        #expect(response.status == 200)
        #expect(open.deeds == ["anonymous in nowhere-1 at http://127.0.0.1:4566: x"])
    }

    private func ask(
        _ service: any WireService.Type, _ operation: String, _ body: JSONValue,
        by credentials: Credentials = House.owner
    ) async -> WireResponse {
        await house.front.answer(
            house.signed(house.request(service, operation, body), by: credentials, for: service))
    }
}
