import Clockwork
import Function
import Orders
import Shop

/// How the street of one simulated run is set up: drawn from its seed too, for a fault may show in one set-up only.
struct StreetPlan: Sendable {
    var settings = StreetSettings()
    var shop = ShopSettings()
    var purchases: any PurchaseSource
    var orders: Int

    /// A street that is swept: its usual set-up, a shop with all its tricks, and little time to lose.
    init(seed: UInt64, swept orders: Int) {
        settings.visibilityTimeout = .seconds(5)
        self.orders = orders
        purchases = FirstPurchases(orders, of: SyntheticOrders(seed: seed, flawedPerMille: 80))
        shop.pace = .rate(perSecond: 20)
        let kinds = [.earlyCancel] + Prank.demo.map(\.kind)
        shop.pranks = kinds.enumerated().map { place, kind in
            Prank(kind, at: .milliseconds(300 * place))
        }
    }

    /// A street as a scenario wants it.
    init(seed: UInt64, staged staging: Staging) {
        settings = staging.system.applied(to: StreetSettings())
        purchases =
            switch staging.workload.plan.source {
            case .synthetic(let orders?): FirstPurchases(orders, of: SyntheticOrders(seed: seed))
            default: HouseDay.day
            }
        orders = purchases.count ?? 0
        shop.queue = settings.queueKind == .fifo ? Pipeline.orderQueue : Pipeline.standardOrderQueue
        shop.pace = Pace(staging.workload.plan.pace)
    }

    init(seed: UInt64, orders: Int, selling span: Duration, using random: inout SeededGenerator) {
        settings.queueKind = random.isLucky(0.25) ? .standard : .fifo
        settings.workers = Int.random(in: 1...3, using: &random)
        settings.visibilityTimeout = .seconds(random.pick([2, 5, 30]))
        settings.maxReceiveCount = Int.random(in: 3...8, using: &random)
        settings.shards = Int.random(in: 1...4, using: &random)
        settings.reader = random.isLucky(0.5) ? .push : .watch
        self.orders = orders
        purchases = FirstPurchases(
            orders, of: SyntheticOrders(seed: seed, flawedPerMille: random.isLucky(0.5) ? 80 : 0))
        shop.queue = settings.queueKind == .fifo ? Pipeline.orderQueue : Pipeline.standardOrderQueue
        shop.lanes = Int.random(in: 1...4, using: &random)
        shop.pace =
            random.isLucky(0.2) ? .burst : .rate(perSecond: Double(orders) / (span.fractionalSeconds * 0.8))
        if random.isLucky(0.5) {
            // A queue that keeps no order leaves open which of two orders under one number comes first.
            let kinds = Prank.demo.map(\.kind).filter { settings.queueKind == .fifo || $0 != .conflict }
            shop.pranks = (kinds + [.earlyCancel]).map { Prank($0, at: random.span(in: .seconds(1)...span)) }
            shop.pranks.sort { $0.due < $1.due }
        }
    }
}

extension Pace {
    package init(_ plan: ShopPlan.Pace) {
        self =
            switch plan {
            case .replay(let speed): .replay(speed: speed)
            case .rate(let perSecond): .rate(perSecond: perSecond)
            case .burst: .burst
            }
    }
}
