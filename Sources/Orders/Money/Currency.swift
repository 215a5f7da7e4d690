/// A currency and how finely it is divided.
package struct Currency: Sendable, CustomStringConvertible {
    /// Three capital letters, such as `EUR`.
    package let code: String
    /// How many decimal digits its minor unit has: 2 for EUR, 0 for JPY, 3 for KWD; at most 4.
    package let minorDigits: Int
    /// In English, such as `Pound Sterling`.
    package let name: String

    /// A currency of ISO 4217; nil for a code that our table does not have.
    package init?(_ code: String) {
        guard let known = Self.byCode[code] else { return nil }
        self = known
    }

    package var description: String { code }

    /// Every currency we know, by code.
    package static let all: [Currency] = table.split(separator: "\n").map { Currency(row: $0) }

    /// How many minor units make one whole unit: 100 for EUR.
    package var minorUnitsPerUnit: Int64 {
        (0..<minorDigits).reduce(1) { units, _ in units * 10 }
    }

    private static let byCode = Dictionary(uniqueKeysWithValues: all.map { ($0.code, $0) })

    private init(row: Substring) {
        let columns = row.split(separator: " ", maxSplits: 2)
        code = String(columns[0])
        minorDigits = Int(columns[1]) ?? 2
        name = String(columns[2])
    }
}

extension Currency: Hashable {
    package static func == (lhs: Currency, rhs: Currency) -> Bool { lhs.code == rhs.code }
    package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
