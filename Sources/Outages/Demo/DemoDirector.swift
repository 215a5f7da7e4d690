import Clockwork
import Inspection
import JSON
import Logging
import Synchronization
import Wire

/// Plays a plot: opens the street, lets it happen, watches it, waits until all is quiet, and audits.
package struct DemoDirector: Sendable {
    private let street: Street
    private let plot: any Plot
    private let title: String
    private let run: String
    private let screen: any DemoScreen
    private let surroundings: Surroundings

    package init(
        street: Street, plot: any Plot, title: String, run: String, screen: any DemoScreen,
        surroundings: Surroundings
    ) {
        self.street = street
        self.plot = plot
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
        return try await onStage { try await verdict(on: try await perform(), began: began) }
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
            group.addTask { try await street.keepDoor() }
            do {
                let outcome = try await deed()
                await street.supervisor.stop()
                group.cancelAll()  // the door; all processes have ended
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
            let isOver = Mutex(false)
            group.addTask { [plot, street, announce] in
                defer { isOver.withLock { $0 = true } }
                return try await plot.happen(on: street, announce: announce)
            }
            let unrest = try await watchUntilQuiet(&watch, opened: opened) { isOver.withLock(\.self) }
            let problem = try await group.next() ?? nil
            return problem ?? unrest  // a plot that failed is seldom followed by rest
        }
        let processes = await street.supervisor.processes.count
        let final = try await watch.look(at: surroundings.now)
        await street.supervisor.stop()  // what is audited lies still
        return Performance(
            problem: problem, final: final, processes: processes, residentBytes: watch.mostResidentBytes)
    }

    private func verdict(on performance: Performance, began: Duration) async throws -> DemoVerdict {
        var settings = plot.audit(at: surroundings.now)
        settings.demandsRest = true
        settings.faults = FaultTimeline(in: street.directory.path)
        settings.elsewhere = try await street.elsewhere()
        let audit = try Audit.report(on: Ledgers(in: street.directory.path), settings)
        var verdict = DemoVerdict(
            run: run, audit: audit, demanded: plot.demanded, final: performance.final,
            cost: DemoVerdict.Cost(
                processes: performance.processes, residentBytes: performance.residentBytes,
                diskBytes: ProcessMeter.diskBytes(of: street.directory.path),
                span: surroundings.time.uptime - began), invalid: performance.problem)
        try await plot.judge(&verdict, of: street)
        try street.directory.write(verdict.json, to: street.directory.verdict)
        screen.conclude(verdict)
        return verdict
    }

    /// Looks four times a second until the plot is over and nothing is on its way.
    ///
    /// - Returns: What is wrong when that does not happen in time.
    private func watchUntilQuiet(
        _ watch: inout DemoWatch, opened: Duration, isOver: () -> Bool
    ) async throws -> String? {
        var quietLooks = 0
        var gaps = 0
        var overAt: Duration?
        while quietLooks < 3 {
            try await surroundings.time.sleep(for: .milliseconds(250))
            let runTime = surroundings.time.uptime - opened
            let snapshot = try await watch.look(at: surroundings.now)
            street.journal.sample(snapshot.json)
            if snapshot.gaps > gaps {
                tell("gap: \(snapshot.gaps - gaps) stretches of the stream expired before they were read")
                gaps = snapshot.gaps
            }
            let absent = await watch.absent(at: runTime)
            watch.note(snapshot, isBroken: street.journal.isAnythingBroken, runTime: runTime)
            await watch.weigh()
            screen.show(
                DemoFrame(
                    title: title, runTime: runTime, length: plot.length, now: snapshot, absent: absent,
                    history: watch.history,
                    latestEvent: street.journal.events.last.map { "\($0.runTime.runClock) \($0.text)" }))
            if isOver() { overAt = overAt ?? runTime }
            let isQuiet = try overAt != nil && watch.isAtRest(snapshot)
            quietLooks = isQuiet ? quietLooks + 1 : 0
            if let overAt, runTime > overAt + plot.longestUnrest {
                let unrest =
                    "the street was not quiet \(plot.longestUnrest.components.seconds) s after the shop closed"
                guard plot.mayEndInUnrest else { return "\(unrest), so the end could not be audited" }
                tell(unrest)
                return nil
            }
        }
        tell("all is quiet")
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
