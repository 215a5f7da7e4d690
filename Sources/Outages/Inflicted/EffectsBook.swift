import Clockwork
import JSON
import Synchronization

/// `control/PROCESS.effects.json`: which faults are in force in this process, and how often each has struck.
///
/// Every change is in the file before it counts, so that a life that ends by a strike is not forgotten by the next.
final class EffectsBook: Sendable {
    private let directory: RunDirectory
    private let file: String
    private let effects: Mutex<[FaultEffect]>

    /// Goes on where an earlier life of the process has ended.
    init(of process: String, in directory: RunDirectory) {
        self.directory = directory
        file = directory.faultEffects(of: process)
        effects = Mutex(directory.effects(of: process))
    }

    var lines: [FaultEffect] { effects.withLock(\.self) }

    /// Says what is in force now. What has been known by name keeps its beginning and its strikes.
    func say(_ news: [FaultEffect]) throws {
        try effects.withLock { effects in
            let merged = news.map { effect in
                guard let known = effects.first(where: { $0.name == effect.name }) else { return effect }
                var effect = effect
                effect.since = known.since
                effect.struck = known.struck
                return effect
            }
            guard merged != effects else { return }
            try write(merged)
            effects = merged
        }
    }

    /// Counts one more strike.
    ///
    /// - Returns: False when it has struck often enough, or is over.
    /// - Throws: When it cannot be written down; then it must not strike either, or it would do so for ever.
    func strike(_ name: String, most times: Int) throws -> Bool {
        try effects.withLock { effects in
            guard let place = effects.firstIndex(where: { $0.name == name }), effects[place].struck < times
            else { return false }
            var counted = effects
            counted[place].struck += 1
            try write(counted)
            effects = counted
            return true
        }
    }

    private func write(_ effects: [FaultEffect]) throws {
        try directory.write(
            ["pid": JSONValue(ProcessMeter.ownProcess), "effects": .array(effects.map(\.json))], to: file)
    }
}
