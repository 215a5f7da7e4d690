import Clockwork
import Orders

/// How a shop goes about its day.
package struct ShopSettings: Sendable {
    /// A name that ends in `.fifo` is a queue that keeps order and forgets repeats; any other is a standard
    /// queue.
    package var queue = Pipeline.orderQueue
    package var pace = Pace.replay(speed: 549)
    package var pranks: [Prank] = []
    /// How many calls may be under way at once, 1 or more.
    package var lanes = 4
    /// While so many orders are not handed over, the till takes no more.
    package var mostOutgoing = 10_000
    /// Between tries. Short: somebody stands at the till, and one try that gets through wakes all lanes.
    package var backoff = Backoff(base: .milliseconds(50), cap: .seconds(2))

    package init() {}

    var isFIFO: Bool { queue.hasSuffix(".fifo") }
}
