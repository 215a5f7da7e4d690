import Clockwork
import Disk
import Logging
import Orders
import ServiceLifecycle
import Wire

/// Takes orders from the queue: hears, judges, writes down, and only then deletes.
///
/// A crash between the last two makes the queue hand the message out again, and the inbox knows it. Trouble of our
/// own (a locked database, a full disk) never becomes a rejection: the batch stays hidden and is tried again.
struct Intake: Sendable {
    private let actor: String
    private let settings: OrderManagement.Settings
    private let orders: OrderQueue
    private let store: OrderStore
    private let surroundings: Surroundings
    private let logger: Logger
    private let stopping = Bell()

    /// - Parameter actor: Who decides, as it stands in the history of orders.
    init(
        actor: String, settings: OrderManagement.Settings, queueURL: String, queue: any Client<SQS>,
        store: OrderStore, surroundings: Surroundings, logger: Logger
    ) {
        var logger = logger
        logger[metadataKey: "actor"] = "\(actor)"
        self.actor = actor
        self.settings = settings
        self.store = store
        self.surroundings = surroundings
        self.logger = logger
        orders = OrderQueue(settings: settings, url: queueURL, queue: queue, time: surroundings.time)
    }

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await takeOrders()
        } onGracefulShutdown: {
            stopping.ring()
        }
    }

    private func takeOrders() async throws {
        var setback = Setback(backoff: settings.backoff, logger: logger)
        var attempt = surroundings.chance.uuid()
        while !Task.isShuttingDownGracefully {
            try Task.checkCancellation()
            do {
                let asked = surroundings.time.uptime
                let batch = try await orders.receive(attempt: attempt, unless: stopping)
                setback.isOver("The queue hands out orders again")
                attempt = surroundings.chance.uuid()
                if batch.isEmpty { await breathe(since: asked) } else { try await settle(batch) }
            } catch let error as ClientError {
                // The same attempt again: a batch whose answer was lost comes back at once, not after its timeout.
                let pause = setback.met(
                    error,
                    consequence: "The queue hands out no orders; they wait there until it does",
                    chance: surroundings.chance)
                await stopping.heard(within: pause, by: surroundings.time)
            }
        }
    }

    /// Slows down for a queue that says "nothing" without waiting, as one that is about to stop does.
    private func breathe(since asked: Duration) async {
        guard surroundings.time.uptime - asked < Self.shortestPoll else { return }
        await stopping.heard(within: Self.shortestPoll, by: surroundings.time)
    }

    private static let shortestPoll = Duration.milliseconds(100)

    /// Brings a batch to its end: whatever is decided is durable before its message is deleted.
    private func settle(_ batch: [ReceivedMessage]) async throws {
        try await surroundings.pass(.intakeReceived)
        let judged = batch.map { $0.judged(now: surroundings.now) }
        try await surroundings.pass(.intakeValidated)
        if settings.planted == .deleteBeforeCommit { try await delete(batch) }
        guard let decisions = try await decide(about: judged, hiding: batch) else { return }
        let decided = zip(batch, decisions)
        try await surroundings.pass(.intakeCommittedBeforeDelete)
        for (message, decision) in zip(judged, decisions) { tell(decision, about: message) }
        guard settings.deletesMessages else { return }
        try await delete(decided.filter { $0.1.settlesMessage }.map(\.0))
        try await surroundings.pass(.intakeDeleted)
        let unreadable = decided.filter { $0.1.isUnreadable }.map(\.0)
        await orders.show(unreadable, after: settings.unreadableReturnsAfter)
    }

    /// Asks the books, for as long as it takes, and keeps the batch hidden meanwhile.
    ///
    /// - Returns: Nil when the process is to stop before the books could be opened; the batch has been handed back.
    private func decide(
        about judged: [JudgedMessage], hiding batch: [ReceivedMessage]
    ) async throws -> [Decision]? {
        try await keepingHidden(batch) { try await decide(about: judged, orHandBack: batch) }
    }

    /// Extends the hiding of a batch for as long as a deed takes, also while it waits for the disk.
    private func keepingHidden<Outcome: Sendable>(
        _ batch: [ReceivedMessage], while deed: () async throws -> Outcome
    ) async throws -> Outcome {
        guard settings.visibility > .zero else { return try await deed() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    guard (try? await surroundings.time.sleep(for: settings.visibility / 2)) != nil else {
                        return
                    }
                    await orders.show(batch, after: settings.visibility)
                }
            }
            defer { group.cancelAll() }
            return try await deed()
        }
    }

    private func decide(
        about judged: [JudgedMessage], orHandBack batch: [ReceivedMessage]
    ) async throws -> [Decision]? {
        var setback = Setback(backoff: settings.backoff, logger: logger)
        while true {
            do {
                let decisions = try store.decide(
                    about: judged, as: actor, now: surroundings.now, planted: settings.planted)
                setback.isOver("Orders can be written again")
                return decisions
            } catch let error as DiskError where error.mayPass {
                let pause = setback.met(
                    error,
                    consequence:
                        "Orders cannot be written; what was received waits, the rest stays in the queue",
                    chance: surroundings.chance)
                await stopping.heard(within: pause, by: surroundings.time)
                try Task.checkCancellation()
                if Task.isShuttingDownGracefully {
                    await orders.show(batch, after: .zero)
                    return nil
                }
            }
        }
    }

    /// Deletes what is decided; tries for as long as nobody else can have it, and then leaves it to the inbox.
    private func delete(_ messages: [ReceivedMessage]) async throws {
        var setback = Setback(backoff: settings.backoff, logger: logger)
        let deadline = surroundings.time.uptime + settings.visibility
        var left = messages
        while !left.isEmpty {
            do {
                left = try await orders.delete(left)
                if left.isEmpty { return setback.isOver("Messages can be deleted again") }
                throw ClientError.unknown(reason: "the queue kept \(left.count) messages")
            } catch let error as ClientError {
                let pause = setback.met(
                    error,
                    consequence: "Messages cannot be deleted; those that come again will be recognised",
                    chance: surroundings.chance)
                guard !Task.isShuttingDownGracefully, surroundings.time.uptime + pause < deadline else {
                    return
                }
                await stopping.heard(within: pause, by: surroundings.time)
                try Task.checkCancellation()
            }
        }
    }

    /// Never the document: it holds what is a customer's own.
    private func tell(_ decision: Decision, about message: JudgedMessage) {
        var facts: Logger.Metadata = ["message.id": "\(message.id)"]
        if let number = message.judgement.orderNumber { facts["order.number"] = "\(number)" }
        switch decision {
        case .accepted:
            logger.debug("Order kept", metadata: facts)
        case .cancelled:
            logger.info("Order cancelled", metadata: facts)
        case .awaitingOrder:
            logger.info("Cancellation kept until its order comes", metadata: facts)
        case .repeated(let deliveries):
            facts["deliveries"] = "\(deliveries)"
            logger.info("Repeat recognised", metadata: facts)
        case .rejected:
            logger.info("Order or cancellation rejected", metadata: facts)
        case .conflicting:
            logger.info("Conflict recorded; the order stays as it was", metadata: facts)
        case .unreadable(let code):
            facts["reason"] = "\(code.rawValue)"
            logger.warning("Not an order; left for the dead-letter queue", metadata: facts)
        case .notNow(let reason):
            facts["error"] = "\(reason)"
            logger.error("The order database refused a sound message; it will come again", metadata: facts)
        }
    }
}

extension Decision {
    fileprivate var isUnreadable: Bool {
        if case .unreadable = self { true } else { false }
    }
}

extension Judgement {
    fileprivate var orderNumber: OrderNumber? {
        switch self {
        case .sound(let sound): sound.order.number
        case .cancellation(let sound): sound.cancellation.orderNumber
        case .rejected(let rejection): rejection.orderNumber
        case .unreadable: nil
        }
    }
}
