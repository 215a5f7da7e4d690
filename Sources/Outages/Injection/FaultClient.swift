import AsyncHTTPClient
import Clockwork
import JSON
import Wire

/// Asks the conductor of a street that is up, in another process, to break something.
package struct FaultClient: Sendable {
    private let caller: LocalCaller

    /// - Parameter directory: The street's; its `ports.json` says where the conductor listens.
    /// - Throws: ``NoConductor``.
    package init(of directory: RunDirectory, http: HTTPClient) throws {
        guard let port = directory.read(directory.ports)?["conductor"]?.integer else {
            throw NoConductor(directory: directory.path)
        }
        // A process may be on its way up, and a graceful stop takes its time.
        caller = LocalCaller(
            transport: NetworkTransport(endpoint: "http://127.0.0.1:\(port)", http: http),
            patience: .seconds(40))
    }

    /// - Parameter fault: It has been seen to be in effect when this returns.
    /// - Returns: The fault as the conductor tells it, with its proof.
    package func add(_ fault: FaultRequest) async throws -> JSONValue {
        try await ask("POST", "/faults", ["words": .array(fault.words.map(JSONValue.string))])
    }

    package func list() async throws -> [JSONValue] {
        try await ask("GET", "/faults")["faults"]?.array ?? []
    }

    package func clear(_ name: String) async throws { _ = try await ask("DELETE", "/faults/\(name)") }

    package func clearAll() async throws { _ = try await ask("DELETE", "/faults") }

    private func ask(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        do {
            return try await caller.ask(method, path, body) ?? .null
        } catch let refusal as LocalCaller.Refusal {
            throw Refusal(status: refusal.status, description: refusal.words)
        }
    }

    /// What the conductor would not do, or could not prove.
    package struct Refusal: Error, CustomStringConvertible {
        package let status: Int
        package let description: String

        /// It was tried, and had no effect.
        package var isUnproven: Bool { status == 424 }
    }
}

/// A data directory in which no street is conducted.
package struct NoConductor: Error, CustomStringConvertible {
    let directory: String

    package var description: String {
        "No street is up in \(directory) that faults could be brought upon. Start one with `orderflow up --data \(directory)`."
    }
}
