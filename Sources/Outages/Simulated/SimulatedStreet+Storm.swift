import Clockwork
import Disk
import Wire

/// What is done to the street, and how it ends.
extension SimulatedStreet {
    /// The storm: faults come as the seed will have it, until its time is over.
    func endure() throws {
        network.weather = storm.weather
        let end = world.uptime + storm.span
        for series in storm.series { schedule(series, until: end) }
        while world.uptime < end, breaches.isEmpty {
            _ = world.run(until: { false }, atMost: min(.seconds(1), end - world.uptime))
            try lookForLoss()
        }
    }

    /// Calm: nothing more is broken, and what was is mended.
    func recover() {
        story.tell("calm")
        network.weather = .calm
        network.cutArrows = []
        for part in parts { part.recover() }
    }

    private func schedule(_ series: Storm.Series, until end: Duration) {
        let pause = random.span(in: .zero...(series.mean * 2))
        guard world.uptime + pause < end else { return }
        world.after(pause) { [self] in
            strike(series.blow, until: end)
            schedule(series, until: end)
        }
    }

    private func strike(_ blow: Storm.Blow, until end: Duration) {
        guard let victim = part(random.pick(storm.targets)) else { return }
        switch blow {
        case .kill:
            victim.kill(holdingFor: random.isLucky(0.3) ? random.span(in: .zero...(.seconds(10))) : .zero)
        case .killAll:
            sightings.note(.allKilledAtOnce)
            for part in parts { part.kill() }
        case .crashAtCommit:
            let side: CommitPoint.Side = random.isLucky(0.5) ? .before : .after
            victim.crash(side, commits: Int.random(in: 1...10, using: &random))
        case .freeze:
            victim.freeze(for: random.span(in: .milliseconds(100)...(.seconds(random.isLucky(0.3) ? 40 : 5))))
        case .stop:
            victim.stop(holdingFor: random.span(in: .zero...(.seconds(5))))
        case .jumpClock:
            victim.jumpClock(by: random.span(in: (.zero - storm.largestJump)...storm.largestJump))
            world.after(random.span(in: .seconds(1)...(.seconds(20)))) { victim.clockOffset = .zero }
        case .partition:
            let arrow = SimulatedNetwork.Arrow(
                from: victim.name, to: parts[Int.random(in: parts.indices, using: &random)].name)
            let cuts = random.isLucky(0.5) ? [arrow] : [arrow, .init(from: arrow.to, to: arrow.from)]
            story.tell("nothing goes from \(arrow.from) to \(arrow.to)\(cuts.count == 2 ? " or back" : "")")
            for cut in cuts { network.cutArrows.insert(cut) }
            world.after(random.span(in: .milliseconds(100)...(.seconds(15)))) { [self] in
                for cut in cuts { network.cutArrows.remove(cut) }
            }
        case .temper:
            upset(random.pick(plan.settings.partners).name, until: end)
        case .mood:
            upsetBroker(until: end)
        }
    }

    /// Puts the broker in a bad mood, which passes before the storm does.
    private func upsetBroker(until end: Duration) {
        let mood = MoodDescription.bad(using: &random)
        let seed = Int.random(in: 0...1_000_000, using: &random)
        let span = min(end - world.uptime, random.span(in: .seconds(1)...(.seconds(15))))
        guard span >= .milliseconds(1) else { return }
        let control = client(BrokerControl.self, to: "broker")
        perform { [self] in
            _ = try await control(
                SetMood(name: mood.kind, mood: mood, seed: seed, forMilliseconds: Int(span.milliseconds)))
            story.tell("broker is in a mood: \(mood.kind)")
        }
    }

    /// Gives a partner a bad temper, which passes before the storm does.
    private func upset(_ partner: String, until end: Duration) {
        let temper = TemperDescription.bad(using: &random)
        let span = min(end - world.uptime, random.span(in: .seconds(1)...(.seconds(15))))
        guard span >= .milliseconds(1) else { return }
        let control = client(PartnerControl.self, to: "partner-\(partner)")
        perform { [self] in
            _ = try await control(
                SetTemper(partner: partner, temper: temper, forMilliseconds: Int(span.milliseconds)))
            sightings.note(.partnerMoody)
            story.tell("partner-\(partner) is \(temper.name)")
        }
    }
}
