/// Base64 as Amazon takes it: the standard alphabet, padded, without stray bits and with nothing around it.
///
/// Stricter than Foundation's, which reads `QR==` and even `QU=D`. Source: RFC 4648, sections 3.5 and 4.
package enum Base64 {
    /// Appends the text that means `bytes`.
    package static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
        let start = text.count
        text.append(contentsOf: repeatElement(padding, count: (bytes.count + 2) / 3 * 4))
        pairs.withUnsafeBufferPointer { pairs in
            text.withUnsafeMutableBytes { text in
                var place = start
                func write(_ group: UInt32) {
                    text.storeBytes(of: pairs[Int(group >> 12)], toByteOffset: place, as: UInt16.self)
                    text.storeBytes(of: pairs[Int(group & 4_095)], toByteOffset: place + 2, as: UInt16.self)
                    place += 4
                }
                bytes.withUnsafeBufferPointer { bytes in
                    let whole = bytes.count / 3 * 3
                    for start in stride(from: 0, to: whole, by: 3) {
                        write(
                            UInt32(bytes[start]) << 16 | UInt32(bytes[start + 1]) << 8
                                | UInt32(bytes[start + 2])
                        )
                    }
                    let left = bytes.count - whole
                    guard left > 0 else { return }
                    write(UInt32(bytes[whole]) << 16 | (left == 2 ? UInt32(bytes[whole + 1]) << 8 : 0))
                    for missing in 1...(3 - left) { text[place - missing] = padding }
                }
            }
        }
    }

    /// The bytes that a text means; nil when it is not exactly the text of any bytes.
    package static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8(decode)
    }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        let paddings = text.suffix(2).reversed().prefix { $0 == padding }.count
        let wholeGroups = text.count / 4 - (paddings > 0 ? 1 : 0)
        var isSound = true
        let bytes = values.withUnsafeBufferPointer { values in
            [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3) { bytes, count in
                var unsound: UInt8 = 0
                /// The 24 bits of four digits.
                func group(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) -> UInt32 {
                    let (first, second) = (values[Int(first)], values[Int(second)])
                    let (third, fourth) = (values[Int(third)], values[Int(fourth)])
                    unsound |= first | second | third | fourth
                    return UInt32(first) << 18 | UInt32(second) << 12 | UInt32(third) << 6 | UInt32(fourth)
                }
                for number in 0..<wholeGroups {
                    let place = 4 * number
                    let bits = group(text[place], text[place + 1], text[place + 2], text[place + 3])
                    bytes[count] = UInt8(truncatingIfNeeded: bits >> 16)
                    bytes[count + 1] = UInt8(truncatingIfNeeded: bits >> 8)
                    bytes[count + 2] = UInt8(truncatingIfNeeded: bits)
                    count += 3
                }
                if paddings > 0 {
                    let place = 4 * wholeGroups
                    let zero = UInt8(ascii: "A")
                    let bits = group(
                        text[place], text[place + 1], paddings == 2 ? zero : text[place + 2], zero)
                    for byte in 0..<(3 - paddings) {
                        bytes[count] = UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * byte))
                        count += 1
                    }
                    // The last digit before a padding has bits that belong to no byte.
                    if bits & (1 << (8 * UInt32(paddings)) - 1) != 0 { isSound = false }
                }
                if unsound > 63 { isSound = false }
            }
        }
        return isSound ? bytes : nil
    }

    private static let padding = UInt8(ascii: "=")
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    /// For twelve bits their two characters, in the order in which they lie in memory.
    private static let pairs = (0..<4_096).map { bits in
        UInt16(littleEndian: UInt16(alphabet[bits >> 6]) | UInt16(alphabet[bits & 63]) << 8)
    }
    /// What each byte is worth as a digit; 255 for those that are none.
    private static let values = (0...255).map { byte in
        alphabet.firstIndex(of: UInt8(byte)).map(UInt8.init) ?? 255
    }
}
