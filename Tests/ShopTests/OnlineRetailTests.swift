import Clockwork
import Orders
import Testing

@testable import Shop

/// Credit: Online Retail [dataset], Daqing Chen, 2015, UCI Machine Learning Repository, CC BY 4.0;
/// Chen, Sain, Guo 2012, doi:10.1057/dbm.2012.17.
@Suite(.enabled(if: RetailFiles.areThere, RetailFiles.missing))
struct `A real day of Online Retail` {
    struct Figures: Equatable, Sendable {
        var invoices: Int, orders: Int, credits: Int, adjustments: Int, lines: Int, units: Int
        var shipping: Int64, total: Int64
        var guests: Int, ordersWithRepeatedSKU: Int
    }

    static func figures(_ retail: OnlineRetail) -> Figures {
        let orders = retail.orders
        return Figures(
            invoices: retail.tally.invoices, orders: orders.count, credits: retail.tally.credits,
            adjustments: retail.tally.adjustments, lines: orders.reduce(0) { $0 + $1.lines.count },
            units: orders.reduce(0) { $0 + $1.unitCount },
            shipping: orders.reduce(0) { $0 + $1.totals.shippingMinor },
            total: orders.reduce(0) { $0 + $1.totals.totalMinor },
            guests: orders.count { $0.customer.id == nil },
            ordersWithRepeatedSKU: orders.count { Set($0.lines.map(\.sku)).count < $0.lines.count })
    }

    @Test(arguments: [
        (
            ["2010-12-01"],
            Figures(
                invoices: 143, orders: 127, credits: 6, adjustments: 10, lines: 3_066, units: 26_911,
                shipping: 131_426, total: 5_896_079, guests: 6, ordersWithRepeatedSKU: 17),
            "536592", Int64(691_565)
        ),
        (
            ["2010-12-02"],
            Figures(
                invoices: 167, orders: 142, credits: 23, adjustments: 2, lines: 2_062, units: 31_328,
                shipping: 1_800, total: 4_774_838, guests: 5, ordersWithRepeatedSKU: 9),
            "536783", 407_648
        ),
        (
            ["2010-12-03"],
            Figures(
                invoices: 108, orders: 68, credits: 7, adjustments: 33, lines: 2_142, units: 16_180,
                shipping: 210_548, total: 4_694_371, guests: 11, ordersWithRepeatedSKU: 7),
            "536982", 1_066_169
        ),
        (
            ["2010-12-01", "2010-12-02", "2010-12-03"],
            Figures(
                invoices: 418, orders: 337, credits: 36, adjustments: 45, lines: 7_270, units: 74_419,
                shipping: 343_774, total: 15_365_288, guests: 22, ordersWithRepeatedSKU: 33),
            "536982", 1_066_169
        ),
    ])
    func `comes to the published figures`(days: [String], figures: Figures, largest: String, amount: Int64)
        throws
    {
        let retail = try OnlineRetail(files: days.map(RetailFiles.path))

        #expect(Self.figures(retail) == figures)
        let top = try #require(retail.orders.max { $0.totals.totalMinor < $1.totals.totalMinor })
        #expect(top.number.rawValue == largest)
        #expect(top.totals.totalMinor == amount)
        #expect(retail.tally.unusable == 0)
    }

    @Test(arguments: ["2010-12-01", "2010-12-02", "2010-12-03", "2010-12-05", "2010-12-17", "2010-12-23"])
    func `is made of sound documents`(day: String) throws {
        for order in try OnlineRetail(files: [RetailFiles.path(day)]).orders {
            guard case .sound(let sound) = order.document.judged(now: .noon) else {
                #expect(["ZZ", "EU"].contains(order.shippingAddress.country), "\(order.number)")
                continue
            }
            #expect(sound.order == order)
        }
    }

