import Clockwork
import Logging

/// What a loop does about trouble that is not its own: it says so once, waits longer each time, and says when it is over.
package struct Setback {
    private let backoff: Backoff
    private let logger: Logger
    private var failures = 0
    private var lastToldKind = ""

    package init(backoff: Backoff, logger: Logger) {
        self.backoff = backoff
        self.logger = logger
    }

    package var isOn: Bool { failures > 0 }

    /// Notes one more failure.
    ///
    /// - Parameters:
    ///   - kind: What failures have in common that need telling only once.
    ///   - consequence: What it means, for the person who reads the log.
    ///   - base: The limit of the first wait, where it differs from the loop's own.
    /// - Returns: How long to wait before the next try.
    package mutating func met(
        _ error: any Error, kind: String, consequence: Logger.Message, base: Duration? = nil, chance: Chance
    ) -> Duration {
        failures += 1
        if kind != lastToldKind {
            lastToldKind = kind
            logger.warning(consequence, metadata: ["error": "\(error)"])
        }
        let backoff = Backoff(base: base ?? self.backoff.base, cap: self.backoff.cap)
        let attempt = failures + 1
        return chance.draw { backoff.delay(beforeAttempt: attempt, using: &$0) }
    }

    /// Notes that things go well (again).
    package mutating func isOver(_ message: Logger.Message) {
        guard isOn else { return }
        logger.info(message, metadata: ["failures": "\(failures)"])
        failures = 0
        lastToldKind = ""
    }
}
