import Clockwork
import Inspection
import Wire

/// The plot of the demo: the scenes of a ``DemoStory``, each at its time.
package struct DemoPlot: Plot {
    private let story: DemoStory
    private let surroundings: Surroundings

    package init(_ story: DemoStory, surroundings: Surroundings) {
        self.story = story
        self.surroundings = surroundings
    }

    /// What the journal calls the carrier's outage.
    static let carrierDown = "carrier-down"

    package var length: Duration { story.length }

    package func happen(on street: Street, announce: @escaping @Sendable () -> Void) async throws -> String? {
        try await Telling(street: street, surroundings: surroundings, announce: announce).tell(story)
    }
}

/// A story as it is told on one street.
private struct Telling {
    let street: Street
    let surroundings: Surroundings
    let announce: @Sendable () -> Void

    /// - Returns: What did not take effect; nil when everything did.
    func tell(_ story: DemoStory) async throws -> String? {
        let opened = surroundings.time.uptime
        for scene in story.scenes {
            let wait = scene.at - (surroundings.time.uptime - opened)
            if wait > .zero { try await surroundings.time.sleep(for: wait) }
            if let problem = try await perform(scene.deed) { return problem }
        }
        let rest = story.length - (surroundings.time.uptime - opened)
        if rest > .zero { try await surroundings.time.sleep(for: rest) }
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
        }
    }

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

    private func carrierDown(_ span: Duration) async throws -> String? {
        guard let control = street.control(of: "carrier", PartnerControl.self) else { return nil }
        let milliseconds = Int(span.milliseconds)
        _ = try await control(
            SetTemper(
                partner: "carrier", temper: TemperDescription(name: "down"), forMilliseconds: milliseconds))
        let told = try await control(DescribePartner(partner: "carrier")).temper.name
        guard told == "down" else { return "the carrier was to be down, but says it is \(told)" }
        street.journal.faultBegan(
            DemoPlot.carrierDown, target: "partner-carrier", kind: "status 503",
            proof: "the carrier says so itself"
        )
        announce()
        Task.immediate { [surroundings, street] in  // ends with the span, whatever happens in between
            try? await surroundings.time.sleep(for: span)
            street.journal.faultEnded(DemoPlot.carrierDown)
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
}
