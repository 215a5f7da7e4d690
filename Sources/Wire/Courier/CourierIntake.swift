import JSON

/// The courier's intake: how a function hands events over. Ours, in the manner of Amazon's JSON services.
public enum CourierIntake: WireService {
    public static let name = "courier"
    public static let targetPrefix = "Courier_20261101"
    public static let contentType = "application/x-amz-json-1.1"

    public static func response(to error: WireError) -> WireResponse { Kinesis.response(to: error) }
    public static func error(for mismatch: TypeMismatch) -> WireError { Kinesis.error(for: mismatch) }
    public static func error(forMissing members: [String], in operation: String) -> WireError {
        Kinesis.error(forMissing: members, in: operation)
    }
}

/// Hands events to the courier; when this is answered, every one of them is on the courier's disk.
///
/// An event whose id the courier knows already is answered alike and changes nothing.
public struct AcceptEvents: Operation {
    public typealias Service = CourierIntake

    /// 1 to 500, in the order in which they happened.
    public var events: [AcceptedEvent]

    public init(events: [AcceptedEvent]) {
        self.events = events
    }

    public var resource: ResourceName? { .courier }

    public struct Output: Codable, Sendable {
        /// How many of them the courier had not known.
        public var newEvents: Int

        public init(newEvents: Int) {
            self.newEvents = newEvents
        }
    }
}

/// One event as it is handed over: who it is about, and the exact bytes that partners will receive.
public struct AcceptedEvent: Codable, Hashable, Sendable {
    public var eventId: String
    public var orderNumber: String
    public var eventType: String
    public var orderVersion: Int
    public var payload: Blob
    public var traceparent: String?

    public init(
        eventId: String, orderNumber: String, eventType: String, orderVersion: Int, payload: Blob,
        traceparent: String? = nil
    ) {
        self.eventId = eventId
        self.orderNumber = orderNumber
        self.eventType = eventType
        self.orderVersion = orderVersion
        self.payload = payload
        self.traceparent = traceparent
    }
}
