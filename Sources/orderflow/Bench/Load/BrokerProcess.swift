import Clockwork
import JSON
import Logging
import Outages

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A broker in a process of its own, so that its start and its memory are measured apart from the load's.
///
/// It takes every connection that the machine allows, keeps its files in a directory of its own, and dies with us.
struct BrokerProcess {
    private static let name = "broker"

    private let directory: String
    private let supervisor: Supervisor

    /// Runs a broker while `body` goes on, and kills it afterwards. It is not started yet.
    static func with<Outcome: Sendable>(
        dataIn directory: String, _ body: sending (BrokerProcess) async throws -> Outcome
    ) async throws -> Outcome {
        var logger = Logger(label: "bench")
        logger.logLevel = .error
        let run = RunDirectory(directory)
        try run.make()
        let supervisor = try Supervisor(
            parts: [
                .init(
                    name: name,
                    arguments: ["run", "broker", "--data", directory, "--port", "0", "--lifeline"])
            ],
            program: CommandLine.ownPath, logDirectory: run.logs, holding: [name],
            surroundings: .system(), logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await supervisor.run() }
            let outcome: Outcome
            do {
                outcome = try await body(BrokerProcess(directory: directory, supervisor: supervisor))
            } catch {
                await end(supervisor)
                throw error
            }
            await end(supervisor)
            return outcome
        }
    }

    private static func end(_ supervisor: Supervisor) async {
        await supervisor.kill(name, andHold: true)
        await supervisor.stop()
    }

    /// Starts it, and waits until it listens.
    ///
    /// - Returns: Its port, and how long the start took, from before the process was there.
    func start() async throws -> (port: Int, span: Duration) {
        let run = RunDirectory(directory)
        unlink(run.ports)
        let clock = ContinuousClock()
        let began = clock.now
        await supervisor.letGo(Self.name)
        while clock.now - began < .seconds(60) {
            if let port = run.read(run.ports)?["broker"]?.integer { return (Int(port), clock.now - began) }
            try await clock.sleep(for: .milliseconds(1))
        }
        throw LoadError(description: "The broker did not start within a minute; see \(run.logs).")
    }

    /// SIGKILL, so that the next start has everything to mend that a start ever has.
    func kill() async {
        await supervisor.kill(Self.name, andHold: true)
    }

    /// Its process; nil while there is none.
    var process: Int32? {
        get async { await supervisor.processes.first?.process }
    }
}
