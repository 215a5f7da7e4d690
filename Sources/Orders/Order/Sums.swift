/// Sums of an order, in 128 bits so that none can overflow.
extension Order.Line {
    /// Quantity times unit price.
    var grossMinor: Int128 { Int128(quantity) * Int128(unitPriceMinor) }
}

extension Order.Totals {
    /// What the parts come to; tax counts only where the prices do not hold it already.
    func sum(pricesIncludeTax: Bool) -> Int128 {
        Int128(itemsMinor) - Int128(discountMinor) + Int128(shippingMinor)
            + (pricesIncludeTax ? 0 : Int128(taxMinor))
    }

    /// What an order comes to, for those who write one.
    ///
    /// - Returns: Nil when an amount would be negative or above ``Order/maximumMinor``.
    package init?(
        of lines: [Order.Line], discounts: [Order.Discount] = [], shipping: Order.Shipping,
        pricesIncludeTax: Bool
    ) {
        guard let items = Self.amount(lines.sum(\.totalMinor)),
            let discount = Self.amount(discounts.sum(\.amountMinor)),
            let tax = Self.amount(lines.sum(\.taxMinor) + Int128(shipping.taxMinor))
        else { return nil }
        self.init(
            itemsMinor: items, discountMinor: discount, shippingMinor: shipping.priceMinor, taxMinor: tax,
            totalMinor: 0)
        guard let total = Self.amount(sum(pricesIncludeTax: pricesIncludeTax)) else { return nil }
        totalMinor = total
    }

    private static func amount(_ sum: Int128) -> Int64? {
        (0...Int128(Order.maximumMinor)).contains(sum) ? Int64(sum) : nil
    }
}

extension Sequence {
    func sum(_ amount: (Element) -> Int64) -> Int128 {
        reduce(0) { $0 + Int128(amount($1)) }
    }
}

/// A tax by its rate, on top of an amount or within it.
package struct Tax: Hashable, Sendable {
    /// Hundredths of a percent, 0 to 10,000.
    package var rateBasisPoints: Int
    /// True when the amount holds the tax already.
    package var isIncluded: Bool

    package init(rateBasisPoints: Int, isIncluded: Bool) {
        self.rateBasisPoints = rateBasisPoints
        self.isIncluded = isIncluded
    }

    /// The tax on an amount, rounded half up.
    package func amountMinor(on amount: Int64) -> Int64 {
        let (numerator, denominator) = fraction(of: amount)
        return Int64(clamping: (2 * numerator + denominator) / (2 * denominator))
    }

    /// Whether a tax is off by no more than one minor unit, for shops round in their own ways.
    func isWithinOneMinorUnit(_ tax: Int64, on amount: Int64) -> Bool {
        let (numerator, denominator) = fraction(of: amount)
        return (Int128(tax) * denominator - numerator).magnitude <= denominator.magnitude
    }

    private func fraction(of amount: Int64) -> (numerator: Int128, denominator: Int128) {
        let rate = Int128(rateBasisPoints)
        return (Int128(amount) * rate, isIncluded ? 10_000 + rate : 10_000)
    }
}
