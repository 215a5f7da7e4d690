/// Base64 as Amazon takes it: the standard alphabet, padded, without stray bits and with nothing around it.
///
/// Stricter than Foundation's, which reads `QR==` and even `QU=D`. Source: RFC 4648, sections 3.5 and 4.
package enum Base64 {
    /// Appends the text that means `bytes`.
    package static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
        let length = (bytes.count + 2) / 3 * 4
        text.append(
            contentsOf: [UInt8](unsafeUninitializedCapacity: length) { characters, count in
                var place = 0
                for start in stride(from: 0, to: bytes.count, by: 3) {
                    let left = bytes.count - start
                    let second = left > 1 ? bytes[start + 1] : 0
                    let third = left > 2 ? bytes[start + 2] : 0
                    let group = UInt32(bytes[start]) << 16 | UInt32(second) << 8 | UInt32(third)
                    characters[place] = alphabet[Int(group >> 18)]
                    characters[place + 1] = alphabet[Int(group >> 12 & 63)]
                    characters[place + 2] = left > 1 ? alphabet[Int(group >> 6 & 63)] : padding
                    characters[place + 3] = left > 2 ? alphabet[Int(group & 63)] : padding
                    place += 4
                }
                count = length
            })
    }

    /// The bytes that a text means; nil when it is not exactly the text of any bytes.
    package static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8(decode)
    }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        let paddings = text.suffix(2).reversed().prefix { $0 == padding }.count
        let digits = text.count - paddings
        let length = text.count / 4 * 3 - paddings
        var bits: UInt32 = 0
        var isSound = true
        let bytes = [UInt8](unsafeUninitializedCapacity: length) { bytes, count in
            for place in 0..<digits {
                let value = values[Int(text[place])]
                if value > 63 { isSound = false }
                bits = bits << 6 | UInt32(value & 63)
                // Every digit but the first of its group completes a byte.
                if place & 3 != 0 {
                    bytes[count] = UInt8(truncatingIfNeeded: bits >> (6 - 2 * UInt32(place & 3)))
                    count += 1
                }
            }
        }
        // The last digit before a padding has bits that belong to no byte.
        let stray = bits & (1 << (2 * UInt32(paddings)) - 1)
        return isSound && stray == 0 ? bytes : nil
    }

    private static let padding = UInt8(ascii: "=")
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    /// What each byte is worth as a digit; 255 for those that are none.
    private static let values = (0...255).map { byte in
        alphabet.firstIndex(of: UInt8(byte)).map(UInt8.init) ?? 255
    }
}
