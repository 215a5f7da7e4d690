/// The number of a record: unique in its stream, and growing along its shard.
///
/// 186 bits, told in decimal: when the shard was made, the record's place in it, and when it arrived. So it is a pure
/// function of what a table must keep anyway. Source: observed on Amazon Kinesis by the authors of kinesalite, version 2.
public struct SequenceNumber: Hashable, Comparable, Sendable {
    /// Seconds since 1970 at which the shard was made, less two for a stream's first shards.
    public let shardCreation: Int64
    /// Counts the records of the shard from 1; 0 is the shard's own start.
    public let counter: UInt64
    /// Seconds since 1970.
    public let arrival: Int64
    public let shard: Int32

    /// The counter of a shard's end. No record has it.
    public static let lastCounter: UInt64 = 0x7FFF_FFFF_FFFF_FFFF

    public init(shardCreation: Int64, counter: UInt64, arrival: Int64, shard: Int32) {
        self.shardCreation = shardCreation
        self.counter = counter
        self.arrival = arrival
        self.shard = shard
    }

    public static func < (lhs: SequenceNumber, rhs: SequenceNumber) -> Bool {
        lhs.limbs.lexicographicallyPrecedes(rhs.limbs)
    }

    /// The 47 hexadecimal digits `2 ccccccccc s nnnnnnnnnnnnnnnn 00 aaaaaaaaa ssssssss 2` as three 64-bit limbs, the
    /// highest first: 60, 64 and 64 bits.
    private var limbs: [UInt64] {
        let creation = UInt64(bitPattern: shardCreation) & 0xF_FFFF_FFFF
        let arrivalBits = UInt64(bitPattern: arrival) & 0xF_FFFF_FFFF
        let shardBits = UInt64(UInt32(bitPattern: shard))
        // From the right: version 4, shard 32, arrival 36, zero 8, counter 64, nibble 4, creation 36, leading 4 bits.
        let low = 2 | shardBits << 4 | arrivalBits << 36
        let middle = arrivalBits >> 28 | counter << 16
        let high = counter >> 48 | (shardBits & 15) << 16 | creation << 20 | 2 << 56
        return [high, middle, low]
    }
}

extension SequenceNumber: CustomStringConvertible, LosslessStringConvertible {
    /// 56 decimal digits.
    public var description: String {
        var limbs = limbs
        var digits = [UInt8](repeating: UInt8(ascii: "0"), count: 72)
        for chunk in stride(from: 54, through: 0, by: -18) {
            var remainder: UInt64 = 0
            for place in limbs.indices {
                let (quotient, rest) = Self.tenToThe18.dividingFullWidth((remainder, limbs[place]))
                limbs[place] = quotient
                remainder = rest
            }
            for place in stride(from: chunk + 17, through: chunk, by: -1) {
                digits[place] = UInt8(ascii: "0") + UInt8(remainder % 10)
                remainder /= 10
            }
        }
        return String(decoding: digits.drop { $0 == UInt8(ascii: "0") }, as: UTF8.self)
    }

    /// Reads a number as Amazon tells it; nil when it is not one of this version.
    public init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 56, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else {
            return nil
        }
        var limbs: [UInt64] = [0, 0, 0]
        for digit in digits {
            var carry = UInt64(digit - UInt8(ascii: "0"))
            for place in limbs.indices.reversed() {
                let product = limbs[place].multipliedFullWidth(by: 10)
                let (sum, overflow) = product.low.addingReportingOverflow(carry)
                limbs[place] = sum
                carry = product.high + (overflow ? 1 : 0)
            }
            guard carry == 0 else { return nil }
        }
        self.init(limbs: limbs)
    }

    private init?(limbs: [UInt64]) {
        let (high, middle, low) = (limbs[0], limbs[1], limbs[2])
        let counter = middle >> 16 | high << 48
        let shardBits = low >> 4 & 0xFFFF_FFFF
        guard high >> 56 == 2, low & 15 == 2, middle >> 8 & 0xFF == 0, counter <= Self.lastCounter,
            high >> 16 & 15 == shardBits & 15
        else { return nil }
        let creation = Int64(high >> 20 & 0xF_FFFF_FFFF)
        guard creation < 16_025_175_000 else { return nil }
        self.init(
            shardCreation: creation, counter: counter, arrival: Int64(low >> 36 | (middle & 0xFF) << 28),
            shard: Int32(bitPattern: UInt32(shardBits)))
    }

    private static let tenToThe18: UInt64 = 1_000_000_000_000_000_000
}
