import Clockwork
import Disk
import Logging

/// Sits out trouble with the ledger that may pass, such as a full disk: nothing is sent before it can be
/// written down.
struct LedgerTrouble: Sendable {
    let rest: Rest
    let backoff: Backoff
    let chance: Chance
    let logger: Logger

    /// Tries a deed until it succeeds.
    ///
    /// - Throws: What will not pass; and at closing time what may.
    func outlast<Result: Sendable>(_ deed: () async throws -> Result) async throws -> Result {
        var failures = 0
        while true {
            do {
                let result = try await deed()
                if failures > 0 { logger.info("The shop's ledger can be written again") }
                return result
            } catch let error as DiskError where error.mayPass {
                failures += 1
                if failures == 1 {
                    logger.warning(
                        "The shop's ledger cannot be written; nothing is taken or sent until it can",
                        metadata: ["error": "\(error)"])
                }
                let pause = chance.draw { backoff.delay(beforeAttempt: failures + 1, using: &$0) }
                guard await rest.pause(for: pause) else { throw error }
            }
        }
    }
}
