import Clockwork

/// The first purchases of a source that has more of them, or no end.
package struct FirstPurchases: PurchaseSource {
    private let base: any PurchaseSource
    private let limit: Int

    package init(_ limit: Int, of base: any PurchaseSource) {
        self.limit = limit
        self.base = base
    }

    package var name: String { base.name }
    package var count: Int? { min(limit, base.count ?? limit) }

    package func purchase(at place: Int, now: Timestamp) -> Purchase? {
        place < limit ? base.purchase(at: place, now: now) : nil
    }

    package func moment(of place: Int) -> Duration? { base.moment(of: place) }
}
