import Clockwork
import JSON
import Testing

@testable import Wire

@Suite struct `A CBOR item` {
    /// Source: RFC 8949, appendix A; lengths and widths that Java writes.
    @Test(
        arguments: [
            ("00", .integer(0)), ("17", .integer(23)), ("1818", .integer(24)), ("1903e8", .integer(1_000)),
            ("1a000f4240", .integer(1_000_000)), ("1b000000e8d4a51000", .integer(1_000_000_000_000)),
            ("1b0000000000000007", .integer(7)), ("1a0000000a", .integer(10)),
            ("1bffffffffffffffff", .integer(.max)), ("3bffffffffffffffff", .integer(.min)),
            ("20", .integer(-1)), ("3903e7", .integer(-1_000)),
            ("f90000", .double(0)), ("f93c00", .double(1)), ("f97bff", .double(65_504)),
            ("f90001", .double(5.960464477539063e-8)), ("f9c400", .double(-4)),
            ("f97c00", .double(.infinity)),
            ("fa47c35000", .double(100_000)), ("fb3ff199999999999a", .double(1.1)),
            ("f4", .bool(false)), ("f5", .bool(true)), ("f6", .null), ("f7", .null),
            ("40", .bytes([])), ("4401020304", .bytes([1, 2, 3, 4])), ("60", .text("")),
            ("6449455446", .text("IETF")), ("62c3bc", .text("ü")),
            ("5f42010243030405ff", .bytes([1, 2, 3, 4, 5])),
            ("7f657374726561646d696e67ff", .text("streaming")),
            ("7f61c361bcff", .text("ü")), ("5fff", .bytes([])),
            ("83010203", .array([.integer(1), .integer(2), .integer(3)])), ("9fff", .array([])),
            (
                "9f018202039f0405ffff",
                .array([
                    .integer(1), .array([.integer(2), .integer(3)]), .array([.integer(4), .integer(5)]),
                ])
            ),
            ("a16161f6", .map([.init(name: "a", value: .null)])),
            (
                "bf6161017f6162ff9f02ffff",
                .map([
                    .init(name: "a", value: .integer(1)), .init(name: "b", value: .array([.integer(2)])),
                ])
            ),
            ("c11b0000018bcfe56800", .moment(Timestamp(milliseconds: 1_700_000_000_000))),
            ("c100", .moment(Timestamp(milliseconds: 0))), ("c120", .moment(Timestamp(milliseconds: -1))),
            ("d82076687474703a2f2f7777772e6578616d706c652e636f6d", .text("http://www.example.com")),
        ] as [(String, CBORValue)])
    func `is read however it is written`(hex: String, value: CBORValue) throws {
        #expect(try CBORValue(parsing: bytes(hex)) == value)
    }

    @Test(
        arguments: [
            ("", .endOfBytes), ("18", .endOfBytes), ("6161ff", .moreAfterValue), ("62c3", .endOfBytes),
            ("61c3", .invalidUTF8), ("5b7fffffffffffffff", .endOfBytes), ("9b7fffffffffffffff", .endOfBytes),
            ("9f01", .endOfBytes), ("bf616101", .endOfBytes), ("ff", .unexpected(0xFF)),
            ("1f", .unexpected(0x1F)),
            ("1c", .unexpected(0x1C)), ("5f6161ff", .unexpected(0x61)), ("5f5f4101ffff", .unexpected(0x5F)),
            ("a10102", .keyIsNoText), ("bf6161ff", .unexpected(0xFF)),
            ("a2616101616102", .repeatedMember("a")),
            ("c1fb41d4000000000000", .unexpected(0xC1)), ("c16161", .unexpected(0xC1)),
            ("c11b7fffffffffffffff", .unexpected(0xC1)), ("f0", .unexpected(0xF0)),
            ("f818", .unexpected(0xF8)),
        ] as [(String, CBORError)])
    func `is not read where it is none`(hex: String, error: CBORError) {
        #expect(throws: error) { try CBORValue(parsing: bytes(hex)) }
    }

    @Test func `nested without end is no way to a stack overflow`() {
        for opening: UInt8 in [0x81, 0x9F, 0xC2] {
            #expect(throws: CBORError.tooDeep(limit: 32)) {
                try CBORValue(parsing: Array(repeating: opening, count: 100_000))
            }
        }
    }

    @Test func `cut off anywhere ends in an error and no crash`() throws {
        let whole = try CBOREncoder.encode(PutRecords(streamName: "s", records: [entry, entry]))

        for length in 0..<whole.count {
            #expect(throws: CBORError.endOfBytes) { try CBORValue(parsing: Array(whole.prefix(length))) }
        }
    }
}

