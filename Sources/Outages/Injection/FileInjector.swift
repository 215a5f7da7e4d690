import Clockwork

/// Does to the order database what others than its owner can do to a file.
struct FileInjector: FaultInjector {
    let directory: RunDirectory
    let supervisor: Supervisor

    private var path: String { "\(directory.path)/orders.db" }
    private static let owner = "oms"

    func isMeant(by fault: FaultRequest) -> Bool {
        switch fault.kind {
        case .lock, .swap, .damage: true
        default: false
        }
    }

    func inject(_ fault: FaultRequest) async throws -> Injection {
        do {
            switch fault.kind {
            case .lock: return try lock(fault)
            case .swap: return try swap()
            default: return try await damage()
            }
        } catch let fault as FileFault {
            throw FaultFailure.impossible("\(fault)")
        }
    }

    private func lock(_ fault: FaultRequest) throws -> Injection {
        let lock = try WriteLock(on: path)
        guard let refusal = try WriteLock.refusal(at: path) else {
            lock.release()
            throw FaultFailure.unproven(fault, seen: "a probe could write to \(path)")
        }
        return Injection(proof: "a probe that would write got \(refusal)") { lock.release() }
    }

    private func swap() throws -> Injection {
        let file = try SwappedFile(path)
        return Injection(proof: file.proof) {
            try? file.putBack()  // another file lies there by now, and its owner has noticed
        }
    }

    /// A file can only be damaged while nobody has it open, so its owner is stopped first and started upon the damage.
    private func damage() async throws -> Injection {
        await supervisor.stop(Self.owner)
        let file: DamagedFile
        do {
            file = try DamagedFile(path)
        } catch {
            await supervisor.letGo(Self.owner)
            throw error
        }
        await supervisor.letGo(Self.owner)
        return Injection(proof: file.proof) { [supervisor] in
            await supervisor.stop(Self.owner)
            try? file.mend()
            await supervisor.letGo(Self.owner)
        }
    }
}
