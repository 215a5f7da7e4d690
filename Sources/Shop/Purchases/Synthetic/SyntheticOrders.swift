import Clockwork
import Orders

/// Orders without end, made from a seed: everything that real data lacks.
///
/// Several currencies with and without decimals, discounts on lines and on orders, taxes within prices and on
/// top, names in many scripts, and now and then 2,000 lines. Each is made from its seed and place alone, so
/// the millionth takes no longer than the first.
package struct SyntheticOrders: PurchaseSource {
    private let seed: UInt64
    private let flawedPerMille: Int

    /// - Parameters:
    ///   - seed: 0 to 2^64 − 1. The same seed makes the same orders, except for the time at which they are
    ///     placed.
    ///   - flawedPerMille: How many of a thousand documents break a rule on purpose, 0 to 1,000.
    package init(seed: UInt64, flawedPerMille: Int = 0) {
        self.seed = seed
        self.flawedPerMille = flawedPerMille
    }

    package var name: String { "synthetic \(seed)\(flawedPerMille > 0 ? " flawed \(flawedPerMille)" : "")" }

    package var count: Int? { nil }

    package func purchase(at place: Int, now: Timestamp) -> Purchase? {
        guard let order = order(at: place, placedAt: now) else { return nil }
        guard let flaw = flaw(at: place) else { return Purchase(order) }
        return Purchase(
            number: order.number, idempotencyKey: order.idempotencyKey, document: flaw.spoil(order, now: now))
    }

    package func moment(of place: Int) -> Duration? { nil }

    /// What is wrong with the document at a place; nil for a sound one.
    package func flaw(at place: Int) -> Flaw? {
        var dice = Dice(seed: ~seed, place: place)
        return dice.isLucky(flawedPerMille) ? dice.pick(Flaw.allCases) : nil
    }

    /// The order at a place, before anything is spoiled.
    package func order(at place: Int, placedAt moment: Timestamp) -> Order? {
        var dice = Dice(seed: seed, place: place)
        let market = dice.pick(SyntheticMarket.all)
        let pricesIncludeTax = dice.isLucky(600)
        guard let number = OrderNumber("S\(seed % 100_000)-\(place + 1)"),
            let currency = Currency(market.currency)
        else { return nil }
        let basket = SyntheticBasket(market: market, pricesIncludeTax: pricesIncludeTax)
        let lines = basket.lines(&dice)
        let discounts = basket.discounts(on: lines, &dice)
        let shipping = basket.shipping(&dice)
        guard
            let totals = Order.Totals(
                of: lines, discounts: discounts, shipping: shipping, pricesIncludeTax: pricesIncludeTax)
        else { return nil }
        let person = SyntheticPerson(&dice)
        return Order(
            number: number, idempotencyKey: IdempotencyKey(toPlace: number),
            channel: dice.pick(Order.Channel.allCases), placedAt: moment, currency: currency,
            pricesIncludeTax: pricesIncludeTax, customer: person.customer,
            billingAddress: person.address(in: market.country, &dice),
            shippingAddress: person.address(in: dice.pick(Country.all).code, &dice), lines: lines,
            discounts: discounts, shipping: shipping, totals: totals,
            payment: Order.Payment(
                provider: "simulated", reference: "sim-\(number)",
                status: totals.totalMinor == 0 ? .nothingDue : dice.pick([.authorized, .captured, .pending]),
                amountMinor: totals.totalMinor),
            note: dice.isLucky(100) ? dice.pick(SyntheticWords.notes) : nil)
    }
}
