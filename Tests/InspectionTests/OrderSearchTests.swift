import Clockwork
import JSON
import Testing

@testable import Inspection

@Suite struct `A search for orders` {
    private func numbers(_ query: String, in street: Street, sorting: OrderSearch.Sorting = .accepted) throws
        -> [String]
    {
        let filter = try OrderQuery.filter(query, now: Street.evening)
        return try OrderSearch(filter, sorting: sorting).page(of: street.ledgers()).rows.map(\.[0].shown)
    }

    @Test func `pages through everything once, from the latest on`() throws {
        let street = try Street(orders: 7)
        let search = OrderSearch(limit: 3)
        let ledgers = try street.ledgers()
        var seen: [[String]] = [], cursor: String?

        repeat {
            let page = try search.page(of: ledgers, after: cursor)
            seen.append(page.rows.map(\.[0].shown))
            cursor = page.next
        } while cursor != nil

        #expect(seen == [["W-7", "W-6", "W-5"], ["W-4", "W-3", "W-2"], ["W-1"]])
    }

    @Test(arguments: OrderSearch.Sorting.allCases)
    func `pages through orders that are equal in what they are sorted by`(sorting: OrderSearch.Sorting) throws
    {
        let street = try Street(orders: 5)
        try street.edit(
            .oms,
            "UPDATE orders SET placed_at = '2026-11-22T21:00:00.000Z', accepted_at = '2026-11-22T22:00:00.000Z'"
        )
        let search = OrderSearch(sorting: sorting, limit: 2)
        let ledgers = try street.ledgers()

        let first = try search.page(of: ledgers), second = try search.page(of: ledgers, after: first.next)

        #expect((first.rows + second.rows).map(\.[0].shown) == ["W-5", "W-4", "W-3", "W-2"])
    }

    @Test func `refuses a place that no page gave`() throws {
        let street = try Street(orders: 1)

        #expect(throws: OrderSearch.BadCursor.self) {
            try OrderSearch().page(of: street.ledgers(), after: "nonsense")
        }
    }

    @Test(arguments: [
        ("number:W-2", ["W-2"]), ("status:accepted", ["W-3", "W-2", "W-1"]), ("status:cancelled", []),
        ("customer:C-7 number:W-1", ["W-1"]), ("customer:\"ada ex\" W-3", ["W-3"]),
        ("ADA@example.com W-1", ["W-1"]),
        ("sku:MUG-01 w-2", ["W-2"]), ("sku:JUG-01", []), ("country:ie W-1", ["W-1"]), ("country:GB", []),
        ("total:>5272 W-1", ["W-1"]), ("total:>5273", []), ("total:5000..6000 W-1", ["W-1"]),
        ("total:<=5273 W-1", ["W-1"]),
        ("placed:2026-11-22 W-1", ["W-1"]), ("placed:2026-11-23", []),
        ("placed:2026-11-21..2026-11-22 W-1", ["W-1"]),
        ("placed:..2026-11-21", []), ("accepted:45m", ["W-3", "W-2", "W-1"]), ("accepted:10m", []),
        ("partner:crm state:delivered W-1", ["W-1"]), ("partner:crm state:parked", []),
        ("event:accepted W-1", ["W-1"]),
        ("event:conflict", []), ("channel:web W-1", ["W-1"]),
    ])
    func `understands qualifiers and plain words`(query: String, expected: [String]) throws {
        #expect(try numbers(query, in: try Street(orders: 3)) == expected)
    }

    @Test(arguments: [
        "colour:blue", "total:cheap", "placed:yesterday", "placed:2026-02-30", "status:odd", "state:gone",
    ])
    func `says what it does not understand`(query: String) {
        #expect(throws: OrderQuery.Fault.self) { try OrderQuery.filter(query, now: Street.evening) }
    }

    @Test func `takes what is typed for a value, never for SQL`() throws {
        #expect(try numbers("customer:\"'; DROP TABLE orders --\"", in: try Street(orders: 1)) == [])
    }

    @Test func `shows a dot for each partner`() throws {
        let street = try Street(orders: 1)
        try street.send("W-2", at: Street.opening + .seconds(10))
        try street.accept("W-2", at: Street.opening + .seconds(10))
        try street.deliver("W-2", to: "crm")

        let page = try OrderSearch().page(of: street.ledgers()).objects

        #expect(page.map { $0["partners"]?.string } == ["◐●◐", "●●●"])
        #expect(page[0]["delivered"] == 1)
        #expect(page[0]["pending"] == 2)
    }

    @Test func `works without the courier's ledger, and says so where it is needed`() throws {
        let street = try Street(orders: 1)
        try street.remove(.notify)

        #expect(try numbers("", in: street) == ["W-1"])
        #expect(throws: LedgerError.missing(.notify, in: street.directory)) {
            try numbers("partner:crm", in: street)
        }
    }
}

