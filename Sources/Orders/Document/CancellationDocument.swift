import Clockwork
import JSON

extension Cancellation {
    /// What this version of the document calls itself.
    package static let schemaName = "order.cancelled/1"

    /// The document `order.cancelled/1`.
    package static let shape = Shape.object([
        .required("schema", .oneOf([schemaName])),
        .required("idempotency_key", .text(.idempotencyKey)),
        .required("order_number", .text(.orderNumber)),
        .required("cancelled_at", .text(.moment)),
        .required("reason", .text(1...200)),
        .optional(
            "lines",
            .list(of: line, count: 1...Order.maximumLines, tooFew: .noLines, tooMany: .tooManyLines)),
    ])

    private static let line = Shape.object([
        .required("line", .integer(1...Int64(Order.maximumLines))),
        .required("quantity", .integer(1...1_000_000)),
    ])

    /// Reads a document whose shape has been found sound; nil when it is not.
    init?(judged document: JSONValue) {
        let cancellation = Members(document)
        guard let orderNumber = cancellation.text("order_number").flatMap(OrderNumber.init(rawValue:)),
            let key = cancellation.text("idempotency_key").flatMap(IdempotencyKey.init(rawValue:)),
            let cancelledAt = cancellation.text("cancelled_at").flatMap({ Timestamp($0) }),
            let reason = cancellation.text("reason")
        else { return nil }
        let lines = cancellation.list("lines", Line.init)
        guard lines != nil || document["lines"] == nil else { return nil }
        self.init(
            of: orderNumber, idempotencyKey: key, cancelledAt: cancelledAt, reason: reason, lines: lines)
    }

    /// The cancellation as the document `order.cancelled/1`.
    package var json: JSONValue {
        var cancellation = JSONObject()
        cancellation["schema"] = .string(Self.schemaName)
        cancellation["idempotency_key"] = .string(idempotencyKey.rawValue)
        cancellation["order_number"] = .string(orderNumber.rawValue)
        cancellation["cancelled_at"] = .string(cancelledAt.documentText)
        cancellation["reason"] = .string(reason)
        if let lines { cancellation["lines"] = .array(lines.map(\.json)) }
        return .object(cancellation)
    }

    /// What the shop sends: the shortest text of ``json``.
    package var document: OrderDocument { OrderDocument(bytes: json.bytes) }
}

extension Cancellation.Line {
    fileprivate init?(_ line: Members) {
        guard let number = line.number("line"), let quantity = line.number("quantity") else { return nil }
        self.init(number: Int(number), quantity: Int(quantity))
    }

    fileprivate var json: JSONValue {
        ["line": JSONValue(number), "quantity": JSONValue(quantity)]
    }
}