    @Test func `is played in the order of its clock`() throws {
        let day = try OnlineRetail(files: [RetailFiles.path("2010-12-01")]).day

        #expect(day.name == "Online Retail 2010-12-01 to 2010-12-01")
        #expect(day.orders.first?.placedAt == Timestamp("2010-12-01T08:26:00Z"))
        #expect(day.span == .seconds(9 * 3_600 + 9 * 60))
        #expect(
            day.orders.count { order in
                let second = (order.placedAt - day.orders[0].placedAt) / 549
                return second >= .seconds(20) && second < .seconds(40)
            } == 47)
    }
}

@Suite struct `An invoice of Online Retail` {
    static let header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"

    static func read(_ rows: String) throws -> OnlineRetail {
        try OnlineRetail(Array((header + rows).utf8), named: "test.csv")
    }

    @Test func `becomes an order, its postage the price of shipping`() throws {
        let retail = try Self.read(
            """
            700001,22041,"RECORD FRAME 7"" SINGLE, SIZE ",2,2011-07-01 08:30:00,2.1,17850.0,EIRE
            700001,85123a,,3,2011-07-01 08:31:00,0.0,17850.0,EIRE
            700001,POST,POSTAGE,1,2011-07-01 08:30:00,18.0,17850.0,EIRE
            700001,22041,RECORD FRAME,1,2011-07-01 08:30:00,2.55,17850.0,EIRE

            """)
        let order = try #require(retail.orders.first)

        #expect(order.number.rawValue == "700001")
        #expect(order.idempotencyKey.rawValue == "web:700001")
        #expect(order.placedAt == Timestamp("2011-07-01T07:30:00Z"))
        #expect(order.lines.map(\.number) == [1, 2, 3])
        #expect(order.lines.map(\.sku.rawValue) == ["22041", "85123A", "22041"])
        #expect(order.lines.map(\.name) == ["RECORD FRAME 7\" SINGLE, SIZE", "85123A", "RECORD FRAME"])
        #expect(order.lines.map(\.totalMinor) == [420, 0, 255])
        #expect(order.totals.shippingMinor == 1_800)
        #expect(order.total.description == "GBP 24.75")
        #expect(order.customer.id?.rawValue == "17850")
        #expect(order.shippingAddress.country == "IE")
        #expect(order.payment.provider == "simulated")
        #expect(order.customer.email?.hasSuffix("@example.com") == true)
    }

    @Test(
        arguments: [
            ("C700002,22041,FRAME,-2,2010-12-01 08:26:00,2.1,17850.0,France", .init(invoices: 1, credits: 1)),
            (
                "A563186,B,Bad debt,1,2011-08-12 14:51:00,-11062.06,,United Kingdom",
                .init(invoices: 1, badDebts: 1)
            ),
            (
                "700003,85123A,damaged,-7,2010-12-01 08:26:00,0.0,,United Kingdom",
                .init(invoices: 1, adjustments: 1)
            ),
            (
                "700004,POST,POSTAGE,1,2010-12-01 08:26:00,18.0,12345.0,France",
                .init(invoices: 1, shippingOnly: 1)
            ),
            ("700005,22041,FRAME,-2,2010-12-01 08:26:00,2.1,17850.0,France", .init(invoices: 1, unusable: 1)),
        ] as [(String, OnlineRetail.Tally)])
    func `that is no order is counted for what it is`(row: String, tally: OnlineRetail.Tally) throws {
        let retail = try Self.read(row)

        #expect(retail.orders.isEmpty)
        #expect(retail.tally == tally)
    }

    @Test func `of a guest has neither customer nor e-mail`() throws {
        let order = try #require(
            try Self.read("700006,22041,FRAME,1,2010-12-01 08:26:00,2.1,,United Kingdom").orders.first)

