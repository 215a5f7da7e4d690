import JSON
import Testing

@testable import Wire

@Suite struct `A form` {
    private func form(_ text: String, query: String = "") throws -> QueryForm? {
        try QueryForm(
            of: WireRequest(
                path: "/", query: query, headers: ["content-type": QueryForm.mediaType],
                body: Array(text.utf8)))
    }

    @Test(arguments: [
        ("a=b", "b"), ("a=", ""), ("a", ""), ("x=1&a=b&y", "b"), ("a=1&a=2", "2"), ("a=b+c%20d%2B", "b c d+"),
        ("a=%C3%BC%F0%9F%98%80", "ü😀"), ("a=100%", "100%"), ("a=b=c", "b=c"), ("%61=b", "b"),
    ])
    func `says`(text: String, value: String) throws {
        #expect(try form(text)?["a"] == value)
    }

    @Test func `may stand behind a question mark, in part or in whole`() throws {
        #expect(try form("b=2", query: "a=1")?["a"] == "1")
        #expect(try form("b=2", query: "a=1")?["b"] == "2")
        #expect(try QueryForm(of: WireRequest(method: "GET", query: "a=1"))?["a"] == "1")
    }

    @Test func `is none in a request of another kind`() throws {
        #expect(try QueryForm(of: WireRequest(headers: ["content-type": "application/json"])) == nil)
        #expect(try QueryForm(of: WireRequest(method: "GET")) == nil)
    }

    @Test(arguments: [
        String(repeating: "a=b&", count: 2_001), "a" + String(repeating: ".b", count: 8) + "=c",
    ])
    func `that says more than anybody could mean is refused`(text: String) {
        #expect(throws: WireError.self) { try form(text) }
    }

    @Test func `is read as AWS JSON would have said it`() throws {
        let dialect = try #require(SQS.queryDialect)
        let text =
            "Action=SendMessageBatch&SendMessageBatchRequestEntry.2.Id=b&SendMessageBatchRequestEntry.1.Id=a"
            + "&SendMessageBatchRequestEntry.1.DelaySeconds=5&SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=k"
            + "&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType=String&Unknown.1=x"
        let form = try #require(try form(text))

        let question = try dialect.question(form, in: WireRequest(path: "/1/q", headers: ["host": "h:1"]))

        #expect(question.operation == "SendMessageBatch")
        #expect(
            question.input["Entries"] == [
                ["Id": "a", "DelaySeconds": 5, "MessageAttributes": ["k": ["DataType": "String"]]],
                ["Id": "b"],
            ])
        #expect(question.input["QueueUrl"] == "http://h:1/1/q")
    }
}

@Suite struct `An answer in XML` {
    @Test(arguments: [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"), ("\"\r\n\t", "&quot;&#xD;\n\t"), ("ü漢😀", "ü漢😀"),
        ("\u{0}\u{1F}\u{FFFE}", "\u{FFFD}\u{FFFD}\u{FFFD}"),
    ])
    func `keeps texts as they are`(text: String, escaped: String) {
        #expect(XMLText.escaped(text) == escaped)
    }

    @Test func `repeats flattened elements, and leaves out what is not there`() throws {
        let dialect = try #require(SQS.queryDialect)
        let output =
            #"{"Messages":[{"MessageId":"1","Body":"x","Attributes":{"A":"1","B":"2"}},{"MessageId":"2","Body":""}]}"#

        let response = dialect.response(
            to: .init(operation: "ReceiveMessage", input: [:]), output: Array(output.utf8), requestID: "r")

        #expect(
            String(decoding: response.body, as: UTF8.self) == """
                <?xml version="1.0"?><ReceiveMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">\
                <ReceiveMessageResult><Message><MessageId>1</MessageId><Body>x</Body>\
                <Attribute><Name>A</Name><Value>1</Value></Attribute><Attribute><Name>B</Name><Value>2</Value></Attribute>\
                </Message><Message><MessageId>2</MessageId><Body></Body></Message></ReceiveMessageResult>\
                <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></ReceiveMessageResponse>
                """)
    }

    @Test func `is described for all 23 operations`() {
        #expect(SQS.queryDialect?.forms.count == 23)
    }
}

@Suite struct `An answer in the older protocol` {
    @Test(arguments: [
        ("GET", "application/json", true), ("GET", "text/xml, application/json;q=0.5", true),
        ("GET", "*/*", false), ("GET", nil, false), ("POST", "application/json", false),
    ])
    func `is JSON where a GET accepts it, and else XML`(method: String, accept: String?, isJSON: Bool) {
        var request = WireRequest(method: method)
        request.headers["accept"] = accept

        #expect((QueryTongue(wantedBy: request) == .json) == isJSON)
    }

    @Test func `writes maps as lists of pairs where it is JSON`() throws {
        let dialect = try #require(SQS.queryDialect)
        let output =
            #"{"Messages":[{"Body":"x","Attributes":{"A":"1"},"MessageAttributes":{"k":{"StringValue":"v"}}}]}"#

        let answer = dialect.json(
            to: .init(operation: "ReceiveMessage", input: [:]), output: Array(output.utf8), requestID: "r")

        let message: JSONValue = [
            "Body": "x", "Attributes": [["Name": "A", "Value": "1"]],
            "MessageAttributes": [["Name": "k", "Value": ["StringValue": "v"]]],
        ]
        #expect(
            answer == [
                "ReceiveMessageResponse": [
                    "ReceiveMessageResult": ["messages": [message]], "ResponseMetadata": ["RequestId": "r"],
                ]
            ])
    }
}
