import Clockwork
import JSON
import Testing

@testable import Wire

@Suite struct `AWS JSON` {
    @Test func `writes members with a capital letter, and leaves out what is absent`() throws {
        let sample = Sample(
            queueUrl: "u", tags: ["lower Case": "kept"], delaySeconds: 5, isOpen: true, data: Blob([0, 255]),
            moment: Timestamp(milliseconds: 1_500), records: [Sample.Entry(key: "a\"b")], size: 1 << 40)

        let text = String(decoding: try AWSJSONEncoder.encode(sample), as: UTF8.self)
        #expect(
            text == """
                {"QueueUrl":"u","DelaySeconds":5,"IsOpen":true,"Data":"AP8=","Moment":1.500,\
                "Records":[{"Key":"a\\"b"}],"Size":1099511627776,"tags":{"lower Case":"kept"}}
                """)
        #expect(String(decoding: try AWSJSONEncoder.encode(Sample()), as: UTF8.self) == #"{"QueueUrl":""}"#)
    }

    @Test func `writes other people's map keys as they are`() throws {
        let sample = Sample(tags: ["=odd": "1", "camelCase": "2", "": "3", "quo\"te\n": "4", "ünï": "5"])

        #expect(
            String(decoding: try AWSJSONEncoder.encode(sample), as: UTF8.self)
                == #"{"QueueUrl":"","tags":{"=odd":"1","camelCase":"2","":"3","quo\"te\n":"4","ünï":"5"}}"#)
        #expect(try decode(encoded(sample)) == sample)
    }

    @Test(arguments: [
        (0, "0"), (1_000, "1"), (1_001, "1.001"), (1_600_000_000_250, "1600000000.250"), (-1_500, "-1.500"),
        (-250, "-0.250"),
    ])
    func `writes times as seconds, with milliseconds where there are any`(milliseconds: Int64, text: String)
        throws
    {
        let sample = Sample(moment: Timestamp(milliseconds: milliseconds))

        #expect(try encoded(sample)["Moment"]?.text ?? "" == text)
        #expect(try decode(encoded(sample)).moment == sample.moment)
    }

    @Test func `reads what it wrote`() throws {
        let sample = Sample(
            queueUrl: "u\u{0}\n😀", tags: ["a": "1", "b": "2"], delaySeconds: -7, isOpen: false,
            data: Blob(Array(0...255)), moment: Timestamp(milliseconds: 1_795_000_000_123),
            records: [Sample.Entry(key: "x"), Sample.Entry(key: "y")], size: .min)

        #expect(try decode(encoded(sample)) == sample)
    }

    @Test(arguments: [
        #"{"QueueUrl":"u"}"#, #"{"QueueUrl":"u","Unknown":{"deep":[1,2]},"queueUrl":7}"#,
        #"{"QueueUrl":"u","DelaySeconds":null,"Records":null,"tags":null,"Data":null,"Moment":null,"IsOpen":null}"#,
    ])
    func `takes unknown and null members for absent`(text: String) throws {
        #expect(try decode(JSONValue(parsing: text)) == Sample(queueUrl: "u"))
    }

    @Test func `drops null entries of a map`() throws {
        let json: JSONValue = ["QueueUrl": "u", "tags": ["a": nil, "b": "kept"]]

        #expect(try decode(json).tags == ["b": "kept"])
    }

    @Test func `reads a map of many entries, each once`() throws {
        var tags = JSONObject()
        for number in 0..<20_000 { tags["k\(number % 900)"] = .string("\(number)") }
        let wide = try JSONValue(
            parsing: "{" + (0..<100_000).map { "\"k\($0)\":\"\"" }.joined(separator: ",") + "}")

        #expect(try decode(["QueueUrl": "u", "tags": .object(tags)]).tags?.count == 900)
        // Key by key this would be ten thousand million comparisons.
        #expect(try decode(["QueueUrl": "u", "tags": wide]).tags?.keys.last == "k99999")
    }

    @Test(
        arguments: [
            ("7", 7, 7), ("7.9", 7, 7), ("-7.1", -8, -8), ("1e3", 1_000, 1_000), ("-0.0", 0, 0),
            ("2147483648", 2_147_483_647, 2_147_483_648), ("-99999999999", -2_147_483_648, -99_999_999_999),
            ("99999999999999999999", 2_147_483_647, .max), ("-1e300", -2_147_483_648, .min),
            ("1e400", 2_147_483_647, .max),
        ] as [(String, Int, Int64)])
    func `rounds integers down and clamps them to their range`(text: String, integer: Int, long: Int64) throws
    {
        let sample = try decode(
            JSONValue(parsing: #"{"QueueUrl":"u","DelaySeconds":\#(text),"Size":\#(text)}"#))

        #expect(sample.delaySeconds == integer)
        #expect(sample.size == long)
    }

    @Test(
        arguments: [
            ("1600000000", 1_600_000_000_000), ("1600000000.25", 1_600_000_000_250),
            ("1.6e9", 1_600_000_000_000), ("-1.5", -1_500),
            ("0.0004", 0),
        ] as [(String, Int64)])
    func `reads times to the millisecond`(text: String, milliseconds: Int64) throws {
        #expect(
            try decode(JSONValue(parsing: #"{"QueueUrl":"u","Moment":\#(text)}"#)).moment?.milliseconds
                == milliseconds)
    }

    @Test(
        arguments: [
            (["QueueUrl": 5], .string, 5, ["QueueUrl"]),
            (["QueueUrl": "u", "tags": ["a": 1]], .string, 1, ["tags", "a"]),
            (["QueueUrl": "u", "tags": [1]], .map, [1], ["tags"]),
            (["QueueUrl": "u", "DelaySeconds": "5"], .integer, "5", ["DelaySeconds"]),
            (["QueueUrl": "u", "IsOpen": "maybe"], .boolean, "maybe", ["IsOpen"]),
            (["QueueUrl": "u", "IsOpen": 1], .boolean, 1, ["IsOpen"]),
            (["IsOpen": "maybe"], .boolean, "maybe", ["IsOpen"]),
            (["QueueUrl": "u", "Data": "A"], .blob, "A", ["Data"]),
            (["QueueUrl": "u", "Data": 7], .blob, 7, ["Data"]),
            (["QueueUrl": "u", "Moment": "now"], .timestamp, "now", ["Moment"]),
            (["QueueUrl": "u", "Moment": .integer(.min)], .timestamp, .integer(.min), ["Moment"]),
            (["QueueUrl": "u", "Moment": .number("1e13")], .timestamp, .number("1e13"), ["Moment"]),
            (["QueueUrl": "u", "Records": ["a": 1]], .list, ["a": 1], ["Records"]),
            (["QueueUrl": "u", "Records": [["Key": "a"], "b"]], .structure, "b", ["Records", "1"]),
            (
                ["QueueUrl": "u", "Records": [["Key": "a"], ["Key": true]]], .string, true,
                ["Records", "1", "Key"]
            ),
        ] as [(JSONValue, TypeMismatch.Wanted, JSONValue, [String])])
    func `tells a wrong type with the way to it`(
        json: JSONValue, wanted: TypeMismatch.Wanted, found: JSONValue, path: [String]
    ) {
        #expect(throws: TypeMismatch(wanted: wanted, found: found, path: path)) { try decode(json) }
    }

    @Test(arguments: [
        ("true", true), ("True", true), ("YES", true), ("1", true), ("false", false), ("no", false),
        ("0", false),
    ])
    func `reads a truth that is written as text`(text: String, truth: Bool) throws {
        #expect(try decode(["QueueUrl": "u", "IsOpen": .string(text)]).isOpen == truth)
    }

    @Test(
        arguments: [
            ([:], [["QueueUrl"]]), (["QueueUrl": nil], [["QueueUrl"]]),
            (["QueueUrl": "u", "Records": [["Key": "a"], [:]]], [["Records", "1", "Key"]]),
            (
                ["Records": [[:], ["Key": "a"], [:]]],
                [["QueueUrl"], ["Records", "0", "Key"], ["Records", "2", "Key"]]
            ),
        ] as [(JSONValue, [[String]])])
    func `tells all that is missing, with the way to it`(json: JSONValue, paths: [[String]]) {
        #expect(throws: MissingMembers(paths: paths)) { try decode(json) }
    }

    @Test func `finds what is missing whatever its type, and no more than is told`() {
        let entries = JSONValue.array(Array(repeating: [:], count: 20))

        #expect(
            throws: MissingMembers(paths: [
                ["Text"], ["Count"], ["Isit"], ["Bytes"], ["Since"], ["List"], ["Map"], ["Inner"],
            ])
        ) {
            try AWSJSONDecoder.decode(Demanding.self, from: [:])
        }
        #expect(throws: MissingMembers(paths: [["QueueUrl"]] + (0..<9).map { ["Records", "\($0)", "Key"] })) {
            try decode(["Records": entries])
        }
    }

    private func encoded(_ sample: Sample) throws -> JSONValue {
        try JSONValue(parsing: AWSJSONEncoder.encode(sample))
    }

    private func decode(_ json: JSONValue) throws -> Sample {
        try AWSJSONDecoder.decode(Sample.self, from: json)
    }
}

