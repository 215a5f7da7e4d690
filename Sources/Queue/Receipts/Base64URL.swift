/// Base64 with the alphabet for URLs and without padding, for whole groups of three bytes.
///
/// Source: RFC 4648, section 5.
enum Base64URL {
    /// - Precondition: The number of bytes is a multiple of 3.
    static func text(_ bytes: [UInt8]) -> String {
        precondition(bytes.count.isMultiple(of: 3), "padding is not written")
        return String(unsafeUninitializedCapacity: bytes.count / 3 * 4) { text in
            var place = 0
            for start in stride(from: 0, to: bytes.count, by: 3) {
                let group = Int(bytes[start]) << 16 | Int(bytes[start + 1]) << 8 | Int(bytes[start + 2])
                for shift in stride(from: 18, through: 0, by: -6) {
                    text[place] = letters[group >> shift & 63]
                    place += 1
                }
            }
            return place
        }
    }

    /// The bytes of a text, or nil when it is no such text.
    static func bytes(_ text: String) -> [UInt8]? {
        guard text.utf8.count.isMultiple(of: 4) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 4 * 3)
        var group = 0
        for (place, letter) in text.utf8.enumerated() {
            guard let value = value(of: letter) else { return nil }
            group = group << 6 | value
            if place % 4 == 3 {
                for shift in [16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: group >> shift)) }
                group = 0
            }
        }
        return bytes
    }

    private static let letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static func value(of letter: UInt8) -> Int? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(letter - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(letter - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(letter - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
