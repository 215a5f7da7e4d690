import Clockwork
import Queue
import Testing

@Suite struct `A fair queue` {
    /// A queue of which tenants hold messages in flight: nil is no tenant at all.
    private func queue(inFlight shares: [(tenant: String?, count: Int)], bounds: WindowBounds? = nil) throws
        -> Counter
    {
        var counter = try Counter(bounds: bounds)
        for (tenant, count) in shares {
            for number in 0..<count { try counter.send("\(tenant ?? "-")-\(number)", group: tenant) }
            for _ in 0..<count { counter.receive(1, timeout: .seconds(900)) }
        }
        return counter
    }

    @Test(arguments: [
        (own: 29, others: 0, isNoisy: false), (30, 0, true), (30, 269, true), (30, 270, false),
        (100, 899, true), (100, 900, false),
    ])
    func `takes a tenant for noisy with 30 messages in flight and more than a tenth of all`(
        own: Int, others: Int, isNoisy: Bool
    ) throws {
        var counter = try queue(inFlight: [("a", own), (nil, others)])
        try counter.send("older", group: "a")
        try counter.send("younger", group: "b")

        #expect(counter.receive() == (isNoisy ? ["younger", "older"] : ["older", "younger"]))
    }

    @Test func `hands out the oldest first, of the quiet and then of the noisy`() throws {
        var counter = try queue(inFlight: [("a", 40)])
        for (body, tenant) in [("1", "a"), ("2", "b"), ("3", "a"), ("4", "c"), ("5", "b")] {
            try counter.send(body, group: tenant)
        }
        try counter.send("6")

        #expect(counter.receive() == ["2", "4", "5", "6", "1", "3"])
    }

    @Test func `takes each message without a group for a tenant of its own`() throws {
        var counter = try queue(inFlight: [(nil, 100)])
        try counter.send("older")
        try counter.send("younger", group: "b")

        #expect(counter.receive() == ["older", "younger"])
    }

    @Test func `goes by age alone once the noisy tenant's messages are done`() throws {
        var counter = try queue(inFlight: [("a", 30)])
        try counter.send("older", group: "a")
        try counter.send("younger", group: "b")

        try counter.delete("a-0")

        #expect(counter.queue.noisyTenantCount == 0)
        #expect(counter.receive() == ["older", "younger"])
    }

    @Test func `knows who is noisy after a restart`() throws {
        var counter = try queue(inFlight: [("a", 30)])
        try counter.send("older", group: "a")
        try counter.send("younger", group: "b")
        var ledger = Ledger()
        ledger.write(counter.queue.takeChanges())

        counter.queue = MessageQueue(restoring: ledger.state(of: counter.queue), now: counter.now)
        let isLoaded = counter.queue.loadPages(from: ledger, now: counter.now)

        #expect(isLoaded)
        #expect(counter.receive() == ["younger", "older"])
    }
}

@Suite struct `Behind a noisy tenant's backlog` {
    private static let bounds = WindowBounds(capacity: 20, lowWater: 10, page: 15, lookAhead: 60)

    /// 40 messages of a in flight, 960 waiting, and one of b behind them.
    private func backlog() throws -> (Counter, Ledger) {
        var counter = try Counter(bounds: Self.bounds)
        var ledger = Ledger()
        for number in 0..<1_000 { try counter.send("a\(number)", group: "a") }
        ledger.write(counter.queue.takeChanges())
        for _ in 0..<4 {
            _ = counter.queue.loadPages(from: ledger, now: counter.now)
            counter.receive()
        }
        try counter.send("b", group: "b")
        ledger.write(counter.queue.takeChanges())
        counter.queue.confirm(changes: counter.queue.changesMade)
        return (counter, ledger)
    }

