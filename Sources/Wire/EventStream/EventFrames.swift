/// Takes frames out of bytes, however these come in pieces.
struct EventFrames {
    private var held: ArraySlice<UInt8> = []

    /// Bytes that belong to no whole frame yet.
    var heldBytes: Int { held.count }

    mutating func take(_ bytes: [UInt8]) { held.append(contentsOf: bytes) }

    /// The next frame; nil until the rest of it has come.
    mutating func next() throws(EventStreamError) -> EventFrame? {
        guard held.count >= Self.preludeBytes else { return nil }
        let start = held.startIndex
        let total = Int(number(at: start) as UInt32)
        let headerBytes = Int(number(at: start + 4) as UInt32)
        guard CRC32.of(held[start..<(start + 8)]) == number(at: start + 8) else { throw .wrongChecksum }
        guard total <= Self.mostBytes, headerBytes <= total - Self.preludeBytes - 4 else { throw .malformed }
        guard held.count >= total else { return nil }
        let end = start + total - 4
        guard CRC32.of(held[start..<end]) == number(at: end) else { throw .wrongChecksum }
        let headersEnd = start + Self.preludeBytes + headerBytes
        let frame = EventFrame(
            headers: try headers(from: start + Self.preludeBytes, to: headersEnd),
            payload: Array(held[headersEnd..<end]))
        held = held[(end + 4)...]
        return frame
    }

    /// The headers that are texts; of the others only the length matters.
    private func headers(
        from start: Int, to end: Int
    ) throws(EventStreamError) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        var place = start
        func take(_ count: Int) throws(EventStreamError) -> ArraySlice<UInt8> {
            guard count <= end - place else { throw .malformed }
            defer { place += count }
            return held[place..<(place + count)]
        }
        while place < end {
            let name = String(decoding: try take(Int(try take(1)[place - 1])), as: UTF8.self)
            let type = try take(1)[place - 1]
            switch type {
            case 0, 1: break
            case 2...5: _ = try take(1 << (type - 2))
            case 6, 7:
                let count = Int(number(of: try take(2)) as UInt16)
                let value = try take(count)
                if type == 7 { headers.append((name, String(decoding: value, as: UTF8.self))) }
            case 8: _ = try take(8)
            case 9: _ = try take(16)
            default: throw .malformed
            }
        }
        return headers
    }

    private func number<Number: FixedWidthInteger>(at place: Int) -> Number {
        number(of: held[place..<(place + Number.bitWidth / 8)])
    }

    private func number<Number: FixedWidthInteger>(of bytes: ArraySlice<UInt8>) -> Number {
        bytes.reduce(0) { $0 << 8 | Number($1) }
    }

    private static let preludeBytes = 12
    /// A record of 10 MiB makes some 14 MiB in base64; Smithy has frames of 24 MiB at most.
    private static let mostBytes = 24 << 20
}

/// Why bytes are no stream of events.
enum EventStreamError: Error, Hashable, Sendable {
    case wrongChecksum
    case malformed
}
