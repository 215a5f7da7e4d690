import Clockwork
import JSON
import Orders
import Testing

@testable import Shop

@Suite struct `Synthetic orders` {
    @Test(arguments: 0..<10)
    func `are sound, one after another`(hundred: Int) throws {
        let source = SyntheticOrders(seed: 7)
        for place in (hundred * 1_000)..<(hundred * 1_000 + 100) {
            let purchase = try #require(source.purchase(at: place, now: .noon))

            guard case .sound(let sound) = purchase.document.judged(now: .noon) else {
                Issue.record("place \(place): \(purchase.document.judged(now: .noon))")
                continue
            }
            #expect(sound.order.number == purchase.number)
            #expect(sound.order.idempotencyKey == purchase.idempotencyKey)
            #expect(purchase.document.bytes.count <= OrderDocument.maximumBytes)
        }
    }

    @Test func `show everything that real ones lack`() {
        let source = SyntheticOrders(seed: 7)
        let orders = (0..<3_000).compactMap { source.order(at: $0, placedAt: .noon) }

        #expect(Set(orders.map(\.currency.code)) == ["EUR", "GBP", "USD", "JPY", "KWD", "CHF", "INR", "KRW"])
        #expect(Set(orders.map(\.pricesIncludeTax)).count == 2)
        #expect(orders.contains { !$0.discounts.isEmpty })
        #expect(orders.contains { $0.lines.contains { $0.discountMinor > 0 } })
        #expect(orders.contains { $0.lines.contains { $0.unitPriceMinor == 0 } })
        #expect(orders.contains { $0.customer.id == nil })
        #expect(orders.contains { $0.customer.name.unicodeScalars.contains { $0.value > 0xFFFF } })
        #expect(
            orders.contains {
                $0.customer.name.unicodeScalars.contains { (0x590...0x6FF).contains($0.value) }
            })
        #expect(orders.contains { $0.customer.name.unicodeScalars.count > 150 })
        #expect(orders.contains { $0.note != nil })
        #expect(orders.contains { $0.lines.count > 200 })
    }

    @Test func `now and then have 2,000 lines`() throws {
        let source = SyntheticOrders(seed: 7)

        let large = try #require(
            (0..<20_000).lazy.compactMap { source.order(at: $0, placedAt: .noon) }
                .first { $0.lines.count == 2_000 })

        #expect(large.document.bytes.count < OrderDocument.maximumBytes)
    }

    @Test func `are the same for the same seed and place, in any order`() throws {
        let source = SyntheticOrders(seed: 7)

        let late = source.purchase(at: 1_000_000, now: .noon)
        let early = source.purchase(at: 3, now: .noon)

        #expect(SyntheticOrders(seed: 7).purchase(at: 3, now: .noon) == early)
        #expect(SyntheticOrders(seed: 7).purchase(at: 1_000_000, now: .noon) == late)
        #expect(SyntheticOrders(seed: 8).purchase(at: 3, now: .noon) != early)
        #expect(source.purchase(at: 4, now: .noon) != early)
    }

    @Test func `are placed when they are asked for`() throws {
        let order = try #require(SyntheticOrders(seed: 7).order(at: 0, placedAt: .noon + .seconds(5)))

        #expect(order.placedAt == .noon + .seconds(5))
    }

    @Test(arguments: 1...5)
    func `may be flawed, and say how`(seed: UInt64) throws {
        let source = SyntheticOrders(seed: seed, flawedPerMille: 300)
        var seen: Set<Flaw> = []
        for place in 0..<300 {
            let purchase = try #require(source.purchase(at: place, now: .noon))
            let judgement = purchase.document.judged(now: .noon)

            guard let flaw = source.flaw(at: place) else {
                guard case .sound = judgement else { Issue.record("place \(place): \(judgement)"); continue }
                continue
            }
            seen.insert(flaw)
            guard case .rejected(let rejection) = judgement else { Issue.record("\(flaw)"); continue }
            #expect(rejection.reasons.contains { $0.code == flaw.code }, "\(flaw): \(rejection.reasons)")
            #expect(rejection.orderNumber == purchase.number)
            #expect(rejection.idempotencyKey == purchase.idempotencyKey)
        }
        #expect(seen.count == Flaw.allCases.count)
    }
}
