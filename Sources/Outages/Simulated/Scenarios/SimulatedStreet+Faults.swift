import Clockwork
import Disk
import Inspection
import Shop
import Wire

/// How a scenario's faults come over a simulated street.
extension SimulatedStreet {
    /// A fault in effect.
    struct Affliction {
        let fault: FaultRequest
        let effectiveAt: Timestamp
        let undo: () -> Void
    }

    /// Brings a fault about, and sees to its end.
    func inflict(_ fault: FaultRequest) {
        story.tell("fault \(fault.words.joined(separator: " "))")
        let undo = begin(fault)
        afflictions.append(Affliction(fault: fault, effectiveAt: world.now, undo: undo))
        if fault.kind == .crashLoop { repeatBlow(of: fault) }
        world.after(fault.duration) { [self] in relieve(fault.name) }
    }

    /// Ends a fault; does nothing where it has ended by itself.
    func relieve(_ name: String) {
        guard let place = afflictions.firstIndex(where: { $0.fault.name == name }) else { return }
        let affliction = afflictions.remove(at: place)
        affliction.undo()
        timeline.append(affliction.entry(endedAt: world.now))
        story.tell("fault \(name) ended")
    }

    /// Ends all faults, the latest first.
    func relieveAll() {
        for affliction in afflictions.reversed() { relieve(affliction.fault.name) }
    }

    /// - Returns: What ends it.
    private func begin(_ fault: FaultRequest) -> () -> Void {
        switch fault.kind.layer {
        case .process: befallProcesses(fault)
        case .arrow, .http: befallArrow(fault)
        case .broker: upsetBroker(fault)
        case .database: befallDatabase(fault)
        case .clock: turnClock(fault)
        case .data, .load: askShop(fault)
        }
    }

    private func victims(of fault: FaultRequest) -> [SimulatedPart] {
        switch fault.target {
        case .process(let process), .clock(let process): [part(process.description)].compactMap(\.self)
        case .everyProcess: parts
        default: [part("oms")].compactMap(\.self)
        }
    }

    private func befallProcesses(_ fault: FaultRequest) -> () -> Void {
        let victims = victims(of: fault)
        switch fault.kind {
        case .kill: for victim in victims { victim.kill(holdingFor: fault.duration) }
        case .stop: for victim in victims { victim.stop(holdingFor: fault.duration) }
        case .freeze: for victim in victims { victim.freeze(for: fault.duration) }
        case .crashAt:
            if let wire = Tripwire(of: fault) {
                for victim in victims {
                    victim.snares.lay(
                        .tripwire(wire, until: world.uptime + fault.duration), named: fault.name)
                }
            }
        default: for victim in victims { victim.kill() }
        }
        return {
            for victim in victims {
                victim.snares.remove(fault.name)
                victim.release()
            }
        }
    }

    /// Strikes again and again, for as long as the fault lasts.
    private func repeatBlow(of fault: FaultRequest) {
        world.after(fault.span("every") ?? .seconds(3)) { [self] in
            guard afflictions.contains(where: { $0.fault.name == fault.name }) else { return }
            for victim in victims(of: fault) { victim.kill() }
            repeatBlow(of: fault)
        }
    }

    private func befallArrow(_ fault: FaultRequest) -> () -> Void {
        guard case .arrow(let arrow) = fault.target else { return {} }
        network.add(WireFault(fault, on: arrow))
        return { [network] in network.removeFault(named: fault.name) }
    }

    private func upsetBroker(_ fault: FaultRequest) -> () -> Void {
        let seed = Int.random(in: 0...1_000_000, using: &random)
        let control = client(BrokerControl.self, to: "broker")
        perform {
            _ = try await control(
                SetMood(
                    name: fault.name, mood: MoodDescription(fault), seed: seed,
                    forMilliseconds: Int(fault.duration.milliseconds)))
        }
        return { [self] in perform { _ = try await control(ClearMoods(names: [fault.name])) } }
    }

    private func befallDatabase(_ fault: FaultRequest) -> () -> Void {
        let victims = victims(of: fault)
        let snare: Snare =
            switch fault.kind {
            case .slow: .slowCommits(.milliseconds(fault.integer("ms") ?? 0))
            case .lock: .refusedCommits(of: "orders.db") { .busy(file: $0) }
            default: .refusedCommits(of: "orders.db") { .full(file: $0) }
            }
        for victim in victims { victim.snares.lay(snare, named: fault.name) }
        return { for victim in victims { victim.snares.remove(fault.name) } }
    }

    private func turnClock(_ fault: FaultRequest) -> () -> Void {
        let victims = victims(of: fault)
        for victim in victims { victim.jumpClock(by: fault.span("offset") ?? .zero) }
        return { for victim in victims { victim.clockOffset = .zero } }
    }

    private func askShop(_ fault: FaultRequest) -> () -> Void {
        let now = world.uptime
        if let kind = Prank.Kind(fault.kind) {
            pranks.append(
                PrankSeries(
                    fault.name, kind, count: fault.integer("count") ?? 1,
                    over: now...(now + fault.duration)))
        } else {
            tempi[fault.name] = fault.kind == .pause ? 0 : fault.number("factor") ?? 1
        }
        rehearse()
        return { [self] in
            tempi[fault.name] = nil
            pranks.removeAll { $0.name == fault.name }
            rehearse()
        }
    }

    private func rehearse() {
        rehearsal?.ask(
            timesFaster: tempi.sorted { $0.key < $1.key }.reduce(1) { $0 * $1.value }, pranks: pranks,
            now: world.uptime)
    }
}

extension SimulatedStreet.Affliction {
    func entry(endedAt end: Timestamp?) -> FaultTimeline.Fault {
        FaultTimeline.Fault(
            name: fault.name, target: fault.target.description, kind: fault.kind.rawValue,
            effectiveAt: effectiveAt, endedAt: end)
    }
}

extension Tripwire {
    /// Nil for a fault that is none.
    fileprivate init?(of fault: FaultRequest) {
        guard let place = fault["point"].flatMap(Place.init) else { return nil }
        self.init(at: place)
        skip = fault.integer("skip") ?? 0
        times = fault.integer("times") ?? 1
        deed =
            switch fault["action"] {
            case "error": .error
            case "sleep": .sleep(.milliseconds(fault.integer("ms") ?? 0))
            case "freeze": .freeze
            default: .crash
            }
    }
}

extension Prank.Kind {
    /// Nil where a fault asks for no prank.
    fileprivate init?(_ kind: FaultKind) {
        switch kind {
        case .poison: self = .poison
        case .conflict: self = .conflict
        case .resubmit: self = .again
        case .oversize: self = .oversize
        case .earlyCancel: self = .earlyCancel
        default: return nil
        }
    }
}
