import Clockwork

/// Items as this protocol writes them: numbers as short as they can be, maps and lists open until a break.
///
/// Source: RFC 8949, section 3; indefinite lengths as observed on Amazon Kinesis by the authors of LocalStack.
extension [UInt8] {
    static let cborOpenMap: UInt8 = 0xBF
    static let cborOpenList: UInt8 = 0x9F
    static let cborBreak: UInt8 = 0xFF
    static let cborNull: UInt8 = 0xF6

    mutating func appendCBOR(_ truth: Bool) { append(truth ? 0xF5 : 0xF4) }

    mutating func appendCBOR(_ number: Int64) {
        if number >= 0 {
            appendCBORHead(0, UInt64(number))
        } else {
            appendCBORHead(1, UInt64(~number))
        }
    }

    mutating func appendCBOR(_ number: Double) {
        append(0xFB)
        appendBigEndian(number.bitPattern)
    }

    mutating func appendCBOR(_ text: String) {
        appendCBORHead(3, UInt64(text.utf8.count))
        append(contentsOf: text.utf8)
    }

    mutating func appendCBOR(bytes: [UInt8]) {
        appendCBORHead(2, UInt64(bytes.count))
        append(contentsOf: bytes)
    }

    /// Tag 1 over milliseconds, which is Amazon's use of it and not RFC 8949's.
    mutating func appendCBOR(_ moment: Timestamp) {
        append(0xC1)
        appendCBOR(moment.milliseconds)
    }

    private mutating func appendCBORHead(_ kind: UInt8, _ number: UInt64) {
        switch number {
        case 0..<24: append(kind << 5 | UInt8(number))
        case 24...0xFF:
            append(kind << 5 | 24)
            append(UInt8(number))
        case 0x100...0xFFFF:
            append(kind << 5 | 25)
            appendBigEndian(UInt16(number))
        case 0x1_0000...0xFFFF_FFFF:
            append(kind << 5 | 26)
            appendBigEndian(UInt32(number))
        default:
            append(kind << 5 | 27)
            appendBigEndian(number)
        }
    }

    /// Appends a number with its highest byte first.
    mutating func appendBigEndian<Number: FixedWidthInteger>(_ number: Number) {
        for shift in stride(from: Number.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: number >> Number(shift)))
        }
    }
}
