#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// An address of IPv4 or IPv6, as its bytes.
package struct IPAddress: Hashable, Sendable {
    /// 4 or 16 bytes, the first first.
    package let bytes: [UInt8]

    /// - Precondition: 4 or 16 bytes.
    package init(bytes: [UInt8]) {
        precondition(bytes.count == 4 || bytes.count == 16, "an address has 4 or 16 bytes")
        self.bytes = bytes
    }

    /// Reads the usual spelling, `127.0.0.1` or `::1`; nil for every other, such as `0x7f.1`.
    package init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            bytes = withUnsafeBytes(of: &six) { Array($0) }
        } else {
            return nil
        }
    }

    /// The IPv4 address that an IPv6 one stands for: mapped, translated (NAT64) or 6to4.
    ///
    /// Source: RFC 4291 section 2.5.5, RFC 6052 section 2.1, RFC 8215, RFC 3056.
    package var innerIPv4: IPAddress? {
        guard bytes.count == 16 else { return nil }
        if Self.atTheEnd.contains(where: { $0.contains(self) }) {
            return IPAddress(bytes: Array(bytes[12...]))
        }
        return Self.sixToFour.contains(self) ? IPAddress(bytes: Array(bytes[2..<6])) : nil
    }

    private static let atTheEnd: [Network] = ["::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48"]
    private static let sixToFour: Network = "2002::/16"
}

extension IPAddress: CustomStringConvertible {
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// A block of addresses, such as `10.0.0.0/8`; an address alone is a block of one.
package struct Network: Hashable, Sendable {
    private let first: IPAddress
    private let bits: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(String(parts[0])) else { return nil }
        let most = address.bytes.count * 8
        guard let bits = parts.count == 2 ? Int(parts[1]) : most, (0...most).contains(bits) else {
            return nil
        }
        first = address
        self.bits = bits
    }

    package func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == first.bytes.count else { return false }
        return address.bytes.indices.allSatisfy { place in
            let left = bits - place * 8
            guard left > 0 else { return true }
            let mask: UInt8 = left >= 8 ? 0xFF : ~(0xFF >> UInt8(left))
            return address.bytes[place] & mask == first.bytes[place] & mask
        }
    }

    /// True for a block that is one address.
    package var isSingle: Bool { bits == first.bytes.count * 8 }
}

extension Network: ExpressibleByStringLiteral {
    /// A block that stands in our own source.
    package init(stringLiteral text: String) {
        guard let network = Network(text) else { preconditionFailure("\(text) is no block of addresses") }
        self = network
    }
}
