import Clockwork

/// Writes faults on the sheets of processes, which bring them upon themselves and say so.
actor SheetInjector: FaultInjector {
    private let directory: RunDirectory
    private let processes: [String]
    private let time: any TimeSource
    private var sheets: [String: FaultSheet] = [:]

    init(directory: RunDirectory, processes: [String], time: any TimeSource) {
        self.directory = directory
        self.processes = processes
        self.time = time
    }

    nonisolated func isMeant(by fault: FaultRequest) -> Bool {
        switch fault.kind {
        case .crashAt, .jump, .drift, .full, .fullOS, .readonly, .slow: true
        default: fault.kind.layer == .data || fault.kind.layer == .load
        }
    }

    func inject(_ fault: FaultRequest) async throws -> Injection {
        let process = try process(meantBy: fault)
        // Strikes are counted by name, and a fault may be added again under the name it had.
        let name = "\(fault.name)@\(time.now.microseconds)"
        var parameters: [String: String] = [:]
        for parameter in FaultCatalogue.parameters(of: fault.kind) {
            parameters[parameter.name] = fault[parameter.name]
        }
        let entry = FaultSheet.Entry(
            name: name, kind: fault.kind.rawValue, parameters: parameters, until: time.now + fault.duration)
        sheets[process, default: FaultSheet()].entries.append(entry)
        try write(process)
        do {
            let proof = try await proof(of: name, in: process, fault)
            return Injection(proof: proof) { await self.strike(name, off: process) }
        } catch {
            strike(name, off: process)
            throw error
        }
    }

    private func process(meantBy fault: FaultRequest) throws -> String {
        let name =
            switch fault.target {
            case .process(let process), .clock(let process): process.description
            case .orderQueue: "shop"  // which alone puts anything there
            default: "oms"  // whose database it is
            }
        guard processes.contains(name) else {
            throw FaultFailure.impossible(
                "This street has no process \(name). There is \(processes.joined(separator: ", ")).")
        }
        return name
    }

    /// What the process says within 2 s; one that is on its way up has longer.
    private func proof(of name: String, in process: String, _ fault: FaultRequest) async throws -> String {
        let end = time.uptime + .seconds(5)
        var seen = "\(process) says nothing of it"
        while time.uptime < end {
            switch directory.effects(of: process).first(where: { $0.name == name })?.state {
            case .proven(let proof): return proof
            case .refused(let words): throw FaultFailure.impossible(words)
            case .awaited:
                seen =
                    fault.kind.layer == .data
                    ? "\(process) has sent none yet" : "\(process) has not opened its database yet"
            case nil: break
            }
            try await time.sleep(for: .milliseconds(10))
        }
        throw FaultFailure.unproven(fault, seen: seen)
    }

    private func strike(_ name: String, off process: String) {
        sheets[process]?.entries.removeAll { $0.name == name }
        try? write(process)  // what stays on the sheet ends by its time
    }

    private func write(_ process: String) throws {
        try directory.write((sheets[process] ?? FaultSheet()).json, to: directory.faultSheet(of: process))
    }
}
