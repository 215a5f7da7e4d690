import Clockwork
import Foundation
import Logging
import Outages
import Testing

/// A supervisor of real processes that do nothing of note: shells.
final class Troupe: Sendable {
    let directory: String
    let supervisor: Supervisor

    /// - Parameter scripts: By name, in the order in which they start.
    init(_ scripts: KeyValuePairs<String, String>, holding held: Set<String> = []) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "troupe-\(UUID().uuidString)")
            .path()
        self.directory = directory
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        supervisor = try Supervisor(
            parts: scripts.map { Supervisor.Part(name: $0.key, arguments: ["-c", $0.value, directory]) },
            program: "/bin/sh", logDirectory: directory, holding: held, surroundings: .system(),
            logger: Logger(label: "troupe") { _ in SwiftLogNoOpLogHandler() })
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// Runs all of them while something is done with them, and ends them all.
    func play(_ scene: (Supervisor) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [supervisor] in await supervisor.run() }
            do {
                try await scene(supervisor)
            } catch {
                await supervisor.stop()
                throw error
            }
            await supervisor.stop()
        }
    }

    /// The process that plays a part, as soon as one does that is not `former`.
    func process(of name: String, after former: Int32? = nil) async throws -> Int32 {
        while true {
            if case .running(let process) = await supervisor.condition(of: name), process != former {
                return process
            }
            try await Task.sleep(for: .milliseconds(1))  // what a process does cannot be awaited otherwise
        }
    }

    func wait(until isSo: () async -> Bool) async throws {
        while await !isSo() { try await Task.sleep(for: .milliseconds(1)) }
    }

    /// The lines of what the processes have written.
    func lines(in file: String) -> [String] {
        let text = (try? String(contentsOfFile: "\(directory)/\(file)", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }
}