/// A member of every kind.
private struct Sample: Codable, Equatable {
    var queueUrl = ""
    var tags: WireMap<String>?
    var delaySeconds: Int?
    var isOpen: Bool?
    var data: Blob?
    var moment: Timestamp?
    var records: [Entry]?
    var size: Int64?

    struct Entry: Codable, Equatable {
        var key: String
    }

    enum CodingKeys: String, CodingKey {
        case queueUrl, delaySeconds, isOpen, data, moment, records, size
        case tags = "=tags"
    }
}

/// A member of every kind, none of which may be missing.
private struct Demanding: Codable {
    var text: String
    var count: Int
    var isit: Bool
    var bytes: Blob
    var since: Timestamp
    var list: [String]
    var map: WireMap<String>
    var inner: Inner

    struct Inner: Codable {
        var key: String
    }
}

@Suite struct `Base64 text` {
    @Test(
        arguments: [
            ("", []), ("AA==", [0]), ("AAA=", [0, 0]), ("AAAA", [0, 0, 0]), ("/+8=", [0xFF, 0xEF]),
            ("Zm9vYg==", Array("foob".utf8)),
            ("Zm9vYmE=", Array("fooba".utf8)), ("Zm9vYmFy", Array("foobar".utf8)),
        ] as [(String, [UInt8])])
    func `is RFC 4648's`(text: String, bytes: [UInt8]) {
        var written: [UInt8] = []
        Base64.append(bytes, to: &written)

        #expect(String(decoding: written, as: UTF8.self) == text)
        #expect(Base64.decode(text) == bytes)
    }

