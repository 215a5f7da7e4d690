/// The checksum of zlib and of Ethernet, CRC-32/ISO-HDLC.
struct CRC32 {
    private var remainder: UInt32 = .max

    /// Of all bytes so far.
    var value: UInt32 { ~remainder }

    mutating func update(_ bytes: ArraySlice<UInt8>) {
        var remainder = remainder
        Self.table.withUnsafeBufferPointer { table in
            for byte in bytes {
                remainder = (remainder >> 8) ^ table[Int(UInt8(truncatingIfNeeded: remainder) ^ byte)]
            }
        }
        self.remainder = remainder
    }

    static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var checksum = CRC32()
        checksum.update(bytes)
        return checksum.value
    }

    /// What each byte leaves of the polynomial, its bits mirrored.
    private static let table: [UInt32] = (0..<256).map { byte in
        var rest = UInt32(byte)
        for _ in 0..<8 { rest = rest & 1 == 0 ? rest >> 1 : (rest >> 1) ^ polynomial }
        return rest
    }

    private static let polynomial: UInt32 = 0xEDB8_8320
}
