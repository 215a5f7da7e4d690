import Clockwork
import Wire

/// Serves each customer of a coupled shop at once: asks the OMS while the customer waits, and sends them away without an
/// order when it does not say yes in time.
///
/// There is no queue of customers behind a slow answer: each is served in a task of their own.
struct CheckoutCounter: Sendable {
    private let desk: OrderDesk
    private let oms: any Client<Checkout>
    private let patience: CheckoutPatience
    private let closing: ClosingTime
    private let surroundings: Surroundings
    /// Until the next customer comes.
    private let idleness: Rest

    init(
        desk: OrderDesk, oms: any Client<Checkout>, patience: CheckoutPatience, closing: ClosingTime,
        surroundings: Surroundings
    ) {
        self.desk = desk
        self.oms = oms
        self.patience = patience
        self.closing = closing
        self.surroundings = surroundings
        idleness = Rest(until: closing, by: surroundings.time)
    }

    /// Works until closing time; whoever is being served then is served to the end.
    ///
    /// - Throws: `DiskError` when the ledger cannot be written.
    func run() async throws {
        await desk.ring(idleness.bell)
        try await withThrowingDiscardingTaskGroup { customers in
            while !idleness.isOver {
                if let parcels = try await desk.pickUp() {
                    for parcel in parcels { customers.addTask { try await serve(parcel) } }
                } else {
                    guard await idleness.pause() else { return }
                }
            }
        }
    }

    /// Intention, call, answer; again while patience lasts.
    private func serve(_ parcel: Parcel) async throws {
        var tries = 0
        while true {
            tries += 1
            guard let attempt = try await desk.intend([parcel]).first else { return }
            let outcome = try await ask(parcel)
            if outcome.isSettled { return try await desk.note([(attempt, outcome)]) }
            guard tries < patience.tries, !closing.isNow else {
                return try await desk.turnAway(attempt, after: outcome)
            }
            try await desk.note([(attempt, outcome)])
            let next = tries + 1
            let pause = surroundings.chance.draw {
                patience.backoff.delay(beforeAttempt: next, using: &$0)
            }
            try await surroundings.time.sleep(for: pause)
        }
    }

    private func ask(_ parcel: Parcel) async throws -> Outcome {
        do {
            let order = try await oms(PlaceOrder(document: parcel.document, traceparent: parcel.trace))
            return .acknowledged(messageID: order.eventId)
        } catch ClientError.refused(let error) {
            return .refused("\(error)", isFinal: true)
        } catch ClientError.unknown(let reason) {
            return .unknown(reason)
        }
    }
}

/// How long a customer of a coupled shop puts up with an OMS that does not say yes.
package struct CheckoutPatience: Hashable, Sendable {
    /// In all, 1 or more. Every try is made under the same order number.
    package var tries: Int
    /// Between tries: up to 1 s before the second one and up to 2 s before the third.
    package var backoff = Backoff(base: .seconds(1), cap: .seconds(4))

    package init(tries: Int) {
        self.tries = tries
    }
}
