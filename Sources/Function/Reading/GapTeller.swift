import Clockwork
import Logging
import Orders
import Synchronization
import Wire

/// Tells the OMS which stretches of the stream expired unread, by way of a queue.
///
/// A gap stays on record as untold until the queue has acknowledged it, so a crash in between tells it twice, and never
/// not at all.
final class GapTeller: Sendable {
    /// Rung for each gap that is noticed.
    let bell = Bell()
    private let queueName: String
    private let queue: any Client<SQS>
    private let ledger: FunctionLedger
    private let surroundings: Surroundings
    private let logger: Logger
    private let isClosing = Mutex(false)

    init(
        queueName: String, queue: any Client<SQS>, ledger: FunctionLedger, surroundings: Surroundings,
        logger: Logger
    ) {
        self.queueName = queueName
        self.queue = queue
        self.ledger = ledger
        self.surroundings = surroundings
        self.logger = logger
    }

    func close() {
        isClosing.withLock { $0 = true }
        bell.ring()
    }

    /// Works until it is closed.
    func run() async {
        var setback = Setback(backoff: Backoff(), logger: logger)
        while goesOn {
            do {
                try await tellAll()
                setback.isOver("The order system can be told of gaps again")
                await bell.heard()
            } catch {
                guard goesOn else { return }
                let wait = setback.met(
                    error, kind: "gaps",
                    consequence:
                        "The order system cannot be told of a gap; its events are missing until it is",
                    chance: surroundings.chance)
                await bell.heard(within: wait, by: surroundings.time)
            }
        }
    }

    private var goesOn: Bool { !isClosing.withLock(\.self) && !Task.isCancelled }

    private func tellAll() async throws {
        let gaps = try ledger.untoldGaps()
        guard !gaps.isEmpty else { return }
        let url = try await queue(GetQueueUrl(queueName: queueName)).queueUrl
        for gap in gaps {
            _ = try await queue(SendMessage(queueUrl: url, messageBody: gap.text))
            try ledger.noteTold(gap)
        }
    }
}
