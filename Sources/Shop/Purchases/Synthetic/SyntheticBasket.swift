import Orders

/// A country with its currency, tax rates and usual prices.
struct SyntheticMarket {
    let country: String
    let currency: String
    /// Hundredths of a percent.
    let taxRates: [Int]
    /// A cheap thing's price in minor units.
    let cheapMinor: Int

    static let all = [
        SyntheticMarket(country: "IE", currency: "EUR", taxRates: [2_300, 1_350, 0], cheapMinor: 100),
        SyntheticMarket(country: "DE", currency: "EUR", taxRates: [1_900, 700], cheapMinor: 100),
        SyntheticMarket(country: "GB", currency: "GBP", taxRates: [2_000, 500, 0], cheapMinor: 100),
        SyntheticMarket(country: "US", currency: "USD", taxRates: [0, 725, 888], cheapMinor: 100),
        SyntheticMarket(country: "JP", currency: "JPY", taxRates: [1_000, 800], cheapMinor: 110),
        SyntheticMarket(country: "KW", currency: "KWD", taxRates: [0], cheapMinor: 250),
        SyntheticMarket(country: "CH", currency: "CHF", taxRates: [810, 260], cheapMinor: 100),
        SyntheticMarket(country: "IN", currency: "INR", taxRates: [1_800, 500], cheapMinor: 4_900),
        SyntheticMarket(country: "KR", currency: "KRW", taxRates: [1_000], cheapMinor: 1_000),
    ]
}

/// Fills baskets of one market.
struct SyntheticBasket {
    let market: SyntheticMarket
    let pricesIncludeTax: Bool

    func lines(_ dice: inout Dice) -> [Order.Line] {
        (1...Self.lineCount(&dice)).map { line($0, &dice) }
    }

    /// Mostly few, now and then as many as an order may have.
    private static func lineCount(_ dice: inout Dice) -> Int {
        switch dice.roll(1...5_000) {
        case 1: Order.maximumLines
        case ...10: dice.roll(200...800)
        case ...100: dice.roll(20...80)
        default: dice.roll(1...8)
        }
    }

    private func line(_ number: Int, _ dice: inout Dice) -> Order.Line {
        let quantity = dice.isLucky(5) ? dice.roll(1_000...1_000_000) : dice.roll(1...12)
        let price = dice.isLucky(15) ? 0 : Int64(market.cheapMinor * dice.roll(1...400)) - 1
        let gross = Int64(quantity) * price
        let discount = dice.isLucky(80) ? gross * Int64(dice.roll(1...100)) / 100 : 0
        let tax = Tax(rateBasisPoints: dice.pick(market.taxRates), isIncluded: pricesIncludeTax)
        return Order.Line(
            number: number, sku: SKU("SKU-\(dice.roll(1...5_000))"), name: dice.pick(SyntheticWords.things),
            quantity: quantity, unitPriceMinor: price, discountMinor: discount,
            taxRateBasisPoints: tax.rateBasisPoints, taxMinor: tax.amountMinor(on: gross - discount),
            totalMinor: gross - discount)
    }

    func discounts(on lines: [Order.Line], _ dice: inout Dice) -> [Order.Discount] {
        let items = lines.reduce(0) { $0 + $1.totalMinor }
        guard dice.isLucky(150), items > 0 else { return [] }
        return (1...dice.roll(1...3)).map { number in
            Order.Discount(
                code: dice.isLucky(500) ? "SAVE-\(number)" : nil,
                description: dice.pick(SyntheticWords.reasons),
                amountMinor: items * Int64(dice.roll(0...30)) / 100)
        }
    }

    func shipping(_ dice: inout Dice) -> Order.Shipping {
        let price = dice.isLucky(300) ? 0 : Int64(market.cheapMinor * dice.roll(2...15))
        let tax = Tax(rateBasisPoints: market.taxRates[0], isIncluded: pricesIncludeTax)
        return Order.Shipping(
            method: dice.pick(["letter", "parcel", "express", "pick-up"]), priceMinor: price,
            taxRateBasisPoints: dice.isLucky(800) ? tax.rateBasisPoints : nil,
            taxMinor: tax.amountMinor(on: price))
    }
}

/// Somebody who never was.
struct SyntheticPerson {
    private let name: String
    private let number: Int?

    init(_ dice: inout Dice) {
        name = dice.pick(SyntheticWords.names)
        number = dice.isLucky(880) ? dice.roll(1...20_000) : nil
    }

    var customer: Order.Customer {
        Order.Customer(
            id: number.map { CustomerID("C-\($0)") }, name: name,
            email: number.map { "customer-\($0)@example.com" })
    }

    func address(in country: String, _ dice: inout Dice) -> Order.Address {
        Order.Address(
            name: name, company: dice.isLucky(100) ? "Example & Sons \"Ltd\"" : nil,
            line1: "\(dice.roll(1...999)) Example Street",
            line2: dice.isLucky(150) ? "Floor \(dice.roll(1...60))" : nil,
            city: dice.pick(SyntheticWords.cities),
            postalCode: dice.isLucky(700) ? "\(dice.roll(10_000...99_999))" : nil,
            country: country)
    }
}
