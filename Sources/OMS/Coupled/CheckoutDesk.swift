import Clockwork
import Disk
import Logging
import Orders
import Wire

/// Takes an order from a caller who waits for it: judges, keeps, tells every partner, and only then says yes.
struct CheckoutDesk: Sendable {
    let store: OrderStore
    let partners: [CoupledPartner]
    let surroundings: Surroundings
    let logger: Logger

    /// What the OMS answers on the wire.
    var services: ServiceDesk<Checkout> {
        var desk = ServiceDesk<Checkout>()
        desk.on(PlaceOrder.self) { request, _ in try await place(request) }
        return desk
    }

    private func place(_ request: PlaceOrder) async throws -> PlaceOrder.Output {
        let judgement = OrderDocument(request.document).judged(now: surroundings.now)
        if case .cancellation = judgement { throw Self.noCheckout }
        let message = JudgedMessage(
            id: surroundings.chance.uuid(), judgement: judgement,
            trace: request.traceparent.flatMap { TraceParent($0) })
        let order = try await kept(message)
        let failures = await tell(order)
        guard failures.isEmpty else {
            throw WireError(
                "PartnerFailure",
                "The order is kept, but \(failures.joined(separator: "; ")). Send it again to have them called again.",
                status: 502)
        }
        return PlaceOrder.Output(orderNumber: order.number.rawValue, eventId: order.eventID)
    }

    /// Lets the books decide.
    ///
    /// - Returns: The order, if it is in the books now with this very content, be it new or known.
    /// - Throws: `WireError` with the reason why it is not.
    private func kept(_ message: JudgedMessage) async throws -> KeptOrder {
        // The disk is waited for elsewhere: all callers share the listener's thread.
        let (decision, order) = try await withTaskExecutorPreference(globalConcurrentExecutor) {
            do {
                let decisions = try store.decide(about: [message], as: "oms", now: surroundings.now)
                return (decisions[0], try store.kept(message))
            } catch let error as DiskError {
                throw Self.notNow("\(error)")
            }
        }
        guard let order else { throw Self.refusal(of: message.judgement, after: decision) }
        return order
    }

    /// Calls all partners at the same time, and waits for each of them.
    ///
    /// - Returns: What went wrong, in words; nothing when all have said yes.
    private func tell(_ order: KeptOrder) async -> [String] {
        await withTaskGroup(of: String?.self) { calls in
            for partner in partners {
                calls.addTask { await partner.hears(of: order, now: surroundings.now) }
            }
            var failures: [String] = []
            for await case let failure? in calls { failures.append(failure) }
            if !failures.isEmpty {
                logger.warning(
                    "An order is kept, but its shop is told no: not every partner has heard of it",
                    metadata: ["order.number": "\(order.number)", "failures": "\(failures)"])
            }
            return failures.sorted()
        }
    }

    // MARK: What the shop is told

    private static func refusal(of judgement: Judgement, after decision: Decision) -> WireError {
        switch (judgement, decision) {
        case (_, .notNow(let reason)): notNow(reason)
        case (.unreadable(let reason), _): WireError("UnreadableDocument", reason.message)
        case (.rejected(let rejection), _):
            WireError("RejectedOrder", words(for: rejection.reasons), status: 422)
        case (.cancellation, _): noCheckout
        case (.sound(let sound), _):
            WireError(
                "ConflictingOrder", words(for: Rejection(conflicting: sound).reasons), status: 409)
        }
    }

    /// Told before the books are asked, so that nothing of it happens.
    private static let noCheckout = WireError(
        "UnsupportedDocument", "A checkout takes orders. A cancellation goes through the queue.", status: 422)

    private static func words(for reasons: [Reason]) -> String {
        reasons.map { "\($0.code.rawValue) at \($0.path.isEmpty ? "/" : $0.path): \($0.message)" }
            .joined(separator: " ")
    }

    private static func notNow(_ reason: String) -> WireError {
        WireError("ServiceUnavailable", "The order could not be written (\(reason)). Try again.", status: 503)
    }
}
