import Clockwork
import Orders

/// Rings up one order of the house day.
struct HouseTill {
    private let catalogue = HouseCatalogue()

    /// Places of the day at which something rare happens.
    private static let largestOrder = (place: 58, lines: 214)
    private static let unknownCountries = [33: "ZZ", 90: "EU"]
    private static let guests: Set = [7, 29, 46, 71, 88, 113]

    /// - Returns: Nil never, as long as the catalogue's prices and the quantities below are what they are.
    func order(at place: Int, placedAt moment: Timestamp, _ dice: inout Dice) -> Order? {
        guard let number = OrderNumber("H-\(1_001 + place)"), let euro = Currency("EUR") else { return nil }
        let person = HousePerson(isGuest: Self.guests.contains(place), &dice)
        let address = person.address(in: Self.unknownCountries[place] ?? Self.country(&dice))
        let lines = lines(
            place == Self.largestOrder.place ? Self.largestOrder.lines : Self.lineCount(&dice), &dice)
        let items = lines.reduce(0) { $0 + $1.totalMinor }
        let discounts = Self.discounts(on: items, &dice)
        let shipping = Self.shipping(of: items)
        guard
            let totals = Order.Totals(
                of: lines, discounts: discounts, shipping: shipping, pricesIncludeTax: true)
        else { return nil }
        return Order(
            number: number, idempotencyKey: IdempotencyKey(toPlace: number),
            channel: dice.isLucky(850) ? .web : .app, placedAt: moment, currency: euro,
            pricesIncludeTax: true,
            customer: person.customer, billingAddress: address, shippingAddress: address, lines: lines,
            discounts: discounts, shipping: shipping, totals: totals,
            payment: Order.Payment(
                provider: "simulated", reference: "sim-\(number)", status: .authorized,
                amountMinor: totals.totalMinor))
    }

    private static func country(_ dice: inout Dice) -> String {
        dice.isLucky(780) ? "IE" : dice.pick(["GB", "GB", "GB", "FR", "DE", "NL", "ES", "US", "JE"])
    }

    /// Mostly a handful of lines, sometimes some dozens.
    private static func lineCount(_ dice: inout Dice) -> Int {
        switch dice.roll(1...100) {
        case ...12: dice.roll(1...3)
        case ...45: dice.roll(4...14)
        case ...80: dice.roll(15...30)
        case ...95: dice.roll(31...55)
        default: dice.roll(56...90)
        }
    }

    private func lines(_ count: Int, _ dice: inout Dice) -> [Order.Line] {
        var chosen = dice.pickDistinct(count, below: catalogue.articles.count)
        // Somebody puts the same thing into the basket twice.
        if count > 3, dice.isLucky(140) { chosen[count - 1] = chosen[dice.roll(0...(count - 2))] }
        return chosen.enumerated().map { place, article in
            line(place + 1, of: catalogue.articles[article], &dice)
        }
    }

    private func line(_ number: Int, of article: HouseCatalogue.Article, _ dice: inout Dice) -> Order.Line {
        let quantity = dice.pick([1, 1, 1, 1, 1, 2, 2, 2, 3, 4, 4, 6, 6, 8, 12, 24])
        let price = dice.isLucky(4) ? 0 : article.priceMinor  // a sample, given away
        let gross = Int64(quantity) * price
        let discount = quantity >= 12 ? gross / 10 : 0
        let tax = Tax(rateBasisPoints: article.taxRateBasisPoints, isIncluded: true)
        return Order.Line(
            number: number, sku: article.sku, name: article.name, quantity: quantity, unitPriceMinor: price,
            discountMinor: discount, taxRateBasisPoints: article.taxRateBasisPoints,
            taxMinor: tax.amountMinor(on: gross - discount), totalMinor: gross - discount)
    }

    private static func discounts(on items: Int64, _ dice: inout Dice) -> [Order.Discount] {
        guard dice.isLucky(90) else { return [] }
        return [Order.Discount(code: "WELCOME", description: "First order, 5 %", amountMinor: items / 20)]
    }

    /// Free from 100 EUR on.
    private static func shipping(of items: Int64) -> Order.Shipping {
        let price: Int64 = items >= 10_000 ? 0 : 595
        let tax = Tax(rateBasisPoints: 2_300, isIncluded: true)
        return Order.Shipping(
            method: "parcel", priceMinor: price, taxRateBasisPoints: 2_300,
            taxMinor: tax.amountMinor(on: price))
    }
}

/// Somebody who buys at the house, and never was.
private struct HousePerson {
    private let name: String
    private let isGuest: Bool
    private let number: Int
    private let house: Int

    init(isGuest: Bool, _ dice: inout Dice) {
        name = "\(dice.pick(Self.firstNames)) \(dice.pick(Self.lastNames))"
        self.isGuest = isGuest
        number = dice.roll(100...999)
        house = dice.roll(1...120)
    }

    var customer: Order.Customer {
        Order.Customer(
            id: isGuest ? nil : CustomerID("C-\(number)"), name: name,
            email: isGuest ? nil : "customer-\(number)@example.com")
    }

    func address(in country: String) -> Order.Address {
        Order.Address(name: name, line1: "\(house) Example Street", city: "Exampleton", country: country)
    }

    private static let firstNames = [
        "Aoife", "Brian", "Ciara", "Declan", "Eimear", "Fionn", "Gráinne", "Hugo", "Ines", "Jonas",
        "Katarzyna",
        "Liam", "Máire", "Nils", "Orla", "Pádraig", "Quentin", "Róisín", "Søren", "Tomás", "Una", "Víctor",
    ]
    private static let lastNames = [
        "Sample", "Example", "Muster", "Ejemplo", "Exemple", "Voorbeeld", "Przykład", "Sampla", "Placeholder",
    ]
}