    @Test func `a quiet tenant's message is found by looks of one size, each from where the last stopped`()
        throws
    {
        var (counter, ledger) = try backlog()
        var looks: [Outlook] = []
        while let outlook = counter.queue.wantedOutlook(now: counter.now) {
            let (rows, written) = ledger.look(outlook)
            counter.queue.append(rows, of: outlook, written: written, now: counter.now)
            looks.append(outlook)
        }

        #expect(looks.allSatisfy { $0.upTo.rawValue - $0.after.rawValue <= 60 })
        #expect(zip(looks, looks.dropFirst()).allSatisfy { $0.upTo == $1.after })
        #expect(looks.last?.upTo == SequenceNumber(1_001))
        #expect(counter.receive(1) == ["b"])
        #expect(counter.counts == QueueCounts(visible: 960, inFlight: 41))
    }

    @Test func `nobody looks while nobody is noisy`() throws {
        var (counter, _) = try backlog()
        for number in 0..<11 { try counter.delete("a\(number)") }

        #expect(counter.queue.wantedOutlook(now: counter.now) == nil)
    }

    @Test func `nothing is handed out twice, though the rows of what was received tell of it late`() throws {
        var (counter, ledger) = try backlog()
        counter.queue.lookOut(through: ledger, now: counter.now)
        var received = counter.receive(1)
        try counter.delete("b")

        while counter.queue.loadPages(from: ledger, now: counter.now) {
            let batch = counter.receive()
            if batch.isEmpty { break }
            received += batch
        }

        #expect(received == ["b"] + (40..<1_000).map { "a\($0)" })
        #expect(counter.queue.messageCount == 1_000)
        #expect(counter.queue.awaitsConfirmation)
        counter.queue.confirm(changes: counter.queue.changesMade)
        #expect(!counter.queue.awaitsConfirmation)
    }

    @Test func `a tenant that was noisy itself is looked for again once it is quiet`() throws {
        var (counter, ledger) = try backlog()
        for number in 0..<60 { try counter.send("c\(number)", group: "c") }
        ledger.write(counter.queue.takeChanges())
        counter.queue.lookOut(through: ledger, now: counter.now)
        var ofC: [String] = []
        while ofC.count < 30 {
            ofC += counter.receive(1).filter { $0.hasPrefix("c") }
            counter.queue.lookOut(through: ledger, now: counter.now)
        }
        #expect(counter.queue.noisyTenantCount == 2)
        for number in 0..<100 { try counter.send("d\(number)", group: "d") }
        for number in 0..<60 { try counter.send("more-\(number)", group: "c") }
        ledger.write(counter.queue.takeChanges())
        counter.queue.lookOut(through: ledger, now: counter.now)
        for number in 0..<5 { #expect(counter.receive(1) == ["d\(number)"]) }

        for body in ofC { try counter.delete(body) }
        ledger.write(counter.queue.takeChanges())
        counter.queue.lookOut(through: ledger, now: counter.now)

        #expect(counter.receive() == (30..<40).map { "c\($0)" })
    }

    @Test func `a tenant that turns noisy and quiet again and again does not hide those behind it`() throws {
        var (counter, ledger) = try backlog()
        for number in 0..<400 { try counter.send("c\(number)", group: "c") }
        for number in 0..<400 { try counter.send("a-more\(number)", group: "a") }
        try counter.send("d", group: "d")
        ledger.write(counter.queue.takeChanges())
        var (ofC, receives) = ([String](), 0)
        while receives < 400, counter.receiveCounts["d"] == nil {
            if let outlook = counter.queue.wantedOutlook(now: counter.now) {
                let (rows, written) = ledger.look(outlook)
                counter.queue.append(rows, of: outlook, written: written, now: counter.now)
            }
            let isNoisy = counter.queue.noisyTenantCount == 2
            ofC += counter.receive(1).filter { $0.hasPrefix("c") }
            receives += 1
            if isNoisy { try counter.delete(ofC.removeFirst()) }  // so that c is quiet at the next receive
            ledger.write(counter.queue.takeChanges())
            counter.queue.confirm(changes: counter.queue.changesMade)
            _ = counter.queue.loadPages(from: ledger, now: counter.now)
        }

        #expect(counter.receiveCounts["d"] == 1)
        #expect(receives < 400)
    }
}
