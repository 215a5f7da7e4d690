extension JSONValue {
    /// Reads one JSON text.
    ///
    /// - Parameters:
    ///   - bytes: The whole text in UTF-8, without a byte order mark.
    ///   - depth: How deep values may be nested; hostile nesting ends here and not in a stack overflow.
    ///   - width: How many members one object may have.
    /// - Throws: ``JSONError`` with the place of the fault.
    public init(
        parsing bytes: some Collection<UInt8>, depth: Int = 64, width: Int = .max
    ) throws(JSONError) {
        let parse: (UnsafeBufferPointer<UInt8>) -> Result<JSONValue, JSONError> = { text in
            Result { () throws(JSONError) in
                var parser = JSONParser(text: text, depthLimit: depth, widthLimit: width)
                return try parser.wholeText()
            }
        }
        self = try
            (bytes.withContiguousStorageIfAvailable(parse) ?? Array(bytes).withUnsafeBufferPointer(parse))
            .get()
    }

    public init(parsing text: String, depth: Int = 64, width: Int = .max) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), depth: depth, width: width)
    }
}

/// A recursive-descent reader of RFC 8259 over bytes.
private struct JSONParser {
    let text: UnsafeBufferPointer<UInt8>
    let depthLimit: Int
    let widthLimit: Int
    var place = 0
    var depth = 0

    mutating func wholeText() throws(JSONError) -> JSONValue {
        let value = try value()
        skipSpace()
        guard place == text.count else { throw fault(.moreAfterValue) }
        return value
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        switch try peek() {
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case let other: throw fault(.unexpected(other))
        }
    }

    private mutating func object() throws(JSONError) -> JSONObject {
        try descend()
        var members: [(name: String, value: JSONValue)] = []
        var names: Set<Spelling> = []
        if try !closes(with: UInt8(ascii: "}")) {
            repeat {
                skipSpace()
                let start = place
                guard try peek() == UInt8(ascii: "\"") else { throw fault(.unexpected(text[place])) }
                let name = try string()
                guard members.count < widthLimit else {
                    throw JSONError(reason: .tooWide(limit: widthLimit), offset: start)
                }
                guard isNew(name, among: members, remembered: &names) else {
                    throw JSONError(reason: .repeatedMember(name), offset: start)
                }
                skipSpace()
                try expect(UInt8(ascii: ":"))
                members.append((name, try value()))
            } while try continues(until: UInt8(ascii: "}"))
        }
        depth -= 1
        return JSONObject(distinct: members)
    }

    /// Looks through few names one by one, and keeps a set once there are many.
    private func isNew(
        _ name: String, among members: [(name: String, value: JSONValue)],
        remembered names: inout Set<Spelling>
    ) -> Bool {
        if members.count < 16 { return !members.contains { $0.name.isSpelled(name) } }
        if names.isEmpty { names = Set(members.map { Spelling(text: $0.name) }) }
        return names.insert(Spelling(text: name)).inserted
    }

    /// A name as its bytes, however Unicode would compare it.
    private struct Spelling: Hashable {
        let text: String

        static func == (lhs: Spelling, rhs: Spelling) -> Bool { lhs.text.isSpelled(rhs.text) }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    private mutating func array() throws(JSONError) -> [JSONValue] {
        try descend()
        var items: [JSONValue] = []
        if try !closes(with: UInt8(ascii: "]")) {
            repeat { items.append(try value()) } while try continues(until: UInt8(ascii: "]"))
        }
        depth -= 1
        return items
    }

    private mutating func descend() throws(JSONError) {
        guard depth < depthLimit else { throw fault(.tooDeep(limit: depthLimit)) }
        depth += 1
        place += 1
    }

    private mutating func closes(with bracket: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard try peek() == bracket else { return false }
        place += 1
        return true
    }

    private mutating func continues(until bracket: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        switch try peek() {
        case UInt8(ascii: ","):
            place += 1
            return true
        case bracket:
            place += 1
            return false
        case let other: throw fault(.unexpected(other))
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for offset in 0..<word.utf8CodeUnitCount { try expect(word.utf8Start[offset]) }
        return value
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = place
        var isInteger = true
        if text[place] == UInt8(ascii: "-") { place += 1 }
        let firstDigit = place
        try digits()
        if place - firstDigit > 1, text[firstDigit] == UInt8(ascii: "0") {
            throw JSONError(reason: .numberMalformed, offset: start)
        }
        if place < text.count, text[place] == UInt8(ascii: ".") {
            isInteger = false
            place += 1
            try digits()
        }
        if place < text.count, text[place] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            place += 1
            if place < text.count, text[place] == UInt8(ascii: "+") || text[place] == UInt8(ascii: "-") {
                place += 1
            }
            try digits()
        }
        let written = UnsafeBufferPointer(rebasing: text[start..<place])
        if isInteger, let integer = Self.integer(written) { return .integer(integer) }
        return .number(String(decoding: written, as: UTF8.self))
    }

