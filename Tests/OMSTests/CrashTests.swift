import Clockwork
import Disk
import Orders
import Testing
import Wire

@testable import OMS

@Suite struct `A crash` {
    private let orders = (1...12).map { Order.sample("W-\($0)") }

    @Test(arguments: 1...12, [CommitPoint.Side.before, .after])
    func `at any commit loses nothing, doubles nothing and is made good`(commit: Int, side: CommitPoint.Side)
        throws
    {
        let shop = Workshop(seed: UInt64(commit))
        shop.settings.visibility = .seconds(2)
        shop.place(orders)
        try shop.start()

        shop.killAtCommit(commit, side)
        let wasSpared = shop.run(until: { shop.isQuiet })
        if !wasSpared { try shop.start() }
        #expect(shop.run(until: { shop.isQuiet }, atMost: .seconds(30)))

        #expect(try shop.findings(about: orders) == [])
        #expect(Set(shop.stream.records.map(\.key)).count == 12)
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `in the middle of lost calls, again and again, comes out even`(seed: UInt64) throws {
        let storm = try Storm(seed: seed)

        try storm.rage()

        #expect(try storm.shop.findings(about: storm.orders) == [])
    }

    @Test func `tells the same story for the same seed`() throws {
        let stories = try (0..<2).map { _ in
            let storm = try Storm(seed: 7)
            try storm.rage()
            return "\(storm.shop.world.traceHash) \(storm.shop.world.steps) \(storm.shop.stream.records)"
        }

        #expect(stories[0] == stories[1])
    }

    @Test func `meets everything that it is meant to meet`() throws {
        var deaths = 0
        var repeats = 0
        var published = 0
        for seed in 1...10 as ClosedRange<UInt64> {
            let storm = try Storm(seed: seed)
            try storm.rage()
            deaths += storm.deaths
            repeats += try Int(storm.shop.store!.values("SELECT repeats FROM intake_totals")[0])!
            published += storm.shop.stream.records.count - storm.orders.count
        }

        #expect(deaths > 10)
        #expect(repeats > 10)
        #expect(published > 10)
    }
}

@Suite struct `A planted bug` {
    @Test(arguments: [
        (PlantedBug.deleteBeforeCommit, "lost"), (.outboxNotSwept, "not told"),
        (.deduplicationByMessageID, "rejected"),
    ])
    func `is noticed by the audit`(bug: PlantedBug, finding: String) throws {
        var seedsThatNotice: [UInt64] = []
        for seed in 1...12 as ClosedRange<UInt64> {
            let storm = try Storm(seed: seed, planted: bug)
            try storm.rage()
            let findings = try storm.shop.findings(about: storm.orders)
            if findings.contains(where: { $0.hasPrefix(finding) }) { seedsThatNotice.append(seed) }
        }

        #expect(seedsThatNotice.count >= 2, "\(bug) is noticed by seeds \(seedsThatNotice)")
    }
}

/// A trading day in which calls are lost, the stream throttles, and the process is killed at commits and between them.
private final class Storm {
    let shop: Workshop
    let orders: [Order]
    private(set) var deaths = 0
    private var random: SeededGenerator

    init(seed: UInt64, planted: PlantedBug? = nil) throws {
        random = SeededGenerator(seed: seed)
        shop = Workshop(seed: seed)
        shop.settings.visibility = .seconds(3)
        shop.settings.workers = 1 + Int(seed % 3)
        shop.settings.planted = planted
        orders = (1...30).map { Order.sample("W-\($0)") }
    }

    /// Rages for a while, then lets the street come to rest.
    func rage() throws {
        let (lost, throttled) = (
            Double.random(in: 0...0.3, using: &random), Double.random(in: 0...0.5, using: &random)
        )
        var chance = random
        shop.queue.fault = { _ in
            switch Double.random(in: 0..<1, using: &chance) {
            case ..<(lost / 2): .lostRequest
            case ..<lost: .lostReply
            default: .none
            }
        }
        shop.stream.fault = { _ in
            switch Double.random(in: 0..<1, using: &chance) {
            case ..<(lost / 2): .lostRequest
            case ..<lost: .lostReply
            case ..<(lost + throttled): .partial { _ in Bool.random(using: &chance) }
            default: .none
            }
        }
        try shop.start()
        for batch in stride(from: 0, to: orders.count, by: 5) {
            let placed = Array(orders[batch..<(batch + 5)])
            shop.place(placed)
            // The shop heard nothing of this one, and sends it again: the queue knows it as another message.
            if Bool.random(using: &random) {
                shop.queue.send(placed[0].text, id: "again-\(placed[0].number)")
            }
            try live(for: .milliseconds(Int.random(in: 1...1_500, using: &random)))
        }
        shop.spare()
        shop.queue.fault = { _ in .none }
        shop.stream.fault = { _ in .none }
        shop.run(until: { shop.isQuiet }, atMost: .seconds(60))
        // A message of the last life may still be hidden, and a lost one never comes: a while longer settles both.
        shop.wait(.seconds(10))
    }

    /// Lets the process live for a while or until it dies, and starts the next one.
    private func live(for span: Duration) throws {
        if Int.random(in: 0..<3, using: &random) > 0 {
            shop.killAtCommit(
                Int.random(in: 1...4, using: &random), Bool.random(using: &random) ? .before : .after)
        }
        let end = shop.world.uptime + span
        let survived = shop.run(until: { shop.world.uptime >= end }, atMost: .seconds(5))
        guard !survived || Int.random(in: 0..<4, using: &random) == 0 else { return }
        shop.kill()
        deaths += 1
        try shop.start()
    }
}
