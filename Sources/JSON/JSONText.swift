extension JSONValue {
    /// The shortest JSON text of this value, members in their own order.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// ``text`` as UTF-8.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(into: &bytes, sorted: false)
        return bytes
    }

    /// The one text that all equal values share: members sorted by their names' UTF-8 bytes, no white space.
    ///
    /// Two documents that differ only in the order of members or in white space have the same canonical text.
    public var canonicalBytes: [UInt8] {
        var bytes: [UInt8] = []
        write(into: &bytes, sorted: true)
        return bytes
    }

    /// For eyes: a member or item a line, two spaces a level.
    public var indentedText: String {
        var bytes: [UInt8] = []
        writeIndented(into: &bytes, level: 0)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the shortest text of this value.
    public func write(into bytes: inout [UInt8], sorted: Bool = false) {
        switch self {
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            for (place, item) in items.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                item.write(into: &bytes, sorted: sorted)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            let members =
                sorted
                ? object.members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
                : object.members
            for (place, member) in members.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.appendJSONString(member.name)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(into: &bytes, sorted: sorted)
            }
            bytes.append(UInt8(ascii: "}"))
        case let scalar:
            scalar.writeScalar(into: &bytes)
        }
    }

    private func writeScalar(into bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let truth): bytes.append(contentsOf: (truth ? "true" : "false").utf8)
        case .integer(let number): bytes.append(contentsOf: String(number).utf8)
        case .number(let text): bytes.append(contentsOf: text.utf8)
        case .string(let text): bytes.appendJSONString(text)
        case .array, .object: write(into: &bytes)
        }
    }

    private func writeIndented(into bytes: inout [UInt8], level: Int) {
        func newLine(_ level: Int) {
            bytes.append(UInt8(ascii: "\n"))
            bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
        }
        switch self {
        case .array(let items) where !items.isEmpty:
            bytes.append(UInt8(ascii: "["))
            for (place, item) in items.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                newLine(level + 1)
                item.writeIndented(into: &bytes, level: level + 1)
            }
            newLine(level)
            bytes.append(UInt8(ascii: "]"))
        case .object(let object) where !object.members.isEmpty:
            bytes.append(UInt8(ascii: "{"))
            for (place, member) in object.members.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                newLine(level + 1)
                bytes.appendJSONString(member.name)
                bytes.append(contentsOf: ": ".utf8)
                member.value.writeIndented(into: &bytes, level: level + 1)
            }
            newLine(level)
            bytes.append(UInt8(ascii: "}"))
        default:
            write(into: &bytes)
        }
    }
}

extension [UInt8] {
    /// Appends a text as a JSON string: quotes, backslashes and control characters escaped, all else as it is.
    public mutating func appendJSONString(_ text: String) {
        append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var plainFrom = 0
            for (place, byte) in utf8.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
                append(contentsOf: utf8[plainFrom..<place])
                appendEscape(byte)
                plainFrom = place + 1
            }
            append(contentsOf: utf8[plainFrom...])
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func appendEscape(_ byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case 0x22, 0x5C: append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        default:
            append(contentsOf: "u00".utf8)
            for digit in [byte >> 4, byte & 15] {
                append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }
}
