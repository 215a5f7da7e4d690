/// How a record's sequence number reads, reckoned by the auditor and not by the broker.
///
/// 47 hexadecimal digits in decimal: `2`, nine of the second in which the shard was made, one of the shard,
/// sixteen of the record's place in it, `00`, nine of the second in which it arrived, eight of the shard,
/// `2`. Source: observed on Amazon Kinesis by the authors of kinesalite, version 2.
enum SequenceNumberText {
    static func decimal(shardCreation: Int64, counter: Int64, arrival: Int64, shard: Int64) -> String {
        let digits =
            "2" + hexadecimal(shardCreation, 9) + hexadecimal(shard & 15, 1) + hexadecimal(counter, 16) + "00"
            + hexadecimal(arrival, 9) + hexadecimal(shard, 8) + "2"
        return converted(digits, from: 16, to: 10)
    }

    /// A record's place in its shard, counted from 1; nil for a text that is no sequence number of this kind.
    static func counter(of decimal: String) -> Int64? {
        digits(of: decimal).flatMap { Int64(String($0[11..<27]), radix: 16) }
    }

    /// The number of the shard; nil for a text that is no sequence number of this kind.
    static func shard(of decimal: String) -> Int64? {
        digits(of: decimal).flatMap { Int64(String($0[38..<46]), radix: 16) }
    }

    private static func digits(of decimal: String) -> [Character]? {
        guard decimal.utf8.count == 56, decimal.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        let digits = Array(converted(decimal, from: 10, to: 16))
        guard digits.count == 47, digits[0] == "2", digits[46] == "2" else { return nil }
        return digits
    }

    private static func hexadecimal(_ number: Int64, _ width: Int) -> String {
        let digits = String(UInt64(bitPattern: number), radix: 16)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits.suffix(width)
    }

    /// The same number in another base, by the arithmetic of the school: digit by digit, with limbs of seven
    /// digits.
    private static func converted(_ text: String, from base: UInt64, to target: UInt64) -> String {
        let limb = (0..<limbDigits).reduce(1) { power, _ in power * target }
        var limbs: [UInt64] = [0]  // the lowest first
        for digit in text {
            var carry = UInt64(digit.hexDigitValue ?? 0)
            for place in limbs.indices {
                let product = limbs[place] * base + carry
                limbs[place] = product % limb
                carry = product / limb
            }
            if carry > 0 { limbs.append(carry) }
        }
        let rest = limbs.dropLast().reversed().map { part in
            let digits = String(part, radix: Int(target))
            return String(repeating: "0", count: limbDigits - digits.utf8.count) + digits
        }
        return String(limbs[limbs.count - 1], radix: Int(target)) + rest.joined()
    }

    private static let limbDigits = 7
}
