import Clockwork
import Inspection
import JSON
import Logging
import Wire

/// Plays the demo: opens the street, lets the story happen, watches it, waits until all is quiet, and audits.
package struct DemoDirector: Sendable {
    private let street: Street
    private let story: DemoStory
    private let title: String
    private let run: String
    private let screen: any DemoScreen
    private let surroundings: Surroundings

    package init(
        street: Street, story: DemoStory, title: String, run: String, screen: any DemoScreen,
        surroundings: Surroundings
    ) {
        self.street = street
        self.story = story
        self.title = title
        self.run = run
        self.screen = screen
        self.surroundings = surroundings
    }

    /// Plays it all.
    ///
    /// - Throws: ``StreetFault`` when the street does not open; `CancellationError` when interrupted.
    package func play() async throws -> DemoVerdict {
        let began = surroundings.time.uptime
        return try await onStage { try verdict(on: try await perform(), began: began) }
    }

    /// Plays it all, and leaves the judging to others: a coupled street does not keep what an audit asks of it.
    ///
    /// - Returns: Why nothing was shown; nil when everything happened as it should.
    /// - Throws: As ``play()``.
    package func playUnaudited() async throws -> String? {
        try await onStage { try await perform().problem }
    }

    /// Keeps the street's processes alive for as long as the deed lasts.
    private func onStage<Outcome>(_ deed: () async throws -> Outcome) async throws -> Outcome {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await street.supervisor.run() }
            do {
                let outcome = try await deed()
                await street.supervisor.stop()
                try await group.waitForAll()
                return outcome
            } catch {
                await street.supervisor.stop()
                throw error
            }
        }
    }

    /// What is left when everyone has stopped.
    private struct Performance {
        var problem: String?
        var final: PipelineSnapshot
        var processes: Int
        var residentBytes: Int64
    }

    private func perform() async throws -> Performance {
        tell("the street opens: \(street.supervisor.names.count) processes")
        try await street.open()
        tell("all are ready; the shop sells")
        let opened = surroundings.time.uptime
        var watch = try DemoWatch(street: street)
        let problem = try await withThrowingTaskGroup(of: String?.self) { group -> String? in
            group.addTask { try await tellStory(from: opened) }
            let problem = try await watchUntilQuiet(&watch, opened: opened)
            if let problem { return problem }
            return try await group.next() ?? nil
        }
        let processes = await street.supervisor.processes.count
        let final = try watch.look(at: surroundings.now)
        await street.supervisor.stop()  // what is audited lies still
        return Performance(
            problem: problem, final: final, processes: processes, residentBytes: watch.mostResidentBytes)
    }

    private func verdict(on performance: Performance, began: Duration) throws -> DemoVerdict {
        var settings = AuditSettings(now: surroundings.now)
        settings.demandsRest = true
        settings.faults = FaultTimeline(in: street.directory.path)
        let audit = try Audit.report(on: Ledgers(in: street.directory.path), settings)
        let verdict = DemoVerdict(
            run: run, audit: audit, final: performance.final,
            cost: DemoVerdict.Cost(
                processes: performance.processes, residentBytes: performance.residentBytes,
                diskBytes: ProcessMeter.diskBytes(of: street.directory.path),
                span: surroundings.time.uptime - began), invalid: performance.problem)
        try street.directory.write(verdict.json, to: street.directory.verdict)
        screen.conclude(verdict)
        return verdict
    }

    /// Looks four times a second until the shop is closed and nothing is on its way.
    ///
    /// - Returns: What is wrong when that does not happen in time.
    private func watchUntilQuiet(_ watch: inout DemoWatch, opened: Duration) async throws -> String? {
        var quietLooks = 0
        while quietLooks < 3 {
            try await surroundings.time.sleep(for: .milliseconds(250))
            let runTime = surroundings.time.uptime - opened
            let snapshot = try watch.look(at: surroundings.now)
            street.journal.sample(snapshot.json)
            let absent = await watch.absent(at: runTime)
            watch.note(snapshot, isBroken: street.journal.isAnythingBroken, runTime: runTime)
            await watch.weigh()
            screen.show(
                DemoFrame(
                    title: title, runTime: runTime, length: story.length, now: snapshot, absent: absent,
                    history: watch.history,
                    latestEvent: street.journal.events.last.map { "\($0.runTime.runClock) \($0.text)" }))
            let isQuiet = try runTime >= story.length && watch.isAtRest(snapshot)
            quietLooks = isQuiet ? quietLooks + 1 : 0
            if runTime > story.length + .seconds(60) {
                return "the street was not quiet 60 s after the shop closed, so the end could not be audited"
            }
        }
        tell("all is quiet")
        return nil
    }

    // MARK: The story

    /// - Returns: What did not take effect; nil when everything did.
    private func tellStory(from opened: Duration) async throws -> String? {
        for scene in story.scenes {
            let wait = scene.at - (surroundings.time.uptime - opened)
            if wait > .zero { try await surroundings.time.sleep(for: wait) }
            if let problem = try await perform(scene.deed) { return problem }
        }
        return nil
    }

    private func perform(_ deed: DemoStory.Deed) async throws -> String? {
        switch deed {
        case .killOMS: return await killOMS()
        case .startOMS:
            await street.supervisor.letGo("oms")
            street.journal.faultEnded("dead-oms")
            announce()
            return nil
        case .carrierDown(let span): return try await carrierDown(span)
        case .killTellerBetweenPostAndRecord: return try await killTeller()
        case .kill(let name): return try await kill(name)
        }
    }

    /// Kills a process as soon as it runs; it may still be on its way up from the last time.
    private func kill(_ name: String) async throws -> String? {
        let before = surroundings.time.uptime
        while surroundings.time.uptime - before < Self.patience {
            if case .running(let process) = await street.supervisor.condition(of: name) {
                let asked = surroundings.time.uptime
                await street.supervisor.kill(name, andHold: false)
                let span = surroundings.time.uptime - asked
                street.journal.faultBegan(
                    "dead-\(name)", target: name, kind: "kill",
                    proof: "process \(process) gone after \(span.milliseconds) ms")
                announce()
                street.journal.faultEnded("dead-\(name)")
                return nil
            }
            try await surroundings.time.sleep(for: .milliseconds(5))
        }
        return "\(name) was to be killed, but has not run for \(Self.patience.components.seconds) s"
    }

    private static let patience = Duration.seconds(15)

    private func killOMS() async -> String? {
        let before = surroundings.time.uptime
        guard case .running(let process) = await street.supervisor.condition(of: "oms") else {
            return "the OMS was to be killed, but did not run"
        }
        await street.supervisor.kill("oms", andHold: true)
        let span = surroundings.time.uptime - before
        street.journal.faultBegan(
            "dead-oms", target: "oms", kind: "kill",
            proof: "process \(process) gone after \(span.milliseconds) ms")
        announce()
        return nil
    }

    /// What the journal calls the fault.
    static let carrierDown = "carrier-down"

    private func carrierDown(_ span: Duration) async throws -> String? {
        guard let control = street.control(of: "carrier", PartnerControl.self) else { return nil }
        let milliseconds = Int(span.milliseconds)
        _ = try await control(
            SetTemper(
                partner: "carrier", temper: TemperDescription(name: "down"), forMilliseconds: milliseconds))
        let told = try await control(DescribePartner(partner: "carrier")).temper.name
        guard told == "down" else { return "the carrier was to be down, but says it is \(told)" }
        street.journal.faultBegan(
            Self.carrierDown, target: "partner-carrier", kind: "status 503",
            proof: "the carrier says so itself"
        )
        announce()
        Task.immediate { [surroundings, street] in  // ends with the span, whatever happens in between
            try? await surroundings.time.sleep(for: span)
            street.journal.faultEnded(Self.carrierDown)
        }
        return nil
    }

    /// Makes one partner slow to answer, waits until it has received something, and kills who has told it before the answer
    /// can be noted.
    private func killTeller() async throws -> String? {
        let teller = street.settings.teller
        guard let control = street.control(of: "crm", PartnerControl.self) else { return nil }
        let slow = TemperDescription(name: "slow", delayMilliseconds: 600)
        _ = try await control(SetTemper(partner: "crm", temper: slow, forMilliseconds: 6_000))
        let ledgers = try Ledgers(in: street.directory.path, only: [.partner("crm")])
        let before = try DemoWatch.received(by: "crm", in: ledgers)
        let end = surroundings.time.uptime + .seconds(6)
        while try DemoWatch.received(by: "crm", in: ledgers) == before {
            guard surroundings.time.uptime < end else {
                return
                    "the \(teller) was to die between post and record, but nothing was posted to crm for 6 s"
            }
            try await surroundings.time.sleep(for: .milliseconds(20))
        }
        await street.supervisor.kill(teller, andHold: false)
        street.journal.faultBegan(
            "dead-\(teller)", target: teller, kind: "kill",
            proof: "crm had received, the \(teller) had not noted it")
        announce()
        while case .running = await street.supervisor.condition(of: teller) { break }
        try await surroundings.time.sleep(for: .milliseconds(300))
        street.journal.faultEnded("dead-\(teller)")
        announce()
        return nil
    }

    private func tell(_ text: String) {
        street.journal.note(text)
        announce()
    }

    /// Shows the latest event.
    private func announce() {
        if let event = street.journal.events.last { screen.tell(event) }
    }
}