    private static func integer(_ written: UnsafeBufferPointer<UInt8>) -> Int64? {
        let isNegative = written[0] == UInt8(ascii: "-")
        var number: Int64 = 0
        for digit in written.dropFirst(isNegative ? 1 : 0) {
            let value = Int64(digit - UInt8(ascii: "0"))
            let (tenfold, overflow) = number.multipliedReportingOverflow(by: 10)
            let (next, more) =
                isNegative
                ? tenfold.subtractingReportingOverflow(value) : tenfold.addingReportingOverflow(value)
            if overflow || more { return nil }
            number = next
        }
        return number
    }

    private mutating func digits() throws(JSONError) {
        let start = place
        while place < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[place]) { place += 1 }
        guard place > start else { throw fault(place < text.count ? .numberMalformed : .endOfText) }
    }

    /// Passes over eight bytes at a time while none of them ends a plain run: no quote, backslash or control character.
    ///
    /// A byte behind one that does may be taken for another; then the rest goes one by one.
    private mutating func skipPlainCharacters() {
        let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        func isBelow(_ bound: UInt64, _ eight: UInt64) -> UInt64 { (eight &- ones &* bound) & ~eight & highs }
        let bytes = UnsafeRawBufferPointer(text)
        while place + 8 <= bytes.count {
            let eight = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            let quotes = isBelow(1, eight ^ ones &* 0x22)
            let backslashes = isBelow(1, eight ^ ones &* 0x5C)
            guard isBelow(0x20, eight) | quotes | backslashes == 0 else { return }
            place += 8
        }
    }

    private mutating func string() throws(JSONError) -> String {
        place += 1
        let start = place
        skipPlainCharacters()
        while place < text.count {
            switch text[place] {
            case UInt8(ascii: "\""):
                let plain = UnsafeBufferPointer(rebasing: text[start..<place])
                place += 1
                return try decoded(plain, from: start)
            case UInt8(ascii: "\\"):
                return try stringWithEscapes(from: start)
            case 0..<0x20:
                throw fault(.controlCharacterInString)
            default:
                place += 1
            }
        }
        throw fault(.endOfText)
    }

    private mutating func stringWithEscapes(from start: Int) throws(JSONError) -> String {
        var bytes = Array(text[start..<place])
        while place < text.count {
            let byte = text[place]
            switch byte {
            case UInt8(ascii: "\""):
                place += 1
                let unescaped: Result<String, JSONError> = bytes.withUnsafeBufferPointer { buffer in
                    Result { () throws(JSONError) in try decoded(buffer, from: start) }
                }
                return try unescaped.get()
            case UInt8(ascii: "\\"):
                place += 1
                try escape(into: &bytes)
            case 0..<0x20:
                throw fault(.controlCharacterInString)
            default:
                bytes.append(byte)
                place += 1
            }
        }
        throw fault(.endOfText)
    }

    private func decoded(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) throws(JSONError) -> String {
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw JSONError(reason: .invalidUTF8, offset: start)
        }
        return string
    }

    private mutating func escape(into bytes: inout [UInt8]) throws(JSONError) {
        let letter = try peek()
        place += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(letter)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"): bytes.append(contentsOf: try unicodeEscape().utf8)
        default: throw JSONError(reason: .invalidEscape, offset: place - 1)
        }
    }

    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        // A high surrogate: the low one must follow.
        guard (0xD800...0xDBFF).contains(first), place + 1 < text.count, text[place] == UInt8(ascii: "\\"),
            text[place + 1] == UInt8(ascii: "u")
        else { throw fault(.invalidEscape) }
        place += 2
        let second = try fourHexDigits()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw fault(.invalidEscape) }
        return scalar
    }

    private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
        guard place + 4 <= text.count else { throw fault(.endOfText) }
        var number: UInt32 = 0
        for byte in text[place..<(place + 4)] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt32(byte & 15)
            case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
                number = number << 4 | UInt32(byte & 15 + 9)
            default: throw fault(.invalidEscape)
            }
        }
        place += 4
        return number
    }

    private mutating func skipSpace() {
        while place < text.count {
            switch text[place] {
            case 0x20, 0x0A, 0x0D, 0x09: place += 1
            default: return
            }
        }
    }

    private func peek() throws(JSONError) -> UInt8 {
        guard place < text.count else { throw fault(.endOfText) }
        return text[place]
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        let found = try peek()
        guard found == byte else { throw fault(.unexpected(found)) }
        place += 1
    }

    private func fault(_ reason: JSONError.Reason) -> JSONError {
        JSONError(reason: reason, offset: place)
    }
}
