import Synchronization
import Testing

@testable import Wire

@Suite struct `A frame of an event stream` {
    /// Source: layout of the Smithy specification; checksums computed with zlib.
    @Test func `lays lengths, headers and payload between checksums`() {
        let expected: [UInt8] =
            [0, 0, 0, 0x68, 0, 0, 0, 0x56, 0x4E, 0x68, 0x17, 0x24]
            + [0x0D] + Array(":message-type".utf8) + [7, 0, 5] + Array("event".utf8)
            + [0x0B] + Array(":event-type".utf8) + [7, 0, 0x10] + Array("initial-response".utf8)
            + [0x0D] + Array(":content-type".utf8) + [7, 0, 0x10] + Array("application/json".utf8)
            + Array("{}".utf8) + [0xFE, 0x94, 0x2C, 0x1D]

        #expect(EventFrame.beginning(in: .json).bytes == expected)
    }

    @Test func `holds an event or an exception in the coding of its stream`() throws {
        let life = SubscribeToShard.Event(records: [], continuationSequenceNumber: "7", millisBehindLatest: 0)
        let error = WireError("ResourceInUseException", "taken")

        let frames = try [WireCoding.json, .cbor].flatMap { coding in
            [
                try EventFrame.event(life, named: SubscribeToShard.eventName, in: coding),
                try EventFrame.exception(error, in: coding),
            ]
        }

        #expect(
            frames.map { $0.headers.map(\.value) } == [
                ["event", "SubscribeToShardEvent", "application/json"],
                ["exception", "ResourceInUseException", "application/json"],
                ["event", "SubscribeToShardEvent", "application/x-amz-cbor-1.1"],
                ["exception", "ResourceInUseException", "application/x-amz-cbor-1.1"],
            ])
        #expect(frames[0].headers.map(\.name) == [":message-type", ":event-type", ":content-type"])
        #expect(frames[1].headers.map(\.name) == [":message-type", ":exception-type", ":content-type"])
        #expect(String(decoding: frames[1].payload, as: UTF8.self) == #"{"message":"taken"}"#)
        #expect(
            try CBORValue(parsing: frames[3].payload) == .map([.init(name: "message", value: .text("taken"))])
        )
    }

    /// Source: the check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
    @Test(arguments: [("", 0), ("123456789", 0xCBF4_3926), ("a", 0xE8B7_BE43)] as [(String, UInt32)])
    func `is summed up as zlib does`(text: String, checksum: UInt32) {
        #expect(CRC32.of(Array(text.utf8)[...]) == checksum)
    }
}

@Suite struct `A reader of an event stream` {
    @Test(arguments: [1, 7, 16, 1_000])
    func `takes frames out of bytes, however these are cut`(size: Int) async throws {
        let bytes = try EventFrame.beginning(in: .json).bytes + event(1) + event(2)
        let reader = EventReader<SubscribeToShard.Event>(answer(bytes, in: size))

        #expect(try await reader.next()?.continuationSequenceNumber == "1")
        #expect(try await reader.next()?.continuationSequenceNumber == "2")
        #expect(try await reader.next() == nil)
        #expect(try await reader.next() == nil)
    }

    @Test func `throws what the server tells as the last`() async throws {
        let taken = WireError("ResourceInUseException", "taken")
        let bytes = try event(1) + EventFrame.exception(taken, in: .json).bytes
        let reader = EventReader<SubscribeToShard.Event>(answer(bytes, in: 64))

        #expect(try await reader.next() != nil)
        await #expect(throws: ClientError.refused(taken)) { try await reader.next() }
        #expect(try await reader.next() == nil)
    }

    @Test func `takes no half frame for the end`() async throws {
        let bytes = try event(1)
        for length in 1..<bytes.count {
            let reader = EventReader<SubscribeToShard.Event>(answer(Array(bytes.prefix(length)), in: 64))
            let error = await #expect(throws: ClientError.self) { try await reader.next() }
            #expect(error?.type == nil)
        }
    }

    @Test func `notices every bit that is not as it was sent`() throws {
        let bytes = try event(1)
        for place in bytes.indices {
            for bit in 0..<8 {
                var frames = EventFrames()
                var changed = bytes
                changed[place] ^= 1 << UInt8(bit)
                frames.take(changed)
                #expect(throws: EventStreamError.wrongChecksum) { try frames.next() }
            }
        }
    }

    @Test func `passes headers over that are no texts`() throws {
        let others: [UInt8] =
            [1, 0x61, 0] + [1, 0x62, 4, 0, 0, 0, 1] + [1, 0x63, 5] + Array(repeating: 0, count: 8)
            + [1, 0x64, 6, 0, 2, 9, 9] + [1, 0x65, 9] + Array(repeating: 0, count: 16) + [
                1, 0x66, 7, 0, 1, 0x78,
            ]
        var bytes: [UInt8] = []
        bytes.appendBigEndian(UInt32(others.count + 16))
        bytes.appendBigEndian(UInt32(others.count))
        bytes.appendBigEndian(CRC32.of(bytes[...]))
        bytes += others
        bytes.appendBigEndian(CRC32.of(bytes[...]))
        var frames = EventFrames()
        frames.take(bytes)

        let frame = try #require(try frames.next())

        #expect(frame.headers.map(\.name) == ["f"] && frame["f"] == "x" && frame.payload == [])
    }

    private func event(_ number: Int) throws -> [UInt8] {
        let event = SubscribeToShard.Event(
            records: [], continuationSequenceNumber: "\(number)", millisBehindLatest: 0)
        return try EventFrame.event(event, named: SubscribeToShard.eventName, in: .json).bytes
    }

    /// An answer that brings these bytes in pieces of a size.
    private func answer(_ bytes: [UInt8], in size: Int) -> WireResponse {
        let pieces = Mutex(bytes[...])
        return WireResponse(status: 200) {
            pieces.withLock { left in
                defer { left = left.dropFirst(size) }
                return WireResponse.Piece(Array(left.prefix(size)), isLast: left.count <= size)
            }
        }
    }
}
