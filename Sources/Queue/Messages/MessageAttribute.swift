/// A named value that travels beside a message's body.
public struct MessageAttribute: Hashable, Sendable {
    public enum Value: Hashable, Sendable {
        /// For the types `String` and `Number`.
        case text(String)
        /// For the type `Binary`.
        case bytes([UInt8])
    }

    public let name: String
    /// `String`, `Number` or `Binary`, each with a suffix of the sender's own after a dot.
    public let dataType: String
    public let value: Value

    public init(name: String, dataType: String, value: Value) {
        self.name = name
        self.dataType = dataType
        self.value = value
    }

    /// What it adds to the size of its message.
    public var sizeBytes: Int {
        name.utf8.count + dataType.utf8.count + value.count
    }
}

extension MessageAttribute.Value {
    var count: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        }
    }
}

extension MessageAttribute {
    /// Source: Amazon SQS Developer Guide, "Amazon SQS message attributes"; words observed on Amazon where it is known
    /// which they are.
    func check() throws(QueueFault) {
        guard Self.isSoundName(name) else {
            throw QueueFault(
                .invalidParameterValue,
                """
                The message attribute name '\(name)' is invalid. Attribute name can contain A-Z, a-z, 0-9, \
                underscore (_), hyphen (-), and period (.) characters, at most 256 of them, and must not start \
                with AWS. or Amazon., start or end with a period, or have two periods in a row.
                """)
        }
        let prefix = dataType.prefix { $0 != "." }
        guard ["String", "Number", "Binary"].contains(prefix), dataType.utf8.count <= 256 else {
            throw QueueFault(
                .invalidParameterValue,
                """
                The message attribute '\(name)' has an invalid message attribute type, the set of supported type \
                prefixes is Binary, Number, and String.
                """)
        }
        switch value {
        case .text(let text) where prefix != "Binary" && !text.isEmpty:
            try check(text, isNumber: prefix == "Number")
        case .bytes(let bytes) where prefix == "Binary" && !bytes.isEmpty: return
        default:
            throw QueueFault(
                .invalidParameterValue,
                "Message (user) attribute '\(name)' must contain a non-empty value of type '\(prefix)'.")
        }
    }

    private func check(_ text: String, isNumber: Bool) throws(QueueFault) {
        guard text.hasOnlyAllowedCharacters else {
            throw .invalid(text, for: name, QueueFault.invalidCharacters)
        }
        guard !isNumber || Self.isNumber(text) else {
            throw QueueFault(
                .invalidParameterValue,
                "Can't cast the value of message (user) attribute '\(name)' to a number.")
        }
    }

    private static func isSoundName(_ name: String) -> Bool {
        let folded = name.lowercased()
        return (1...256).contains(name.unicodeScalars.count)
            && name.unicodeScalars.allSatisfy(isAllowedInName)
            && !folded.hasPrefix("aws.") && !folded.hasPrefix("amazon.") && !name.hasPrefix(".")
            && !name.hasSuffix(".") && !name.contains("..")
    }

    /// Letters, Latin ones with accents among them, digits, and three marks.
    private static func isAllowedInName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".": true
        case "\u{D7}", "\u{F7}": false  // signs in the midst of letters
        case "\u{C0}"..."\u{24F}": true
        default: false
        }
    }

    /// A decimal number of at most 38 digits, with sign, fraction and exponent where wanted.
    private static func isNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func takeSign() {
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        }
        func takeDigits() -> Int {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
            rest.removeFirst(digits)
            return digits
        }
        takeSign()
        var digits = takeDigits()
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            digits += takeDigits()
        }
        guard (1...38).contains(digits) else { return false }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            takeSign()
            guard (1...3).contains(takeDigits()) else { return false }
        }
        return rest.isEmpty
    }
}

extension QueueFault {
    /// Source: Amazon SQS API Reference, `SendMessage`.
    static let invalidCharacters = """
        Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | \
        #xE000 to #xFFFD | #x10000 to #x10FFFF
        """
}

extension String {
    /// True without control characters other than tab, line feed and carriage return, and without U+FFFE and U+FFFF.
    var hasOnlyAllowedCharacters: Bool {
        var text = self
        return text.withUTF8 { bytes in
            for (place, byte) in bytes.enumerated() {
                if byte < 0x20 {
                    guard byte == 0x9 || byte == 0xA || byte == 0xD else { return false }
                } else if byte == 0xEF, bytes[place + 1] == 0xBF, bytes[place + 2] >= 0xBE {
                    return false
                }
            }
            return true
        }
    }
}
