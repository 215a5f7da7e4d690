/// Text from an order is somebody else's: it must not move our cursor, change our colours or hide behind
/// other text.
package enum PlainText {
    /// The text without what a terminal would obey: control characters and marks that turn the direction of
    /// writing.
    ///
    /// Line breaks and tabs become spaces, so that a value stays in its row.
    package static func forTerminal(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { isCommand($0) }) else { return text }
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == "\n" || scalar == "\t" {
                plain.append(" ")
            } else if !isCommand(scalar) {
                plain.append(scalar)
            }
        }
        return String(plain)
    }

    /// The same JSON text with everything that a terminal would obey written as `\u….`.
    package static func escapingCommands(inJSON json: String) -> String {
        guard json.unicodeScalars.contains(where: { $0.value > 0x1F && isCommand($0) }) else { return json }
        var text = String.UnicodeScalarView()
        for scalar in json.unicodeScalars {
            guard scalar.value > 0x1F, isCommand(scalar) else {
                text.append(scalar)
                continue
            }
            let digits = String(scalar.value, radix: 16)
            text.append(
                contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars)
        }
        return String(text)
    }

    /// How many columns a text takes up in a terminal.
    package static func width(_ text: String) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.reduce(0) { $0 + width($1) }
    }

    /// The beginning of a text that fits, with an ellipsis where something was cut off.
    package static func cut(_ text: String, to columns: Int) -> String {
        guard width(text) > columns else { return text }
        var kept = "", used = 0
        for character in text {
            guard used + width(character) < columns else { break }
            kept.append(character)
            used += width(character)
        }
        return kept + "…"
    }

    private static func width(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.properties.isEmojiPresentation || wide.contains(where: { $0.contains(first.value) }) {
            return 2
        }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return 1
        }
    }

    /// Hangul, kana, ideographs and full-width forms. Source: Unicode, EastAsianWidth, the blocks that are
    /// wide throughout.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60,
        0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]

    private static func isCommand(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F: true
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        case 0x2028, 0x2029, 0xFEFF: true
        default: false
        }
    }
}

extension String {
    /// Filled with spaces on the right.
    package func padded(to columns: Int) -> String {
        self + String(repeating: " ", count: max(0, columns - PlainText.width(self)))
    }
}
