import Clockwork
import Disk
import Logging
import Wire

/// What a loop does about trouble that is not its own: it says so once, waits longer each time, and says when it is over.
struct Setback {
    private let backoff: Backoff
    private let logger: Logger
    private var failures = 0
    /// Without any progress between them.
    private var failuresInARow = 0
    private var toldKinds: Set<String> = []

    init(backoff: Backoff, logger: Logger) {
        self.backoff = backoff
        self.logger = logger
    }

    /// Notes one more failure.
    ///
    /// - Parameters:
    ///   - consequence: What it means for the orders, for the person who reads the log.
    ///   - base: The limit of the first wait, where it differs from the loop's own.
    /// - Returns: How long to wait before the next try.
    mutating func met(
        _ error: any Error, consequence: Logger.Message, base: Duration? = nil, chance: Chance
    ) -> Duration {
        failures += 1
        failuresInARow += 1
        if toldKinds.insert(Self.kind(of: error)).inserted {
            logger.warning(consequence, metadata: ["error": "\(error)"])
        }
        let backoff = Backoff(base: base ?? self.backoff.base, cap: self.backoff.cap)
        let attempt = failuresInARow + 1
        return chance.draw { backoff.delay(beforeAttempt: attempt, using: &$0) }
    }

    /// Notes that some of it goes well: the next wait is a short one again.
    mutating func hasProgressed() { failuresInARow = 0 }

    /// Notes that things go well (again).
    mutating func isOver(_ message: Logger.Message) {
        guard failures > 0 else { return }
        logger.info(message, metadata: ["failures": "\(failures)"])
        (failures, failuresInARow) = (0, 0)
        toldKinds = []
    }

    /// What failures have in common that need telling only once.
    private static func kind(of error: any Error) -> String {
        switch error {
        case ClientError.refused(let refusal): refusal.type
        case ClientError.unknown: "unknown"
        case DiskError.busy: "busy"
        case DiskError.full: "full"
        case let hindrance as Hindrance: hindrance.kind
        default: "\(type(of: error))"
        }
    }
}
