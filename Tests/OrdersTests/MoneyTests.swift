import Testing

@testable import Orders

@Suite struct `An amount of money` {
    @Test(
        arguments: [
            (5_273, "EUR", "EUR 52.73"), (5, "EUR", "EUR 0.05"), (0, "EUR", "EUR 0.00"),
            (-5, "EUR", "EUR -0.05"),
            (5_273, "JPY", "JPY 5273"), (5_273, "KWD", "KWD 5.273"), (7, "KWD", "KWD 0.007"),
            (12_345, "CLF", "CLF 1.2345"),
            (9_007_199_254_740_991, "GBP", "GBP 90071992547409.91"),
            (Int64.min, "GBP", "GBP -92233720368547758.08"), (Int64.max, "JPY", "JPY 9223372036854775807"),
        ] as [(Int64, String, String)])
    func `is printed with the currency's own decimals`(minor: Int64, code: String, text: String) throws {
        #expect(Money(minor: minor, try #require(Currency(code))).description == text)
    }

    @Test(
        arguments: [
            (5_896_079, "GBP", "58,960.79"), (99_999, "GBP", "999.99"), (100_000, "GBP", "1,000.00"),
            (-123_456_789, "JPY", "-123,456,789"), (1_000, "JPY", "1,000"), (100, "JPY", "100"),
        ] as [(Int64, String, String)])
    func `is grouped by threes for eyes`(minor: Int64, code: String, text: String) throws {
        #expect(Money(minor: minor, try #require(Currency(code))).amount(groupedBy: ",") == text)
    }

    @Test func `adds up within one currency and 64 bits only`() throws {
        let euro = try #require(Currency("EUR")), yen = try #require(Currency("JPY"))

        #expect(Money(minor: 2, euro).adding(Money(minor: 3, euro)) == Money(minor: 5, euro))
        #expect(Money(minor: 2, euro).adding(Money(minor: 3, yen)) == nil)
        #expect(Money(minor: .max, euro).adding(Money(minor: 1, euro)) == nil)
    }
}

@Suite struct `The table of currencies` {
    @Test(arguments: [
        ("EUR", 2, "Euro"), ("JPY", 0, "Yen"), ("KWD", 3, "Kuwaiti Dinar"), ("CLF", 4, "Unidad de Fomento"),
        ("ISK", 0, "Iceland Krona"), ("TND", 3, "Tunisian Dinar"), ("GBP", 2, "Pound Sterling"),
    ])
    func `knows how finely each is divided`(code: String, digits: Int, name: String) throws {
        let currency = try #require(Currency(code))

        #expect(currency.minorDigits == digits)
        #expect(currency.name == name)
    }

    @Test func `has each code once, and digits from 0 to 4`() {
        #expect(Currency.all.count == 166)
        #expect(Set(Currency.all.map(\.code)).count == Currency.all.count)
        #expect(
            Currency.all.allSatisfy {
                (0...4).contains($0.minorDigits) && TextPattern.currency.matches($0.code)
            })
    }

    @Test(arguments: ["XXX", "XTS", "XAU", "EUX", "eur", "", "DEM"])
    func `has no code that nothing is priced in`(code: String) {
        #expect(Currency(code) == nil)
    }
}

@Suite struct `The table of countries` {
    @Test func `has the 249 codes of ISO 3166-1`() {
        #expect(Country.all.count == 249)
        #expect(Set(Country.all.map(\.code)).count == 249)
        #expect(Country.all.allSatisfy { TextPattern.country.matches($0.code) })
    }

    @Test(arguments: ["IE", "JE", "ZA", "US", "GB"])
    func `knows where the real orders went`(code: String) {
        #expect(Country(code)?.code == code)
    }

    @Test(arguments: ["ZZ", "EU", "UK", "ie", "", "XX"])
    func `knows no country that is none`(code: String) {
        #expect(Country(code) == nil)
    }
}

@Suite struct `A tax` {
    @Test(
        arguments: [
            (2_885, 2_300, false, 664), (1_195, 2_300, false, 275), (450, 2_300, false, 104),
            (1_200, 2_000, true, 200),
            (0, 2_000, true, 0), (1, 10_000, false, 1),
            (9_007_199_254_740_991, 10_000, false, 9_007_199_254_740_991),
        ] as [(Int64, Int, Bool, Int64)])
    func `is rounded half up`(amount: Int64, rate: Int, isIncluded: Bool, tax: Int64) {
        #expect(Tax(rateBasisPoints: rate, isIncluded: isIncluded).amountMinor(on: amount) == tax)
    }
}

@Suite struct `An order's totals` {
    private let dear = Order.ofLines(1, priceMinor: Order.maximumMinor)

    @Test func `are nil where an amount would be beyond what a document can say`() {
        #expect(Order.Totals(of: dear.lines, shipping: dear.shipping, pricesIncludeTax: true) != nil)
        #expect(
            Order.Totals(of: dear.lines + dear.lines, shipping: dear.shipping, pricesIncludeTax: true) == nil)
    }

    @Test func `are nil where more is taken off than there is`() {
        let cheap = Order.ofLines(1, priceMinor: 10)
        let discount = Order.Discount(description: "too much", amountMinor: 11)

        #expect(
            Order.Totals(
                of: cheap.lines, discounts: [discount], shipping: cheap.shipping, pricesIncludeTax: true)
                == nil)
    }
}
