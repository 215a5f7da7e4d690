import Clockwork
import JSON

/// What a process says about a fault on its sheet.
package struct FaultEffect: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        /// Not yet to be seen: the role's database is not open, or the shop has sent nothing of it.
        case awaited
        /// In force, and how the process knows: "clock off by +7200 s".
        case proven(String)
        /// Not brought about, and what to do.
        case refused(String)
    }

    package var name: String
    package var kind: String
    /// By the machine's clock; of its first life when the process has had several since.
    package var since: Timestamp
    package var state: State
    /// How often a `crash-at` has struck.
    package var struck: Int

    package init(name: String, kind: String, since: Timestamp, state: State, struck: Int = 0) {
        self.name = name
        self.kind = kind
        self.since = since
        self.state = state
        self.struck = struck
    }
}

extension FaultEffect {
    package var json: JSONValue {
        var object: JSONObject = JSONObject()
        object["name"] = .string(name)
        object["kind"] = .string(kind)
        object["since"] = .string(since.description)
        object["struck"] = JSONValue(struck)
        switch state {
        case .awaited: break
        case .proven(let words): object["proof"] = .string(words)
        case .refused(let words): object["refused"] = .string(words)
        }
        return .object(object)
    }

    /// - Returns: Nil for what is no such effect.
    package init?(_ json: JSONValue) {
        guard let name = json["name"]?.string, let kind = json["kind"]?.string,
            let since = json["since"]?.string.flatMap({ Timestamp($0) }),
            let struck = json["struck"]?.integer.flatMap({ Int(exactly: $0) })
        else { return nil }
        let state: State =
            if let words = json["proof"]?.string {
                .proven(words)
            } else if let words = json["refused"]?.string {
                .refused(words)
            } else {
                .awaited
            }
        self.init(name: name, kind: kind, since: since, state: state, struck: struck)
    }
}

extension RunDirectory {
    /// What a process has said last about the faults on its sheet; empty when it has said nothing.
    package func effects(of process: String) -> [FaultEffect] {
        read(faultEffects(of: process))?["effects"]?.array?.compactMap(FaultEffect.init) ?? []
    }
}
