import Clockwork
import Orders
import Testing

@testable import Shop

@Suite struct `The house day` {
    private let orders = HouseDay.day.orders

    @Test func `has 127 orders within 9 hours and 9 minutes`() {
        #expect(orders.count == 127)
        #expect(HouseDay.day.span == .seconds(9 * 3_600 + 9 * 60))
        #expect(orders.map(\.placedAt) == orders.map(\.placedAt).sorted())
        #expect(Set(orders.map(\.number)).count == 127)
        #expect(orders.first?.number.rawValue == "H-1001")
    }

    @Test func `has the shape of a real day`() {
        let lines = orders.flatMap(\.lines)

        #expect((2_700...3_300).contains(lines.count))
        #expect(orders.count { $0.lines.count > 200 } == 1)
        #expect(orders.count { $0.customer.id == nil } == 6)
        #expect(lines.count { $0.unitPriceMinor == 0 } >= 5)
        #expect((10...25).contains(orders.count { Set($0.lines.map(\.sku)).count < $0.lines.count }))
        #expect(orders.contains { !$0.discounts.isEmpty })
    }

    @Test func `is busiest in its middle`() {
        let third = HouseDay.day.span / 3
        let perThird = (0...2).map { part in
            orders.indices.count { place in
                let moment = HouseDay.day.moment(of: place)!
                return (third * part..<third * (part + 1)).contains(moment)
            }
        }

        #expect(perThird[1] > perThird[0] && perThird[1] > perThird[2])
        #expect(perThird[1] >= 40)
    }

    @Test func `is sound but for two countries that do not exist`() {
        let refused = orders.compactMap { order -> (String, [Reason])? in
            guard case .rejected(let rejection) = order.document.judged(now: .noon) else { return nil }
            return (order.shippingAddress.country, rejection.reasons)
        }

        #expect(refused.map(\.0) == ["ZZ", "EU"])
        #expect(refused.allSatisfy { $0.1.allSatisfy { $0.code == .unknownCountry } })
        #expect(orders.allSatisfy { !$0.document.judged(now: .noon).isUnreadable })
    }

    /// `fixtures/house-day.csv` shows people what the program makes for itself.
    @Test func `is the one that lies in the fixtures`() throws {
        let shown = try Fixtures.text("house-day.csv")

        #expect(HouseDay.csv == shown)
    }
}

extension Judgement {
    var isUnreadable: Bool { if case .unreadable = self { true } else { false } }
}
