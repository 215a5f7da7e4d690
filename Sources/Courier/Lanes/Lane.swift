import Clockwork
import Logging
import Synchronization
import Wire

/// The way to one endpoint: it takes what is due from the ledger, posts it, and writes down what came of it.
///
/// Lanes share nothing but the ledger's writer, so an endpoint that is slow or gone is felt by nobody else.
final class Lane: Sendable {
    let endpoint: Endpoint
    private let transport: any Transport
    private let ledger: CourierLedger
    private let surroundings: Surroundings
    private let planted: PlantedBug?
    private let logger: Logger
    private let book: Mutex<LaneBook>
    private let bell = Bell()
    private let isClosing = Mutex(false)

    init(
        to endpoint: Endpoint, memory: LaneMemory, over transport: any Transport, ledger: CourierLedger,
        surroundings: Surroundings, planted: PlantedBug?, logger: Logger
    ) {
        self.endpoint = endpoint
        self.transport = transport
        self.ledger = ledger
        self.surroundings = surroundings
        self.planted = planted
        var logger = logger
        logger[metadataKey: "partner"] = "\(endpoint.name)"
        self.logger = logger
        book = Mutex(LaneBook(endpoint, memory: memory))
    }

    /// Tells it that something may be due.
    func wake() {
        book.withLock { $0.arrived() }
        bell.ring()
    }

    /// Lets it finish what is under way and end.
    func close() {
        isClosing.withLock { $0 = true }
        bell.ring()
    }

    func run() async {
        await withDiscardingTaskGroup { attempts in
            var setback = Setback(backoff: Backoff(), logger: logger)
            while !isClosing.withLock(\.self), !Task.isCancelled {
                let now = ledger.time.now
                switch book.withLock({ $0.step(at: now) }) {
                case .rest(until: nil): await bell.heard()
                case .rest(let end?): await bell.heard(within: end - now, by: surroundings.time)
                case .claim(let request):
                    do {
                        let claim = try await ledger.claim(request, for: endpoint.name)
                        book.withLock { $0.took(claim, asked: request) }
                        setback.isOver("Webhooks go out again")
                        for errand in claim.errands {
                            attempts.addTask { await self.perform(errand) }
                        }
                    } catch {
                        let wait = setback.met(
                            error, kind: "ledger",
                            consequence: "No webhook goes out: the ledger cannot be written",
                            chance: surroundings.chance)
                        try? await surroundings.time.sleep(for: wait)  // cut short by the end of this loop
                    }
                }
            }
        }
    }

    /// Makes one attempt.
    private func perform(_ errand: Errand) async {
        if planted == .recordedBeforePosted { await record(Self.wishfulReply, of: errand, after: .zero) }
        let start = surroundings.time.uptime
        var carried = errand
        if planted == .freshIDForEachAttempt { carried.eventID += "_\(errand.attempt)" }
        let request = WireRequest(carrying: carried, to: endpoint, now: surroundings.now)
        let reply: Reply
        do {
            let response = try await transport.send(request, timeout: endpoint.timeout)
            reply = Reply(to: response, now: surroundings.now)
        } catch let failure as TransportError {
            reply = Reply(to: failure)
        } catch {
            // We are being ended. The attempt stays open in the ledger, as if we had died, and is made again.
            book.withLock { $0.leave(errand) }
            return
        }
        if planted != .recordedBeforePosted {
            await record(reply, of: errand, after: surroundings.time.uptime - start)
        }
        bell.ring()
    }

    private func record(_ reply: Reply, of errand: Errand, after duration: Duration) async {
        let now = ledger.time.now
        let verdict = surroundings.chance.draw { random in
            Verdict(
                on: reply, attempt: errand.tries, patience: endpoint.patience,
                clientErrorsAreFinal: endpoint.clientErrorsAreFinal, now: now, using: &random)
        }
        let circuit = book.withLock {
            $0.ended(errand, with: reply, disabling: verdict.disabling != nil, at: now)
        }
        tell(reply, verdict, circuit, of: errand)
        let settlement = Settlement(
            errand: errand, reply: reply, verdict: verdict, duration: duration, circuit: circuit)
        do {
            try await surroundings.pass(.courierPostedBeforeRecord)
            let hasSuccessor = try await ledger.settle(settlement, for: endpoint.name)
            try await surroundings.pass(.courierRecorded)
            book.withLock { book in
                if hasSuccessor { book.arrived() }
                if case .again(let due) = verdict.fate {
                    book.leave(errand, due: due)
                } else {
                    book.leave(errand)
                }
            }
        } catch {
            // Not written, so not done: it is due as before, and the receiver will see a repeat.
            logger.warning(
                "An attempt could not be written down and will be made again",
                metadata: ["event.id": "\(errand.eventID)", "error": "\(error)"])
            book.withLock { book in
                book.leave(errand)
                book.arrived()
            }
        }
    }

    private func tell(_ reply: Reply, _ verdict: Verdict, _ circuit: CircuitChange?, of errand: Errand) {
        if case .parked(let reason) = verdict.fate {
            logger.warning(
                "Delivery parked",
                metadata: [
                    "event.id": "\(errand.eventID)", "attempts": "\(errand.attempt)", "reason": "\(reason)",
                ])
        }
        if let reason = verdict.disabling {
            logger.warning("Partner disabled; it hears nothing more", metadata: ["reason": "\(reason)"])
        }
        switch circuit {
        case .open(_, let span)?:
            logger.warning("Partner left alone for a while", metadata: ["span": "\(span)"])
        case .closed?: logger.info("Partner is back")
        case nil: break
        }
    }

    /// What a courier would note who believes that nothing ever goes wrong.
    private static var wishfulReply: Reply {
        Reply(to: WireResponse(status: 200), now: Timestamp(seconds: 0))
    }
}