@Suite struct `An order's details` {
    @Test func `tell all that the ledgers know`() throws {
        let street = try Street(orders: 1)

        let details = try #require(try OrderDetails(of: "W-1", in: street.ledgers()))

        #expect(details.order?["total"] == "EUR 52.73")
        #expect(details.sums == ["items 40.80 - discount 3.00 + shipping 4.50 + tax 10.43 = EUR 52.73"])
        #expect(details.lines.rows.count == 2)
        #expect(details.deliveries.objects.map { $0["partner"]?.string } == ["carrier", "crm", "warehouse"])
        #expect(details.json["document"]?["order_number"] == "W-1")
        #expect(details.text(width: nil).contains("Mug, gift wrapped"))
    }

    @Test func `exist for an order that was rejected or still waits, and for no other`() throws {
        let street = try Street(orders: 1)
        try street.take("W-8", #"{"schema": "order.placed/1", "order_number": "W-8"}"#)
        try street.queue("W-9", Street.document("W-9"))
        let ledgers = try street.ledgers()

        #expect(try OrderDetails(of: "W-8", in: ledgers)?.rejections.rows.count == 1)
        #expect(try OrderDetails(of: "W-9", in: ledgers)?.messages.rows.count == 1)
        #expect(try OrderDetails(of: "W-7", in: ledgers) == nil)
    }
}

@Suite struct `An export` {
    private func pages(_ export: OrderExport, _ street: Street, isFlat: Bool) throws -> [Listing] {
        var pages: [Listing] = []
        _ = try export.write(from: street.ledgers(), isFlat: isFlat) { pages.append($0) }
        return pages
    }

    @Test func `has every order once, the oldest first`() throws {
        let export = OrderExport()
        let listing = try pages(export, try Street(orders: 3), isFlat: true).reduce(into: []) {
            $0 += $1.rows
        }

        #expect(listing.map(\.[0].shown) == ["W-1", "W-2", "W-3"])
    }

    @Test func `makes a row of each line where rows are flat, and nests them where they are not`() throws {
        let street = try Street(orders: 2)

        let flat = try pages(OrderExport(with: .lines), street, isFlat: true)[0]
        let nested = try pages(OrderExport(with: .lines), street, isFlat: false)[0]

        #expect(flat.rows.map { "\($0[0].shown)/\($0[1].shown)" } == ["W-1/1", "W-1/2", "W-2/1", "W-2/2"])
        #expect(nested.objects[0]["lines"]?.array?.count == 2)
        #expect(nested.objects[0]["total_minor"] == 5273)
    }

    @Test(arguments: OrderExport.Company.allCases)
    func `keeps its columns when there is nothing to export`(company: OrderExport.Company) throws {
        let listing = try pages(
            OrderExport(OrderFilter([.number("none")]), with: company), try Street(orders: 0), isFlat: true)

        #expect(listing.count == 1)
        #expect(listing[0].columns.first == "order_number")
        #expect(
            listing[0].columns.contains(company == .lines ? "sku" : company == .events ? "type" : "partner"))
    }
}

@Suite struct `Statistics` {
    @Test(arguments: [
        (OrderStatistics.Grouping.hour, ["2026-11-22T22:00Z"]), (.minute, ["2026-11-22T22:15Z"]),
        (.channel, ["web"]),
        (.country, ["IE"]), (.status, ["accepted"]), (.day, ["2026-11-22"]),
    ])
    func `sum up by group and currency`(grouping: OrderStatistics.Grouping, groups: [String]) throws {
        let listing = try OrderStatistics.listing(of: try Street(orders: 3).ledgers(), by: grouping)

        #expect(listing.rows.map(\.[0].shown) == groups)
        #expect(listing.objects[0]["orders"] == 3)
        #expect(listing.objects[0]["total_minor"] == 15819)
        #expect(listing.objects[0]["total"] == "EUR 158.19")
    }
}
