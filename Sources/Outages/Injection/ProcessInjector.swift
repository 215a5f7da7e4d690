import Clockwork

/// Kills, stops and freezes processes of the street, through the supervisor who would otherwise start them again.
struct ProcessInjector: FaultInjector {
    let supervisor: Supervisor
    let freezeGuard: FreezeGuard
    let time: any TimeSource

    func isMeant(by fault: FaultRequest) -> Bool {
        [.kill, .stop, .freeze, .crashLoop].contains(fault.kind)
    }

    func inject(_ fault: FaultRequest) async throws -> Injection {
        let names = try names(fault)
        switch fault.kind {
        case .kill: return try await kill(names, fault)
        case .stop: return try await stop(names, fault)
        case .freeze: return try await freeze(names, fault)
        default: return try await crashLoop(names[0], fault)
        }
    }

    /// The processes that are meant, as the supervisor calls them.
    private func names(_ fault: FaultRequest) throws -> [String] {
        switch fault.target {
        case .everyProcess: return supervisor.names.filter { $0 != StreetSettings.arrowsProcess }
        case .process(let process) where supervisor.names.contains(process.description):
            return [process.description]
        default:
            throw FaultFailure.impossible(
                "This street has no process \(fault.target). There is \(supervisor.names.joined(separator: ", "))."
            )
        }
    }

    /// All at once, as a power cut does: nobody is started again before all are dead.
    private func kill(_ names: [String], _ fault: FaultRequest) async throws -> Injection {
        var victims: [(name: String, process: Int32)] = []
        for name in names { victims.append((name, try await running(name, fault))) }
        let asked = time.uptime
        await withTaskGroup { group in
            for name in names { group.addTask { await supervisor.kill(name, andHold: true) } }
        }
        let proof = try await proof(within: fault) {
            let alive = victims.filter { ProcessIdentity(of: $0.process).isAlive }
            guard alive.isEmpty else { return nil }
            let numbers = victims.map { "\($0.process)" }.joined(separator: ", ")
            let noun = victims.count == 1 ? "process" : "processes"
            return "\(noun) \(numbers) gone after \((time.uptime - asked).milliseconds) ms"
        }
        let isForGood = fault["restart"] == "never"
        return Injection(proof: proof) {
            guard !isForGood else { return }
            for name in names { await supervisor.letGo(name) }
        }
    }

    private func stop(_ names: [String], _ fault: FaultRequest) async throws -> Injection {
        for name in names { _ = try await running(name, fault) }
        let asked = time.uptime
        for name in names.reversed() { await supervisor.stop(name) }
        return Injection(
            proof: "ended in order after \((time.uptime - asked).milliseconds) ms"
        ) {
            for name in names { await supervisor.letGo(name) }
        }
    }

    private func freeze(_ names: [String], _ fault: FaultRequest) async throws -> Injection {
        var victims: [Int32] = []
        for name in names { victims.append(try await running(name, fault)) }
        for victim in victims { try await freezeGuard.stand(over: victim, for: fault.duration) }
        for name in names { await supervisor.freeze(name) }
        let proof = try await proof(within: fault) {
            guard victims.allSatisfy({ ProcessIdentity(of: $0).isStopped }) else { return nil }
            return "state T in the process table: \(victims.map(String.init).joined(separator: ", "))"
        }
        return Injection(proof: proof) {
            for name in names { await supervisor.thaw(name) }
        }
    }

    private func crashLoop(_ name: String, _ fault: FaultRequest) async throws -> Injection {
        let victim = try await running(name, fault)
        let asked = time.uptime
        await supervisor.kill(name, andHold: false)
        let pause = fault.span("every") ?? .seconds(3)
        let loop = Task { [supervisor, time] in
            while (try? await time.sleep(for: pause)) != nil {
                await supervisor.kill(name, andHold: false)
            }
        }
        return Injection(
            proof: "process \(victim) gone after \((time.uptime - asked).milliseconds) ms, for the first time"
        ) {
            loop.cancel()
            await loop.value
        }
    }

    /// The process that plays a part now; waits for one that is on its way up.
    private func running(_ name: String, _ fault: FaultRequest) async throws -> Int32 {
        let end = time.uptime + Self.patience
        repeat {
            if case .running(let process) = await supervisor.condition(of: name) { return process }
            try await time.sleep(for: .milliseconds(5))
        } while time.uptime < end
        throw FaultFailure.unproven(
            fault, seen: "\(name) has not run for \(Self.patience.components.seconds) s")
    }

    private func proof(
        within fault: FaultRequest, _ look: () -> String?
    ) async throws -> String {
        let end = time.uptime + .seconds(2)
        repeat {
            if let proof = look() { return proof }
            try await time.sleep(for: .milliseconds(2))
        } while time.uptime < end
        throw FaultFailure.unproven(fault, seen: "after 2 s the process table still shows it at work")
    }

    private static let patience = Duration.seconds(10)
}