@Suite struct `An operation in CBOR` {
    @Test func `is an open map with blobs as they are and moments in milliseconds`() throws {
        let record = StreamRecord(
            sequenceNumber: "1", approximateArrivalTimestamp: Timestamp(milliseconds: 1_700_000_000_123),
            data: Blob([0, 255]), partitionKey: "k")

        let written = try CBOREncoder.encode(GetRecords.Output(records: [record], millisBehindLatest: 300))

        // {_ "Records": [_ {_ "SequenceNumber": "1", "ApproximateArrivalTimestamp": 1(1700000000123),
        // "Data": h'00ff', "PartitionKey": "k"}], "MillisBehindLatest": 300}
        #expect(
            written
                == bytes(
                    """
                    bf675265636f7264739fbf6e53657175656e63654e756d626572613178\
                    1b417070726f78696d6174654172726976616c54696d657374616d70c1\
                    1b0000018bcfe5687b64446174614200ff6c506172746974696f6e4b65\
                    79616bffff724d696c6c6973426568696e644c617465737419012cff
                    """))
    }

    @Test func `says the same as in JSON`() throws {
        let operation = PutRecords(streamARN: "arn", records: [entry, entry], dryRun: true)

        let cbor = try CBORValue(parsing: CBOREncoder.encode(operation))
        let read = try CBORDecoder.decode(PutRecords.self, from: cbor)

        #expect(cbor.json == (try JSONValue(parsing: AWSJSONEncoder.encode(operation))))
        #expect(try AWSJSONEncoder.encode(read) == AWSJSONEncoder.encode(operation))
    }

    @Test(arguments: ["c11b0000018bcfe5687b", "1b0000018bcfe5687b"])
    func `tells a moment with its tag or without`(hex: String) throws {
        let request =
            "a3675368617264496461307153686172644974657261746f72547970656154"
            + "6954696d657374616d70" + hex

        let read = try CBORDecoder.decode(GetShardIterator.self, from: CBORValue(parsing: bytes(request)))

        #expect(read.timestamp == Timestamp(milliseconds: 1_700_000_000_123))
    }

    @Test func `may have members that are unknown or null`() throws {
        let cbor = CBORValue.map([
            .init(name: "ShardIterator", value: .text("i")), .init(name: "Limit", value: .null),
            .init(name: "Later", value: .array([.double(1.5)])),
        ])

        #expect(try CBORDecoder.decode(GetRecords.self, from: cbor).limit == nil)
    }

    @Test(arguments: [
        (CBORValue.double(7.9), 7), (.integer(1 << 40), 2_147_483_647), (.double(-1e300), -2_147_483_648),
    ])
    func `has its integers rounded down and clamped to their range`(value: CBORValue, integer: Int) throws {
        let cbor = CBORValue.map([
            .init(name: "ShardIterator", value: .text("i")), .init(name: "Limit", value: value),
        ])

        #expect(try CBORDecoder.decode(GetRecords.self, from: cbor).limit == integer)
    }

    @Test func `is told all that it misses`() throws {
        let cbor = CBORValue.map([.init(name: "Records", value: .array([.map([]), .map([])]))])

        #expect(throws: MissingMembers(paths: [["Records", "0", "Data"], ["Records", "1", "Data"]])) {
            try CBORDecoder.decode(PutRecords.self, from: cbor)
        }
    }

    @Test func `is told a wrong type with the way to it`() {
        let cbor = CBORValue.map([.init(name: "StreamName", value: .bytes([1]))])

        #expect(throws: TypeMismatch(wanted: .string, found: "AQ==", path: ["StreamName"])) {
            try CBORDecoder.decode(DeleteStream.self, from: cbor)
        }
    }

    @Test func `has no blobs that are texts`() {
        let cbor = CBORValue.map([
            .init(name: "Data", value: .text("dGVh")), .init(name: "PartitionKey", value: .text("k")),
        ])

        #expect(throws: WireError.self) { try CBORDecoder.decode(PutRecord.self, from: cbor) }
    }
}

@Suite struct `A front that is asked in CBOR` {
    private let house = House()

    @Test func `answers in CBOR`() async throws {
        let operation = PutRecord(
            streamName: "order-events", data: Blob(Array("tea".utf8)), partitionKey: "k")

        let response = await ask("PutRecord", try CBOREncoder.encode(operation))

        #expect(response.status == 200)
        #expect(response.headers["content-type"] == "application/x-amz-cbor-1.1")
        #expect(
            try CBORValue(parsing: response.body)
                == .map([
                    .init(name: "ShardId", value: .text("s")),
                    .init(name: "SequenceNumber", value: .text("1")),
                ]))
        #expect(house.deeds == ["OWNER in us-east-1 at http://127.0.0.1:4566: tea"])
    }

    @Test func `tells an unreadable body in CBOR`() async throws {
        for body in [[], Array("{}".utf8), bytes("a1"), bytes("80"), bytes("a000")] {
            let response = await ask("PutRecord", body)

            #expect(response.status == 400)
            #expect(response.headers["content-type"] == "application/x-amz-cbor-1.1")
            #expect(
                try CBORValue(parsing: response.body)
                    == .map([.init(name: "__type", value: .text("SerializationException"))]))
        }
        #expect(house.deeds.isEmpty)
    }

    @Test(arguments: [
        ("PutRecord", "a0", "ValidationException", "message"),
        ("Fly", "a0", "UnknownOperationException", "message"),
        ("PutRecord", "a16a53747265616d4e616d6501", "SerializationException", "Message"),
    ])
    func `tells every error in CBOR`(operation: String, hex: String, type: String, member: String)
        async throws
    {
        let response = await ask(operation, bytes(hex))

        let told = try CBORValue(parsing: response.body).json
        #expect(response.status == 400)
        #expect(told["__type"]?.string == type)
        #expect(told[member]?.string?.isEmpty == false)
    }

    @Test func `verifies the signature all the same`() async throws {
        var request = request("DeleteStream", bytes("a0"))
        request.headers["authorization"] = nil

        let response = await house.front.answer(request)

        #expect(try CBORValue(parsing: response.body).json["__type"] == "MissingAuthenticationTokenException")
    }

    private func request(_ operation: String, _ body: [UInt8]) -> WireRequest {
        var request = house.request(Kinesis.self, operation, [:])
        request.headers["content-type"] = "application/x-amz-cbor-1.1"
        request.body = body
        return request
    }

    private func ask(_ operation: String, _ body: [UInt8]) async -> WireResponse {
        await house.front.answer(house.signed(request(operation, body), for: Kinesis.self))
    }
}

private let entry = PutRecords.Entry(data: Blob(Array(0...255)), partitionKey: "ü", explicitHashKey: "7")

private func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8).map { UInt8(Character(UnicodeScalar($0)).hexDigitValue ?? 0) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
