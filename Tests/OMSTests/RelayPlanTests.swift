import Clockwork
import Testing

@testable import OMS

@Suite struct `A relay's load` {
    private func entries(_ keys: String, bytes: Int = 10) -> [OutboxEntry] {
        keys.enumerated().map { place, key in
            OutboxEntry(
                sequence: Int64(place + 1), eventID: "e\(place + 1)", partitionKey: String(key),
                payload: String(repeating: "x", count: bytes - 1))
        }
    }

    private func plan(records: Int = 500, bytes: Int = 1_000_000, _ entries: [OutboxEntry]) -> RelayPlan {
        var load = RelayLoad()
        load.records = records
        load.bytes = bytes
        var plan = RelayPlan(load: load)
        plan.add(entries)
        return plan
    }

    private func loads(of plan: RelayPlan) -> [[Int64]] {
        var plan = plan
        var loads: [[Int64]] = []
        while case let load = plan.nextLoad(), !load.isEmpty { loads.append(load.map(\.sequence)) }
        return loads
    }

    @Test func `holds one event of each key, in the order of the outbox`() {
        #expect(loads(of: plan(entries("abacba"))) == [[1, 2, 4], [3, 5], [6]])
    }

    @Test func `holds no more records than the service takes`() {
        #expect(loads(of: plan(records: 2, entries("abcde"))) == [[1, 2], [3, 4], [5]])
    }

    @Test func `holds no more bytes than it may, but always something`() {
        #expect(loads(of: plan(bytes: 25, entries("abcd"))) == [[1, 2], [3, 4]])
        #expect(loads(of: plan(bytes: 5, entries("ab"))) == [[1], [2]])
    }

    @Test func `lets no later event of a key pass one that had no room`() {
        var waiting = entries("abb", bytes: 10)
        waiting[1].payload = String(repeating: "x", count: 100)

        #expect(loads(of: plan(bytes: 50, waiting)) == [[1], [2], [3]])
    }

    @Test func `leaves the later events of a held key at home, those that are added afterwards too`() {
        var plan = plan(entries("aba"))
        _ = plan.nextLoad()

        plan.hold("a")
        plan.add(entries("ab"))

        #expect(loads(of: plan) == [[2]])
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `carries everything once and each key in order, whatever there is`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let keys = String((0..<100).map { _ in "abcdefgh".randomElement(using: &random)! })
        let limits = (
            records: Int.random(in: 1...10, using: &random), bytes: Int.random(in: 1...60, using: &random)
        )

        let loads = loads(of: plan(records: limits.records, bytes: limits.bytes, entries(keys)))

        let carried = loads.flatMap(\.self)
        #expect(carried.sorted() == Array(1...100))
        for key in Set(keys) {
            let ofKey = carried.filter { Array(keys)[Int($0) - 1] == key }
            #expect(ofKey == ofKey.sorted())
        }
        #expect(loads.allSatisfy { $0.count <= limits.records })
    }
}
