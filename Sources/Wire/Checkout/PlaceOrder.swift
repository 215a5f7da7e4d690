/// How a shop that is coupled to its OMS places an order. Ours, in the manner of Amazon's JSON services.
public enum Checkout: WireService {
    public static let name = "checkout"
    public static let targetPrefix = "Checkout_20261101"
    public static let contentType = "application/x-amz-json-1.1"

    public static func response(to error: WireError) -> WireResponse { Kinesis.response(to: error) }
    public static func error(for mismatch: TypeMismatch) -> WireError { Kinesis.error(for: mismatch) }
    public static func error(forMissing members: [String], in operation: String) -> WireError {
        Kinesis.error(forMissing: members, in: operation)
    }
}

/// Places one order; when this is answered, it is in the books and every partner has heard of it.
///
/// An order whose number and content are known already is answered alike, once the partners have been called again.
/// Other answers are errors: `UnreadableDocument` (400), `ConflictingOrder` (409), `RejectedOrder` (422),
/// `PartnerFailure` (502), and `ServiceUnavailable` (503) while the books cannot be written.
public struct PlaceOrder: Operation {
    public typealias Service = Checkout

    /// The order document, as it would be a message's body.
    public var document: String
    /// W3C Trace Context.
    public var traceparent: String?

    public init(document: String, traceparent: String? = nil) {
        self.document = document
        self.traceparent = traceparent
    }

    public var resource: ResourceName? { .checkout }

    public struct Output: Codable, Sendable {
        public var orderNumber: String
        /// What the partners know the order's acceptance by.
        public var eventId: String

        public init(orderNumber: String, eventId: String) {
            self.orderNumber = orderNumber
            self.eventId = eventId
        }
    }
}
