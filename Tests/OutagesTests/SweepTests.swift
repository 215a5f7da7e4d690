import Clockwork
import Outages
import Testing

/// A crash at every point; `orderflow outage sweep` visits them all, these tests a few of each kind.
@Suite struct `A sweep` {
    @Test func `finds points of every process, before and after its commits and at its answers`() throws {
        let kinds = Set(try Sweep.short.points().map(\.kind))

        for process in ["broker", "shop", "oms", "function", "courier", "partner-crm"] {
            #expect(kinds.contains("\(process): before a commit"), "\(process)")
            #expect(kinds.contains("\(process): after a commit"), "\(process)")
        }
        for answer in [
            "oms: ReceiveMessage", "oms: DeleteMessageBatch", "oms: PutRecords", "function: SubscribeToShard",
            "courier: webhook",
        ] {
            #expect(kinds.contains("\(answer) answered"), "\(answer)")
        }
    }

    @Test func `finds every waypoint there is, most of them more than once`() throws {
        var passes: [Waypoint: Int] = [:]
        for point in try Sweep.short.points() {
            if case .waypoint(let waypoint, let pass) = point.moment { passes[waypoint] = pass }
        }

        #expect(Set(passes.keys) == Set(Waypoint.allCases))
        #expect(passes.values.count { $0 > 1 } > Waypoint.allCases.count / 2)
    }

    @Test(
        arguments: [
            Waypoint.shopSentBeforeLedger, .brokerStoredBeforeAnswer, .intakeCommittedBeforeDelete,
            .relayPutBeforeMark, .functionHandledBeforeCheckpoint, .courierPostedBeforeRecord,
        ])
    func `holds at a later pass of a waypoint too`(waypoint: Waypoint) throws {
        let point = try #require(
            try Sweep.short.points().last {
                if case .waypoint(waypoint, let pass) = $0.moment { pass > 1 } else { false }
            })

        let outcome = try Sweep.short.crash(at: point)

        #expect(outcome.held, "\(point): \(outcome.breaches.joined(separator: "; "))")
    }

    @Test func `finds the same points twice`() throws {
        #expect(try Sweep.short.points() == Sweep.short.points())
    }

    @Test func `holds at the first point of each kind`() async throws {
        var seen: Set<String> = []
        let first = try Sweep.short.points().filter { seen.insert($0.kind).inserted }

        try await Sweep.short.crash(at: first, threads: 1) { outcome in
            #expect(outcome.held, "\(outcome.point): \(outcome.breaches.joined(separator: "; "))")
        }
    }

    @Test func `shows nothing where nobody comes by`() throws {
        let points = try Sweep.short.points()
        let last = try #require(points.last { $0.kind == "shop: after a commit" })
        let beyond = SweepPoint(process: "oms", moment: last.moment)  // which has no such file

        #expect(try !Sweep.short.crash(at: beyond).held)
    }

    /// A proof that could not fail would be none.
    @Test(
        arguments: [
            (Sabotage.outboxNotSwept, "oms: after a commit"),
            (.checkpointBeforeHandled, "function: after a commit"),
            (.recordBeforePosted, "courier: after a commit"),
        ])
    func `shows a mistake made on purpose, and names the orders`(mistake: Sabotage, kind: String) throws {
        var sweep = Sweep.short
        sweep.sabotage = mistake
        for point in try sweep.points() where point.kind == kind {
            let outcome = try sweep.crash(at: point)
            if outcome.breaches.contains(where: { $0.contains("S1-") }) { return }
        }
        Issue.record("no crash shows \(mistake.rawValue)")
    }

    @Test func `does not begin where a street is not sound by itself`() {
        var sweep = Sweep.short
        sweep.sabotage = .deleteBeforeCommit  // of the poison message, which shows without any crash

        #expect(throws: Sweep.Unsound.self) { try sweep.points() }
    }
}

extension Sweep {
    /// Set up once, for all tests.
    fileprivate static let short: Sweep = {
        do {
            var sweep = try Sweep()
            sweep.orders = 3
            return sweep
        } catch {
            preconditionFailure("\(error)")
        }
    }()
}
