import Clockwork
import Disk
import JSON
import Orders
import Wire

/// Takes events on: finds out whether they can be delivered at all, and has them staged.
struct IntakeDesk: Sendable {
    let ledger: CourierLedger
    let surroundings: Surroundings
    /// Called once new events are durable.
    let staged: @Sendable () -> Void

    /// What the courier answers on the wire.
    var services: ServiceDesk<CourierIntake> {
        var desk = ServiceDesk<CourierIntake>()
        desk.on(AcceptEvents.self) { request, _ in try await accept(request) }
        desk.on(ReplayEvents.self) { request, _ in try await replay(request) }
        return desk
    }

    private func accept(_ request: AcceptEvents) async throws -> AcceptEvents.Output {
        let events = try Self.read(request.events)
        let new = try await written { try await ledger.stage(events) }
        if new > 0 { staged() }
        try await surroundings.pass(.courierStaged)
        return AcceptEvents.Output(newEvents: new)
    }

    private func replay(_ request: ReplayEvents) async throws -> ReplayEvents.Output {
        let events = try Self.read(request.events)
        guard let output = try await written({ try await ledger.replay(events, to: request.partner) }) else {
            throw WireError(
                "ResourceNotFoundException", "Nothing is delivered to a partner named \(request.partner).")
        }
        staged()
        return output
    }

    private func written<Outcome>(_ write: () async throws -> Outcome) async throws -> Outcome {
        do {
            return try await write()
        } catch let failure as CommitFailure {
            throw WireError("ServiceUnavailable", failure.description, status: 503)
        }
    }

    private static func read(_ events: [AcceptedEvent]) throws(WireError) -> [StagedEvent] {
        guard (1...500).contains(events.count) else {
            throw refusal("A call carries 1 to 500 events; this one has \(events.count).")
        }
        var sound: [StagedEvent] = []
        for event in events { sound.append(try read(event)) }
        return sound
    }

    private static func read(_ event: AcceptedEvent) throws(WireError) -> StagedEvent {
        guard let id = EventID(rawValue: event.eventId) else {
            throw refusal("An event's id is 1 to 128 letters, digits, underscores and hyphens.")
        }
        guard let order = OrderNumber(rawValue: event.orderNumber) else {
            throw refusal("Event \(id) does not name its order in 1 to 40 letters, digits and hyphens.")
        }
        guard TypeName.isValid(event.eventType) else {
            throw refusal("Event \(id) has no type such as order.accepted.")
        }
        guard event.payload.bytes.count <= mostPayloadBytes else {
            throw refusal("Event \(id) is larger than 1 MiB.")
        }
        guard let payload = String(validating: event.payload.bytes, as: UTF8.self),
            (try? JSONValue(parsing: event.payload.bytes)) != nil
        else { throw refusal("The payload of event \(id) is not JSON in UTF-8.") }
        return StagedEvent(
            id: id.rawValue, orderNumber: order.rawValue, type: event.eventType,
            orderVersion: event.orderVersion,
            payload: payload,
            // A trace that cannot be read is left out. Source: W3C Trace Context, "Processing Model".
            traceparent: event.traceparent.flatMap { TraceParent($0) }?.description)
    }

    private static func refusal(_ message: String) -> WireError {
        WireError("ValidationException", message)
    }

    /// A stream's record is not larger.
    private static let mostPayloadBytes = 1 << 20
}

/// The name of a kind of event: words of letters, digits and underscores with dots between.
///
/// Source: Standard Webhooks 1.0.0, "Event types".
private enum TypeName {
    static func isValid(_ text: String) -> Bool {
        let words = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 128 && words.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(belongsInWord) }
    }

    private static func belongsInWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
