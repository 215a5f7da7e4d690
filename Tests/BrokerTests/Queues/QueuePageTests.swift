import Testing
import Wire

@testable import Broker

/// Source: Amazon SQS API Reference, `ListQueues`.
@Suite struct `A list of queues` {
    private let names = (0..<1_001).map { QueueKey(region: "r", name: "q\(1_000 + $0)") }

    @Test func `ends at 1,000 without a word where no length was asked for`() throws {
        let page = try QueuePage(of: names, most: nil, after: nil)

        #expect(page.names == Array(names.prefix(1_000)))
        #expect(page.next == nil)
    }

    @Test func `of a length that was asked for tells where the next one begins`() throws {
        let first = try QueuePage(of: names.reversed(), most: 1_000, after: nil)
        let second = try QueuePage(of: names, most: 1_000, after: first.next)

        #expect(first.next == "q1999")
        #expect(second.names.map(\.name) == ["q2000"])
        #expect(second.next == nil)
    }
}
