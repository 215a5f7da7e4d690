import AsyncHTTPClient
import Clockwork
import JSON
import Wire

/// Puts faults on the arrows of a relay in another process, and makes sure that they are felt.
package struct ArrowControl: Sendable {
    private let caller: LocalCaller
    let time: any TimeSource

    /// - Parameters:
    ///   - endpoint: Where the relay's ``ArrowDesk`` listens, such as `http://127.0.0.1:4580`.
    ///   - http: Shared; whoever made it shuts it down.
    package init(endpoint: String, http: HTTPClient, time: any TimeSource = SystemTime()) {
        caller = LocalCaller(
            transport: NetworkTransport(endpoint: endpoint, http: http, time: time), patience: .seconds(5))
        self.time = time
    }

    /// Every arrow with its faults and counters.
    ///
    /// - Throws: ``ArrowControlError``, or `TransportError` when the relay cannot be reached; so do all that follow.
    package func list() async throws -> [ArrowStatus] {
        let answer = try await ask("GET", "/arrows")
        guard let arrows = answer["arrows"]?.array else { throw ArrowControlError.notUnderstood }
        return try arrows.map { json in
            guard let arrow = ArrowStatus(json) else { throw ArrowControlError.notUnderstood }
            return arrow
        }
    }

    /// Puts a fault on an arrow. It is in effect when this returns, and ends by itself.
    package func add(_ wish: FaultWish) async throws -> ArrowStatus.Fault {
        guard let fault = ArrowStatus.Fault(try await ask("POST", "/arrows/faults", wish.json)) else {
            throw ArrowControlError.notUnderstood
        }
        return fault
    }

    /// Takes a fault off its arrow.
    package func remove(_ name: String) async throws {
        guard FaultWish.isSound(name: name) else { throw ArrowRefusal.badName(name) }
        _ = try await ask("DELETE", "/arrows/faults/\(name)")
    }

    /// Takes every fault off every arrow.
    package func removeAll() async throws {
        _ = try await ask("DELETE", "/arrows/faults")
    }

    private func ask(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        do {
            guard let told = try await caller.ask(method, path, body) else {
                throw ArrowControlError.notUnderstood
            }
            return told
        } catch let refusal as LocalCaller.Refusal {
            throw ArrowControlError.refused(status: refusal.status, refusal.words)
        }
    }
}

/// Why the relay of another process did not do what it was asked for.
package enum ArrowControlError: Error, Hashable, Sendable {
    case refused(status: Int, String)
    /// Something answers there that is no relay of ours.
    case notUnderstood
    /// The fault is none of those in effect (any more).
    case notInEffect(String)
    /// The fault is in effect by name only.
    case unproven(String, seen: String)
}

extension ArrowControlError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .refused(let status, let words): "The relay answered \(status): \(words)"
        case .notUnderstood:
            "What answers there is no relay of this version. Look whether the address is right."
        case .notInEffect(let name):
            "The fault \"\(name)\" is not in effect (any more). Give it more time, or add it again."
        case .unproven(let name, let seen): "The fault \"\(name)\" has no effect: \(seen)."
        }
    }
}