        #expect(order.customer == Order.Customer(id: nil, name: "Guest", email: nil))
    }

    @Test(arguments: [("Unspecified", "ZZ"), ("European Community", "EU"), ("Atlantis", "ZZ")])
    func `from nowhere will be rejected`(country: String, code: String) throws {
        let order = try #require(
            try Self.read("700007,22041,FRAME,1,2010-12-01 08:26:00,2.1,,\(country)").orders.first)

        guard case .rejected(let rejection) = order.document.judged(now: .noon) else {
            Issue.record("kept"); return
        }
        #expect(order.shippingAddress.country == code)
        #expect(Set(rejection.reasons.map(\.code)) == [.unknownCountry])
    }

    @Test(
        arguments: [("0.001", 0), ("0.005", 1), ("2.1", 210), ("38970.0", 3_897_000), ("12", 1_200)]
            as [(String, Int64)])
    func `has prices of whole pence`(written: String, pence: Int64) throws {
        let retail = try Self.read("700008,22041,FRAME,1,2010-12-01 08:26:00,\(written),,Spain")

        #expect(retail.orders.first?.lines.first?.unitPriceMinor == pence)
        #expect(retail.tally.roundedPrices == (written.hasPrefix("0.00") ? 1 : 0))
    }

    @Test(arguments: [
        "700009,22041,FRAME,1,2010-12-01 08:26:00,2.1,17850.0",
        "700009,22041,FRAME,one,2010-12-01 08:26:00,2.1,,Spain",
        "700009,22041,FRAME,1,12/1/2010 8:26,2.1,,Spain",
        "700009,22041,FRAME,1,2010-12-01 08:26:00,£2,,Spain",
        "700009,22041,FRAME,1,2010-12-01 08:26:00,99999999999999999999,,Spain",
        "700009,22041,FRAME,99999999999999999999,2010-12-01 08:26:00,1,,Spain",
    ])
    func `that cannot be read is named by its line`(row: String) {
        #expect(throws: RetailError.unreadable(file: "test.csv", line: 2)) { try Self.read(row) }
    }

    @Test func `is looked for in files of the data only`() {
        #expect(throws: RetailError.otherColumns(file: "x.csv")) {
            try OnlineRetail(Array("a,b,c\n1,2,3\n".utf8), named: "x.csv")
        }
        #expect(throws: RetailError.self) { try OnlineRetail(files: ["/nowhere/2010-12-01.csv"]) }
    }
}

@Suite struct `A clock in London` {
    @Test(arguments: [
        ("2010-12-01T08:26:00Z", "2010-12-01T08:26:00.000Z"),
        ("2011-03-27T00:59:59Z", "2011-03-27T00:59:59.000Z"),
        ("2011-03-27T02:00:00Z", "2011-03-27T01:00:00.000Z"),
        ("2011-07-01T12:00:00Z", "2011-07-01T11:00:00.000Z"),
        ("2011-10-30T00:59:59Z", "2011-10-29T23:59:59.000Z"),
        ("2011-10-30T01:30:00Z", "2011-10-30T00:30:00.000Z"),
        ("2011-10-30T02:00:00Z", "2011-10-30T02:00:00.000Z"),
        ("2010-10-31T02:00:00Z", "2010-10-31T02:00:00.000Z"),
        ("2026-03-29T12:00:00Z", "2026-03-29T11:00:00.000Z"),
    ])
    func `shows summer time from March to October`(shown: String, moment: String) throws {
        let time = CalendarTime(try #require(Timestamp(shown)))

        #expect(LondonTime.moment(of: time)?.description == moment)
    }
}

@Suite struct `A text with commas` {
    @Test(
        arguments: [
            ("a,b\n", [["a", "b"]]), ("a,b", [["a", "b"]]), ("a,\n,b\r\n", [["a", ""], ["", "b"]]),
            ("\"a,\"\"b\"\"\",c\n", [["a,\"b\"", "c"]]), ("\n\na\n\nb\n", [["a"], ["b"]]),
            ("\"line\nbreak\",x\n", [["line\nbreak", "x"]]), ("", []), ("\"open", [["open"]]),
            ("é,界\n", [["é", "界"]]),
        ] as [(String, [[String]])])
    func `is read row by row`(text: String, rows: [[String]]) {
        #expect(Array(CSV(Array(text.utf8))) == rows)
    }
}
