/// The sums of an order that must agree.
///
/// Every sum is made in 128 bits. The shape bounds amounts to 53 bits, quantities to 20 and lines to 11, so
/// no sum of theirs can leave them.
enum ArithmeticRules {
    /// Every rule that an order of the right shape breaks: line by line first, then the order as a whole.
    static func reasons(against order: Order) -> [Reason] {
        let ofLines = order.lines.enumerated().flatMap { place, line in
            lineRules.compactMap { $0.reason(against: line, at: place, of: order) }
        }
        return ofLines + orderRules.compactMap { $0.reason(against: order) }
    }

    private static let lineRules: [LineRule] = [
        LineRule(.lineNumbersNotSequential, at: "line") { line, place, _ in
            line.number == place + 1 ? nil : "Number the lines 1, 2, 3 …: this is line \(place + 1)."
        },
        LineRule(.lineDiscountExceedsLine, at: "discount_minor") { line, _, _ in
            line.grossMinor >= line.discountMinor
                ? nil : "The discount of \(line.discountMinor) is more than the line's \(line.grossMinor)."
        },
        LineRule(.lineTotalMismatch, at: "total_minor") { line, _, _ in
            let total = line.grossMinor - Int128(line.discountMinor)
            // A line below zero has broken the rule before, and no total could mend it.
            return total < 0 || total == line.totalMinor
                ? nil : "Quantity times unit price less the discount makes \(total), not \(line.totalMinor)."
        },
        LineRule(.taxMismatch, at: "tax_minor") { line, _, order in
            let tax = Tax(rateBasisPoints: line.taxRateBasisPoints, isIncluded: order.pricesIncludeTax)
            return tax.isWithinOneMinorUnit(line.taxMinor, on: line.totalMinor)
                ? nil
                : "The rate makes \(tax.amountMinor(on: line.totalMinor)), give or take 1, not \(line.taxMinor)."
        },
    ]

    private static let orderRules: [OrderRule] = [
        OrderRule(.itemsTotalMismatch, at: "/totals/items_minor") { order in
            difference("The lines add up to", order.lines.sum(\.totalMinor), order.totals.itemsMinor)
        },
        OrderRule(.discountTotalMismatch, at: "/totals/discount_minor") { order in
            difference(
                "The discounts add up to", order.discounts.sum(\.amountMinor), order.totals.discountMinor)
        },
        OrderRule(.discountExceedsItems, at: "/totals/discount_minor") { order in
            order.totals.discountMinor <= order.totals.itemsMinor
                ? nil : "More is taken off than the items' \(order.totals.itemsMinor)."
        },
        OrderRule(.shippingTotalMismatch, at: "/totals/shipping_minor") { order in
            difference("Shipping costs", Int128(order.shipping.priceMinor), order.totals.shippingMinor)
        },
        OrderRule(.taxTotalMismatch, at: "/totals/tax_minor") { order in
            difference(
                "The taxes of lines and shipping add up to",
                order.lines.sum(\.taxMinor) + Int128(order.shipping.taxMinor), order.totals.taxMinor)
        },
        OrderRule(.totalMismatch, at: "/totals/total_minor") { order in
            difference(
                order.pricesIncludeTax
                    ? "Items less discount plus shipping make"
                    : "Items less discount plus shipping and tax make",
                order.totals.sum(pricesIncludeTax: order.pricesIncludeTax), order.totals.totalMinor)
        },
        OrderRule(.paymentMissing, at: "/payment/status") { order in
            order.payment.status == .nothingDue && order.totals.totalMinor != 0
                ? "The order comes to \(order.totals.totalMinor), so it needs a payment." : nil
        },
        OrderRule(.paymentMismatch, at: "/payment/amount_minor") { order in
            order.payment.status == .nothingDue
                ? nil : difference("The total is", Int128(order.totals.totalMinor), order.payment.amountMinor)
        },
        OrderRule(.paymentMismatch, at: "/payment/status") { order in
            order.totals.totalMinor == 0 && order.payment.status != .nothingDue
                ? "An order that comes to 0 has the payment status none." : nil
        },
    ]

    private static func difference(_ what: String, _ sum: Int128, _ stated: Int64) -> String? {
        sum == stated ? nil : "\(what) \(sum), not \(stated)."
    }
}

/// A rule about one line: nil when the line keeps it, else what is wrong.
private struct LineRule: Sendable {
    let code: Reason.Code
    let member: String
    let breach: @Sendable (Order.Line, Int, Order) -> String?

    init(
        _ code: Reason.Code, at member: String,
        breach: @escaping @Sendable (Order.Line, Int, Order) -> String?
    ) {
        self.code = code
        self.member = member
        self.breach = breach
    }

    func reason(against line: Order.Line, at place: Int, of order: Order) -> Reason? {
        breach(line, place, order).map { Reason(code, at: "/lines/\(place)/\(member)", $0) }
    }
}

/// A rule about the order as a whole: nil when it is kept, else what is wrong.
private struct OrderRule: Sendable {
    let code: Reason.Code
    let path: String
    let breach: @Sendable (Order) -> String?

    init(_ code: Reason.Code, at path: String, breach: @escaping @Sendable (Order) -> String?) {
        self.code = code
        self.path = path
        self.breach = breach
    }

    func reason(against order: Order) -> Reason? {
        breach(order).map { Reason(code, at: path, $0) }
    }
}
