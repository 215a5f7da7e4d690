import Clockwork
import Disk
import Logging
import ServiceLifecycle
import Synchronization
import Wire

/// A mock third party: a real server that verifies what it hears, keeps an inbox, and has a temper.
package final class PartnerService: Service {
    package let name: String
    private let secrets: [WebhookSecret]
    private let ledger: PartnerLedger
    private let surroundings: Surroundings
    private let logger: Logger
    private let manners: Mutex<Manners>
    private let admission: WireFront.Admission

    /// - Parameter admission: Who may give it another temper.
    /// - Throws: `DiskError` when its ledger cannot be opened.
    package init(
        settings: PartnerSettings, storage: Storage, admission: WireFront.Admission,
        surroundings: Surroundings,
        logger: Logger
    ) throws {
        name = settings.name
        secrets = settings.secrets
        ledger = try PartnerLedger(of: settings.name, in: storage, time: surroundings.time)
        self.surroundings = surroundings
        var logger = logger
        logger[metadataKey: "partner"] = "\(settings.name)"
        self.logger = logger
        manners = Mutex(Manners(settings.temper))
        self.admission = admission
    }

    /// Answers one request: a webhook, or an operation of `PartnerControl`.
    ///
    /// - Returns: Nil where the temper is to cut the connection without a word.
    package func answer(_ request: WireRequest) async -> WireResponse? {
        if request.headers["x-amz-target"] != nil { return await control.answer(request) }
        guard request.path == PartnerSettings.path else {
            return Self.answer(404, "Nothing is here. Webhooks are taken at \(PartnerSettings.path).")
        }
        guard request.method == "POST" else { return Self.answer(405, "A webhook is sent by POST.") }
        do throws(WebhookSignature.Fault) {
            let signed = try WebhookSignature.verify(
                body: request.body, header: { request.headers[$0] }, secrets: secrets, now: surroundings.now)
            return await hear(signed)
        } catch {
            logger.warning("Webhook not believed", metadata: ["reason": "\(error)"])
            return Self.answer(401, "The signature does not hold: \(error).")
        }
    }

    /// Keeps the inbox until graceful shutdown.
    ///
    /// - Throws: `DiskError` when another file lies in the ledger's place; the process should end.
    package func run() async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await self.keepInbox() }
                group.addTask {
                    try await self.ledger.keepWatch(by: self.surroundings.time, logger: self.logger)
                }
                try await group.next()  // the inbox ends by itself, and then the watch; an error ends both
                group.cancelAll()
            }
            ledger.close()
        } catch {
            ledger.close(orderly: false)
            throw error
        }
    }

    private func keepInbox() async {
        await withTaskCancellationOrGracefulShutdownHandler {
            await self.ledger.commits.run()
        } onCancelOrGracefulShutdown: {
            self.ledger.commits.stop()
        }
    }

    private func hear(_ signed: WebhookSignature) async -> WireResponse? {
        let uptime = surroundings.time.uptime
        let conduct = surroundings.chance.draw { random in
            manners.withLock { $0.conduct(at: uptime, using: &random) }
        }
        do {
            switch conduct {
            case .refuse(let status, let wait):
                return try await refuse(signed, status, retryAfterSeconds: wait)
            case .accept(let delay): return try await accept(signed, answeringAfter: delay)
            case .acceptAndForget:
                _ = try await accept(signed, answeringAfter: nil)
                return nil
            }
        } catch is CancellationError {
            return nil  // the caller has hung up
        } catch {
            logger.error("Webhook not kept", metadata: ["webhook.id": "\(signed.id)", "error": "\(error)"])
            return Self.answer(500, "The webhook could not be kept. Send it again.")
        }
    }

    /// - Parameter delay: How long the answer takes; nil when there will be none, so that nothing is noted
    ///   either.
    private func accept(_ signed: WebhookSignature, answeringAfter delay: Duration?) async throws
        -> WireResponse
    {
        guard let webhook = Webhook(signed) else {
            try await ledger.noteRefusal(of: signed.id, status: 400)
            return Self.answer(400, "The body is not an event of an order.")
        }
        let receipt = try await ledger.take(webhook)
        if let delay {
            if delay > .zero { try await surroundings.time.sleep(for: delay) }
            ledger.note(200, on: receipt)
        }
        return Self.answer(200, nil)
    }

    private func refuse(
        _ signed: WebhookSignature, _ status: Int, retryAfterSeconds wait: Int?
    ) async throws -> WireResponse {
        try await ledger.noteRefusal(of: signed.id, status: status)
        var answer = Self.answer(status, "Not today.")
        if let wait { answer.headers.append("retry-after", String(wait)) }
        return answer
    }

    private static func answer(_ status: Int, _ words: String?) -> WireResponse {
        WireResponse(
            status: status, headers: words == nil ? [:] : ["content-type": "text/plain; charset=utf-8"],
            body: words.map { Array("\($0)\n".utf8) } ?? [])
    }
}

extension PartnerService {
    /// What answers the operations of `PartnerControl`.
    private var control: WireFront {
        var desk = ServiceDesk<PartnerControl>()
        desk.on(SetTemper.self) { request, _ in
            try self.take(on: request)
            return NoOutput()
        }
        desk.on(DescribePartner.self) { request, _ in try self.describe(request) }
        var front = WireFront(admission: admission, surroundings: surroundings, logger: logger)
        front.attend(desk)
        return front
    }

    private func take(on request: SetTemper) throws {
        try meansUs(request.partner)
        let temper = try Temper(request.temper)
        guard (1...3_600_000).contains(request.forMilliseconds) else {
            throw WireError("ValidationException", "A temper lasts 1 to 3,600,000 milliseconds.")
        }
        let uptime = surroundings.time.uptime
        manners.withLock {
            $0.take(on: temper, until: uptime + .milliseconds(request.forMilliseconds), at: uptime)
        }
        logger.info(
            "Temper changed",
            metadata: ["temper": "\(request.temper.name)", "milliseconds": "\(request.forMilliseconds)"])
    }

    private func describe(_ request: DescribePartner) throws -> DescribePartner.Output {
        try meansUs(request.partner)
        let uptime = surroundings.time.uptime
        return manners.withLock { manners in
            DescribePartner.Output(
                partner: name, temper: manners.temper(at: uptime).description,
                endsInMilliseconds: manners.left(at: uptime).map { Int($0.milliseconds) })
        }
    }

    private func meansUs(_ partner: String) throws {
        guard partner == name else {
            throw WireError("ResourceNotFoundException", "This is partner \(name), not \(partner).")
        }
    }
}
