import Clockwork

/// Why bytes are not CBOR, or not CBOR that this protocol has a use for.
enum CBORError: Error, Hashable, Sendable {
    case endOfBytes
    case invalidUTF8
    case keyIsNoText
    case repeatedMember(String)
    /// A number, tag or piece that stands where none belongs.
    case unexpected(UInt8)
    case tooDeep(limit: Int)
    case tooWide(limit: Int)
    case moreAfterValue
}

extension CBORValue {
    /// Reads one CBOR item.
    ///
    /// - Parameters:
    ///   - bytes: The whole item and nothing behind it.
    ///   - depth: How deep items may be nested; hostile nesting ends here and not in a stack overflow.
    ///   - width: How many members one map may have.
    init(parsing bytes: [UInt8], depth: Int = 32, width: Int = 1_000) throws(CBORError) {
        let result = bytes.withUnsafeBufferPointer { bytes in
            Result { () throws(CBORError) in
                var reader = CBORReader(bytes: bytes, depthLimit: depth, widthLimit: width)
                return try reader.wholeItem()
            }
        }
        self = try result.get()
    }
}

/// A recursive-descent reader of RFC 8949 over bytes.
private struct CBORReader {
    let bytes: UnsafeBufferPointer<UInt8>
    let depthLimit: Int
    let widthLimit: Int
    var place = 0
    var depth = 0

    /// What an item begins with: its kind, and the number beside it; nil stands for an indefinite length.
    private struct Head {
        let byte: UInt8
        let number: UInt64?

        var kind: UInt8 { byte >> 5 }
    }

    mutating func wholeItem() throws(CBORError) -> CBORValue {
        let value = try item()
        guard place == bytes.count else { throw .moreAfterValue }
        return value
    }

    private mutating func item() throws(CBORError) -> CBORValue {
        let head = try head()
        switch (head.kind, head.number) {
        case (0, let number?): return .integer(Int64(clamping: number))
        case (1, let number?): return .integer(Int64(exactly: number).map { ~$0 } ?? .min)
        case (2, _): return .bytes(try string(head))
        case (3, _): return .text(try text(head))
        case (4, let count): return .array(try array(count))
        case (5, let count): return .map(try map(count))
        case (6, let tag?): return try tagged(tag, head)
        case (7, let number?): return try simple(head, number)
        default: throw .unexpected(head.byte)
        }
    }

    private mutating func head() throws(CBORError) -> Head {
        let byte = try next()
        switch byte & 31 {
        case let small where small < 24: return Head(byte: byte, number: UInt64(small))
        case let size where size < 28:
            var number: UInt64 = 0
            for _ in 0..<(1 << (size - 24)) { number = number << 8 | UInt64(try next()) }
            return Head(byte: byte, number: number)
        case 31: return Head(byte: byte, number: nil)
        default: throw .unexpected(byte)
        }
    }

    private mutating func next() throws(CBORError) -> UInt8 {
        guard place < bytes.count else { throw .endOfBytes }
        defer { place += 1 }
        return bytes[place]
    }

    /// A string in one piece, or in pieces of its own kind that each tell their length.
    private mutating func string(_ head: Head) throws(CBORError) -> [UInt8] {
        if let count = head.number { return Array(try piece(count)) }
        var whole: [UInt8] = []
        while try !isBroken() {
            let next = try self.head()
            guard next.kind == head.kind, let count = next.number else { throw .unexpected(next.byte) }
            whole.append(contentsOf: try piece(count))
        }
        return whole
    }

    private mutating func text(_ head: Head) throws(CBORError) -> String {
        let text =
            if let count = head.number {
                String(validating: try piece(count), as: UTF8.self)
            } else {
                String(validating: try string(head), as: UTF8.self)
            }
        guard let text else { throw .invalidUTF8 }
        return text
    }

    private mutating func piece(_ count: UInt64) throws(CBORError) -> Slice<UnsafeBufferPointer<UInt8>> {
        guard count <= UInt64(bytes.count - place) else { throw .endOfBytes }
        defer { place += Int(count) }
        return bytes[place..<(place + Int(count))]
    }

    private mutating func array(_ count: UInt64?) throws(CBORError) -> [CBORValue] {
        try descend()
        var items: [CBORValue] = []
        while try hasMore(items.count, of: count) { items.append(try item()) }
        depth -= 1
        return items
    }

    private mutating func map(_ count: UInt64?) throws(CBORError) -> [CBORValue.Member] {
        try descend()
        var members: [CBORValue.Member] = []
        while try hasMore(members.count, of: count) {
            guard members.count < widthLimit else { throw .tooWide(limit: widthLimit) }
            let head = try head()
            guard head.kind == 3 else { throw .keyIsNoText }
            let name = try text(head)
            guard !members.contains(where: { $0.name == name }) else { throw .repeatedMember(name) }
            members.append(CBORValue.Member(name: name, value: try item()))
        }
        depth -= 1
        return members
    }

    private mutating func descend() throws(CBORError) {
        guard depth < depthLimit else { throw .tooDeep(limit: depthLimit) }
        depth += 1
    }

    private mutating func hasMore(_ read: Int, of count: UInt64?) throws(CBORError) -> Bool {
        if let count { return UInt64(read) < count }
        return try !isBroken()
    }

    /// Whether the break comes here that ends what has no length of its own; then it is read.
    private mutating func isBroken() throws(CBORError) -> Bool {
        guard place < bytes.count else { throw .endOfBytes }
        guard bytes[place] == 0xFF else { return false }
        place += 1
        return true
    }

    /// Of all tags only the one of moments means something here; any other item counts as if it had none.
    private mutating func tagged(_ tag: UInt64, _ head: Head) throws(CBORError) -> CBORValue {
        try descend()
        let value = try item()
        depth -= 1
        guard tag == 1 else { return value }
        guard case .integer(let milliseconds) = value, let moment = Timestamp(wireMilliseconds: milliseconds)
        else { throw .unexpected(head.byte) }
        return .moment(moment)
    }

    private func simple(_ head: Head, _ number: UInt64) throws(CBORError) -> CBORValue {
        switch head.byte & 31 {
        case 20: return .bool(false)
        case 21: return .bool(true)
        case 22, 23: return .null
        case 25: return .double(Self.double(half: UInt16(truncatingIfNeeded: number)))
        case 26: return .double(Double(Float(bitPattern: UInt32(truncatingIfNeeded: number))))
        case 27: return .double(Double(bitPattern: number))
        default: throw .unexpected(head.byte)
        }
    }

    /// Not by `Float16`, which Swift does not have on every Mac. Source: RFC 8949, appendix D.
    private static func double(half: UInt16) -> Double {
        let (exponent, fraction) = (Int(half >> 10 & 31), Double(half & 0x3FF))
        let size: Double =
            switch exponent {
            case 0: Double(sign: .plus, exponent: -24, significand: fraction)
            case 31: fraction == 0 ? .infinity : .nan
            default: Double(sign: .plus, exponent: exponent - 25, significand: fraction + 1_024)
            }
        return half & 0x8000 == 0 ? size : -size
    }
}

extension Timestamp {
    /// A moment within some thirty thousand years around 1970, so that nobody's arithmetic runs over; nil beyond.
    init?(wireMilliseconds milliseconds: Int64) {
        guard milliseconds.magnitude < 1_000_000_000_000_000 else { return nil }
        self.init(milliseconds: milliseconds)
    }
}
