/// An amount of money: whole minor units of one currency, never a fraction.
package struct Money: Hashable, Sendable {
    /// Minor units, such as cents; negative for what is owed the other way round.
    package var minor: Int64
    package var currency: Currency

    package init(minor: Int64, _ currency: Currency) {
        self.minor = minor
        self.currency = currency
    }

    /// The sum, or nil when the currencies differ or the sum leaves 64 bits.
    package func adding(_ other: Money) -> Money? {
        let (sum, overflow) = minor.addingReportingOverflow(other.minor)
        return currency == other.currency && !overflow ? Money(minor: sum, currency) : nil
    }
}

extension Money: CustomStringConvertible {
    /// Code and amount, such as `EUR 52.73`, `JPY 5273`, `KWD 5.273`.
    package var description: String { "\(currency.code) \(amount)" }

    /// The amount alone, with as many decimals as the currency has: `52.73`.
    package var amount: String { amount(groupedBy: "") }

    /// The amount with a mark between each three digits of its whole part: `58,960.79`.
    package func amount(groupedBy mark: String) -> String {
        let perUnit = UInt64(currency.minorUnitsPerUnit)
        let (units, rest) = minor.magnitude.quotientAndRemainder(dividingBy: perUnit)
        let sign = minor < 0 ? "-" : ""
        guard currency.minorDigits > 0 else { return sign + units.grouped(by: mark) }
        let decimals = String(perUnit + rest).dropFirst()  // the leading 1 keeps the zeros
        return "\(sign)\(units.grouped(by: mark)).\(decimals)"
    }
}

extension UInt64 {
    fileprivate func grouped(by mark: String) -> String {
        let digits = String(self)
        guard !mark.isEmpty, digits.count > 3 else { return digits }
        var text = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place).isMultiple(of: 3) { text += mark }
            text.append(digit)
        }
        return text
    }
}
