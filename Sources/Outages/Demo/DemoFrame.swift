import Inspection

/// What the audience sees at one moment.
package struct DemoFrame: Sendable {
    package var title: String
    package var runTime: Duration
    package var length: Duration
    package var now: PipelineSnapshot
    /// Processes that do not run, with what is the matter with them.
    package var absent: [(name: String, since: Duration)]
    package var history: DemoHistory
    package var latestEvent: String?
}

/// How the numbers went, a value a second.
package struct DemoHistory: Sendable {
    package private(set) var acknowledged: [Int] = []
    package private(set) var stored: [Int] = []
    package private(set) var waiting: [Int] = []
    /// Whether something was broken in that second.
    package private(set) var isBroken: [Bool] = []
    private var last = (acknowledged: 0, stored: 0)

    package init() {}

    package mutating func note(_ snapshot: PipelineSnapshot, isBroken: Bool) {
        acknowledged.append(max(0, snapshot.shop.acknowledged - last.acknowledged))
        stored.append(max(0, snapshot.orders.stored - last.stored))
        waiting.append(snapshot.queue.waiting + snapshot.queue.inFlight)
        self.isBroken.append(isBroken)
        last = (snapshot.shop.acknowledged, snapshot.orders.stored)
    }
}