    @Test(arguments: [
        "A", "AA", "AAA", "AA=", "====", "A===", "=AAA", "AA=A", "AAAA=", "AA==AA==", "AB==", "AAB=", "AA-_",
        "AA A", "AAA\n",
        "AAAAé", "AA==\0\0\0\0",
    ])
    func `is nothing else`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: UInt64(1)...100)
    func `gives any bytes back`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = (0..<Int(seed)).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        var text: [UInt8] = []

        Base64.append(bytes, to: &text)

        #expect(Base64.decode(String(decoding: text, as: UTF8.self)) == bytes, "seed \(seed)")
    }
}

@Suite struct `An HTTP date` {
    @Test(arguments: [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ("Tue, 24 Nov 2026 13:00:00 GMT", 1_795_525_200),
        ("Wed, 31 Dec 1969 23:59:59 GMT", -1), ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800),
    ])
    func `is written and read`(text: String, seconds: Int64) {
        #expect(HTTPDate.text(for: Timestamp(seconds: seconds)) == text)
        #expect(Timestamp(httpDate: text) == Timestamp(seconds: seconds))
    }

    @Test func `is read from a mail's form too`() {
        #expect(Timestamp(httpDate: "Sun, 06 Nov 1994 08:49:37 -0000") == Timestamp(seconds: 784_111_777))
    }

    @Test(arguments: [
        "", "now", "1795525200", "Sun Nov  6 08:49:37 1994", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nix 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT",
    ])
    func `is not read from anything else`(text: String) {
        #expect(Timestamp(httpDate: text) == nil)
    }
}
