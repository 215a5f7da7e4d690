import Clockwork

/// What a text must be written like: once for our judge, once as an expression for other people's.
package struct TextPattern: Sendable {
    /// ECMA-262, as JSON Schema wants it.
    package let expression: String
    /// Ends the sentence "This must be …".
    package let words: String
    package let matches: @Sendable (String) -> Bool
}

extension TextPattern {
    package static let idempotencyKey = TextPattern(
        "^[A-Za-z0-9._:-]{1,128}$", "1 to 128 letters, digits, dots, underscores, colons and hyphens"
    ) { $0.isMade(of: { $0.isLetterOrDigit || "._:-".utf8.contains($0) }, count: 1...128) }

    package static let orderNumber = TextPattern(
        "^[A-Za-z0-9-]{1,40}$", "1 to 40 letters, digits and hyphens"
    ) { $0.isMade(of: { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }, count: 1...40) }

    package static let eventID = TextPattern(
        "^[A-Za-z0-9_-]{1,128}$", "1 to 128 letters, digits, underscores and hyphens"
    ) { $0.isMade(of: { $0.isLetterOrDigit || "_-".utf8.contains($0) }, count: 1...128) }

    package static let currency = TextPattern(
        "^[A-Z]{3}$", "three capital letters"
    ) { $0.isMade(of: \.isCapitalLetter, count: 3...3) }

    package static let country = TextPattern(
        "^[A-Z]{2}$", "two capital letters"
    ) { $0.isMade(of: \.isCapitalLetter, count: 2...2) }

    /// A day and time that the calendar has; the expression alone would let 30 February pass.
    package static let moment = TextPattern(
        #"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$"#,
        "a time in UTC, such as 2026-11-22T21:14:03Z, with at most six decimals"
    ) { Timestamp($0) != nil }

    package static let email = TextPattern(
        #"^[^@\s]+@[^@\s]+$"#, "an e-mail address: one @ with something on both sides, and no space"
    ) { text in
        let halves = text.split(separator: "@", omittingEmptySubsequences: false)
        return halves.count == 2 && halves.allSatisfy { !$0.isEmpty }
            && !text.unicodeScalars.contains { $0.properties.isWhitespace }
    }

    /// Any text without U+0000, at which SQLite and C would cut it off.
    package static let plain = TextPattern(
        #"^[^\u0000]*$"#, "free of the character U+0000"
    ) { !$0.utf8.contains(0) }

    private init(_ expression: String, _ words: String, matches: @escaping @Sendable (String) -> Bool) {
        self.expression = expression
        self.words = words
        self.matches = matches
    }
}

extension String {
    fileprivate func isMade(of isAllowed: (UInt8) -> Bool, count: ClosedRange<Int>) -> Bool {
        count.contains(utf8.count) && utf8.allSatisfy(isAllowed)
    }
}

extension UInt8 {
    fileprivate var isCapitalLetter: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }

    fileprivate var isLetterOrDigit: Bool {
        isCapitalLetter || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }
}
