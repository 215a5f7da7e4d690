import JSON
import Outages

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// `ports.json` in the data directory: where each role listens, for whoever wants to call it.
struct PortBook: Sendable {
    let directory: String

    /// Notes a role's port beside those of the others. One process at a time.
    func note(_ role: String, port: Int) throws {
        let run = RunDirectory(directory)
        let lock = open("\(directory)/ports.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { if lock >= 0 { close(lock) } }
        if lock >= 0 { flock(lock, LOCK_EX) }
        var ports = run.read(run.ports)?.object ?? JSONObject()
        ports[role] = JSONValue(port)
        try run.write(.object(ports), to: run.ports)
    }
}
