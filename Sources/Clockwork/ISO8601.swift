extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with three decimals, such as `2026-11-22T21:14:03.250Z`: what our databases and logs show.
    ///
    /// A year that has not four digits, which only strangers send, is told with a sign and six.
    public var description: String {
        let time = CalendarTime(self)
        var text = [UInt8]()
        text.reserveCapacity(24)
        if (0...9_999).contains(time.year) {
            text.appendDigits(time.year, width: 4)
        } else {
            text.append(UInt8(ascii: time.year < 0 ? "-" : "+"))
            text.appendDigits(time.year, width: 6)
        }
        text.append(UInt8(ascii: "-"))
        text.appendDigits(time.month, width: 2)
        text.append(UInt8(ascii: "-"))
        text.appendDigits(time.day, width: 2)
        text.append(UInt8(ascii: "T"))
        text.appendDigits(time.hour, width: 2)
        text.append(UInt8(ascii: ":"))
        text.appendDigits(time.minute, width: 2)
        text.append(UInt8(ascii: ":"))
        text.appendDigits(time.second, width: 2)
        text.append(UInt8(ascii: "."))
        text.appendDigits(time.microsecond / 1_000, width: 3)
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads RFC 3339 in UTC: `2026-11-22T21:14:03Z`, with up to six decimals; nil for anything else.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 27, bytes.last == UInt8(ascii: "Z"),
            bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = bytes.digits(0..<4), let month = bytes.digits(5..<7), let day = bytes.digits(8..<10),
            let hour = bytes.digits(11..<13), let minute = bytes.digits(14..<16),
            let second = bytes.digits(17..<19)
        else { return nil }
        var microsecond = 0
        if bytes.count > 20 {
            guard bytes[19] == UInt8(ascii: "."), bytes.count > 21,
                let fraction = bytes.digits(20..<(bytes.count - 1))
            else { return nil }
            microsecond = fraction
            for _ in (bytes.count - 21)..<6 { microsecond *= 10 }
        }
        let time = CalendarTime(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second,
            microsecond: microsecond)
        guard let moment = time.timestamp else { return nil }
        self = moment
    }
}

extension [UInt8] {
    /// Appends the last digits of a number in decimal, without its sign, filled with zeros on the left.
    package mutating func appendDigits(_ number: Int, width: Int) {
        let start = count
        append(contentsOf: repeatElement(UInt8(ascii: "0"), count: width))
        var rest = number.magnitude
        for place in stride(from: start + width - 1, through: start, by: -1) {
            self[place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }

    /// Reads a run of decimal digits; nil when anything else stands there.
    package func digits(_ range: Range<Int>) -> Int? {
        var number = 0
        for byte in self[range] {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return number
    }
}

extension Timestamp: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let moment = Timestamp(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "A time is written like 2026-11-22T21:14:03.250Z.")
        }
        self = moment
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
