/// Where a call stands in its trace: carried from the shop's message to the header of every webhook.
///
/// Source: W3C Trace Context, "traceparent Header", version 00.
package struct TraceParent: Hashable, Sendable {
    /// 32 hexadecimal digits, the same along the whole way of an order.
    package let traceID: String
    /// 16 hexadecimal digits, another at each step of it.
    package let parentID: String
    /// Whether the caller records this trace.
    package let isSampled: Bool

    /// Begins a trace.
    package init(using random: inout some RandomNumberGenerator) {
        traceID = Self.identifier(words: 2, using: &random)
        parentID = Self.identifier(words: 1, using: &random)
        isSampled = true
    }

    /// The same trace, one step further.
    package func next(using random: inout some RandomNumberGenerator) -> TraceParent {
        TraceParent(
            traceID: traceID, parentID: Self.identifier(words: 1, using: &random), isSampled: isSampled)
    }

    /// Reads a header's value; nil when it is not one, or names no trace.
    ///
    /// A version later than ours may say more behind what we know, and is read as far as we know it.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts.map(\.utf8.count).starts(with: [2, 32, 16, 2]),
            parts[0] != "ff", parts[0] != "00" || parts.count == 4,
            parts.prefix(4).allSatisfy({ $0.utf8.allSatisfy(Self.isHexDigit) }),
            parts[1].contains(where: { $0 != "0" }), parts[2].contains(where: { $0 != "0" }),
            let flags = UInt8(parts[3], radix: 16)
        else { return nil }
        self.init(traceID: String(parts[1]), parentID: String(parts[2]), isSampled: flags & 1 == 1)
    }

    private init(traceID: String, parentID: String, isSampled: Bool) {
        self.traceID = traceID
        self.parentID = parentID
        self.isSampled = isSampled
    }

    private static func identifier(words: Int, using random: inout some RandomNumberGenerator) -> String {
        (0..<words).map { _ in
            let digits = String(UInt64.random(in: 1...UInt64.max, using: &random), radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

extension TraceParent: CustomStringConvertible {
    /// The header's value, such as `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`.
    package var description: String { "00-\(traceID)-\(parentID)-\(isSampled ? "01" : "00")" }
}
