import Clockwork
import Logging
import Subprocess
import SystemPackage

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Keeps the street's processes alive, and does to them what a scenario asks for.
///
/// A process that dies is started again, sooner or later: 0.1 s at first, up to 10 s. One that is held down stays down
/// until it is let go.
package actor Supervisor {
    /// One process: its name on stage, and the arguments that make our program play it.
    package struct Part: Hashable, Sendable {
        package var name: String
        package var arguments: [String]

        package init(name: String, arguments: [String]) {
            self.name = name
            self.arguments = arguments
        }
    }

    /// How a process is doing.
    package enum Condition: Hashable, Sendable {
        case running(process: Int32)
        case frozen(process: Int32)
        /// Dead, and meant to stay so until it is let go.
        case held
        /// Dead, and about to be started again.
        case restarting
    }

    /// Exit statuses after which a restart would only fail again: usage, permission, configuration.
    private static let hopelessStatuses: Set<Int32> = [2, 77, 78]

    private let program: String
    private let logDirectory: String
    private let surroundings: Surroundings
    private let logger: Logger
    private let lifeline: Lifeline
    private let parts: [Part]
    private var conditions: [String: Condition] = [:]
    private var held: Set<String>
    private var isStopping = false
    private var changed: [UnsafeContinuation<Void, Never>] = []
    /// How often each process has been started.
    package private(set) var starts: [String: Int] = [:]

    /// - Parameters:
    ///   - program: The path of the program to run, which is our own.
    ///   - logDirectory: Where the output of each process is kept, in NAME.log.
    ///   - held: Names of those who do not start before they are let go.
    package init(
        parts: [Part], program: String, logDirectory: String, holding held: Set<String> = [],
        surroundings: Surroundings, logger: Logger
    ) throws {
        self.held = held
        self.parts = parts
        self.program = program
        self.logDirectory = logDirectory
        self.surroundings = surroundings
        self.logger = logger
        lifeline = try Lifeline()
    }

    /// All parts, in the order in which they start.
    package nonisolated var names: [String] { parts.map(\.name) }

    /// Runs all processes until ``stop()``.
    package func run() async {
        await withTaskGroup { group in
            for part in parts {
                group.addTask { await self.keepAlive(part) }
            }
        }
    }

    /// Ends all processes in order: those who ask first, those who are asked last.
    package func stop() async {
        isStopping = true
        wake()
        for part in parts.reversed() { await end(part.name) }
    }

    package func condition(of name: String) -> Condition {
        conditions[name] ?? .restarting
    }

    /// The process ids of all that run now, by name.
    package var processes: [(name: String, process: Int32)] {
        parts.compactMap { part in
            switch condition(of: part.name) {
            case .running(let process), .frozen(let process): (part.name, process)
            default: nil
            }
        }
    }

    /// SIGKILL. The process stays dead until ``letGo(_:)`` when held, else it is started again.
    package func kill(_ name: String, andHold hold: Bool) async {
        if hold { held.insert(name) }
        await signal(name, SIGKILL)
    }

    /// SIGTERM, and the process stays down until ``letGo(_:)``.
    package func stop(_ name: String) async {
        held.insert(name)
        await end(name)
    }

    /// Keeps a process down until ``letGo(_:)``; one that runs is left alone.
    package func hold(_ name: String) {
        held.insert(name)
    }

    /// Starts a process that was held down.
    package func letGo(_ name: String) {
        held.remove(name)
        wake()
    }

    /// SIGSTOP: the process is there and does nothing.
    package func freeze(_ name: String) {
        guard case .running(let process) = condition(of: name), send(SIGSTOP, to: process) else { return }
        conditions[name] = .frozen(process: process)
    }

    /// SIGCONT.
    package func thaw(_ name: String) {
        guard case .frozen(let process) = condition(of: name), send(SIGCONT, to: process) else { return }
        conditions[name] = .running(process: process)
    }

    /// SIGTERM, and SIGKILL for whoever has not ended after 15 s.
    private func end(_ name: String) async {
        thaw(name)
        guard case .running(let process) = condition(of: name), send(SIGTERM, to: process) else { return }
        let deadline = surroundings.time.uptime + .seconds(15)
        while case .running(process) = condition(of: name) {
            if surroundings.time.uptime > deadline { _ = send(SIGKILL, to: process) }
            try? await surroundings.time.sleep(for: .milliseconds(10))
        }
    }

    /// Sends a deadly signal and waits until the process is gone.
    private func signal(_ name: String, _ signal: Int32) async {
        let process: Int32
        switch condition(of: name) {
        case .running(let running): process = running
        case .frozen(let frozen): process = frozen
        default: return
        }
        _ = send(signal, to: process)
        while processes.contains(where: { $0 == (name, process) }) {
            try? await surroundings.time.sleep(for: .milliseconds(1))
        }
    }

    private func send(_ signal: Int32, to process: Int32) -> Bool {
        #if canImport(Glibc)
        Glibc.kill(process, signal) == 0
        #else
        Darwin.kill(process, signal) == 0
        #endif
    }

    private func keepAlive(_ part: Part) async {
        var deaths = 0
        while !isStopping {
            if held.contains(part.name) {
                conditions[part.name] = .held
                await someChange()
                continue
            }
            let began = surroundings.time.uptime
            let ending = await play(part)
            conditions[part.name] = held.contains(part.name) ? .held : .restarting
            guard !isStopping, !held.contains(part.name) else { continue }
            if case .exited(let status) = ending, Self.hopelessStatuses.contains(status) {
                logger.error(
                    "A process cannot run as it is set up; see its log",
                    metadata: ["process": "\(part.name)", "status": "\(status)"])
                held.insert(part.name)
                continue
            }
            deaths = surroundings.time.uptime - began > RestartPause.settledAfter ? 1 : deaths + 1
            let wait = RestartPause.afterDeaths(deaths)
            logger.warning(
                "A process ended and is started again",
                metadata: ["process": "\(part.name)", "ending": "\(ending)", "wait": "\(wait)"])
            try? await surroundings.time.sleep(for: wait)
        }
        conditions[part.name] = .held
    }

    private func play(_ part: Part) async -> ProcessEnding {
        do {
            let log = try FileDescriptor.open(
                FilePath("\(logDirectory)/\(part.name).log"), .writeOnly,
                options: [.create, .append, .closeOnExec],
                permissions: .ownerReadWrite)
            let result = try await Subprocess.run(
                .path(FilePath(program)), arguments: Arguments(part.arguments),
                input: .fileDescriptor(try lifeline.inputForChild(), closeAfterSpawningProcess: true),
                output: .fileDescriptor(log, closeAfterSpawningProcess: false),
                error: .fileDescriptor(log, closeAfterSpawningProcess: true)
            ) { execution in
                self.started(part.name, process: execution.processIdentifier.value)
            }
            switch result.terminationStatus {
            case .exited(let status): return .exited(status)
            case .signaled(let signal): return .killed(signal)
            }
        } catch {
            logger.error(
                "A process could not be started", metadata: ["process": "\(part.name)", "error": "\(error)"])
            return .exited(71)
        }
    }

    private func started(_ name: String, process: Int32) {
        starts[name, default: 0] += 1
        conditions[name] = .running(process: process)
        // It was being started while it was told to stop, and was not there yet to hear it.
        if isStopping || held.contains(name) { _ = send(SIGTERM, to: process) }
    }

    private func someChange() async {
        guard !isStopping else { return }
        await withUnsafeContinuation { changed.append($0) }
    }

    private func wake() {
        let waiting = changed
        changed = []
        for continuation in waiting { continuation.resume() }
    }
}

/// How a process ended.
private enum ProcessEnding: CustomStringConvertible {
    case exited(Int32)
    case killed(Int32)

    var description: String {
        switch self {
        case .exited(let status): "exit status \(status)"
        case .killed(let signal): "signal \(signal)"
        }
    }
}
