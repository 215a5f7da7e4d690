import Clockwork
import JSON

/// What the shop put into a message: bytes that claim to be an order, or the cancellation of one.
package struct OrderDocument: Hashable, Sendable {
    /// The largest document we read: as much as one message of Amazon SQS holds.
    package static let maximumBytes = 1_048_576

    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }
    package init(_ text: String) { bytes = Array(text.utf8) }

    /// The bytes as text; what is not UTF-8 shows as U+FFFD.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The hash of what the document says, or of its bytes where it is not JSON.
    package var contentHash: ContentHash {
        if let json = try? JSONValue(parsing: bytes) {
            ContentHash(of: json)
        } else {
            ContentHash(ofBytes: bytes)
        }
    }

    /// Reads the document and holds it against every rule that needs no memory of other orders.
    ///
    /// The stages come in this order, and the first that finds fault tells everything it found: size, UTF-8,
    /// JSON, the name of the schema, the shape, references, arithmetic.
    ///
    /// - Parameter now: Our clock, for orders from the future.
    package func judged(now: Timestamp) -> Judgement {
        do throws(Unreadable) {
            return try ReadableDocument(bytes).judged(now: now)
        } catch {
            return .unreadable(error.reason)
        }
    }
}

/// Nobody can say which order this is.
private struct Unreadable: Error {
    let reason: Reason

    init(_ message: String, code: Reason.Code = .unreadableJSON, at path: String = "") {
        reason = Reason(code, at: path, message)
    }
}

/// A JSON object that names an order.
private struct ReadableDocument {
    let text: String
    let json: JSONValue

    init(_ bytes: [UInt8]) throws(Unreadable) {
        guard bytes.count <= OrderDocument.maximumBytes else {
            throw Unreadable(
                "Send at most \(OrderDocument.maximumBytes) bytes; these are \(bytes.count).", code: .tooLong)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Unreadable("The text is not UTF-8.")
        }
        self.text = text
        do throws(JSONError) { json = try JSONValue(parsing: bytes) } catch {
            throw Unreadable(error.description)
        }
        guard json.object != nil else { throw Unreadable("The text is JSON, but not an object.") }
        guard json["order_number"]?.string != nil else {
            throw Unreadable("The document names no order.", at: "/order_number")
        }
    }

    func judged(now: Timestamp) throws(Unreadable) -> Judgement {
        switch json["schema"] {
        case .string(Order.schemaName): try judgedAsOrder(now: now)
        case .string(Cancellation.schemaName): try judgedAsCancellation(now: now)
        case .string: .rejected(rejection(for: [Self.otherSchema(.unsupportedSchema)]))
        case nil: .rejected(rejection(for: [Self.otherSchema(.missingField)]))
        default: .rejected(rejection(for: [Self.otherSchema(.wrongType)]))
        }
    }

    private static func otherSchema(_ code: Reason.Code) -> Reason {
        Reason(
            code, at: "/schema", "This version reads \(Order.schemaName) and \(Cancellation.schemaName).")
    }

    private func judgedAsOrder(now: Timestamp) throws(Unreadable) -> Judgement {
        let beforeReading = firstFaults(
            of: { ShapeJudge.reasons(against: $0, as: Order.shape) },
            { ReferenceRules.reasons(against: $0, now: now) })
        if !beforeReading.isEmpty { return .rejected(rejection(for: beforeReading)) }

        // Shape and references vouch for this; if they ever do not, the message must not be thrown away.
        guard let order = Order(judged: json) else { throw Self.unread }
        let faults = ArithmeticRules.reasons(against: order)
        guard faults.isEmpty else { return .rejected(rejection(for: faults)) }
        return .sound(SoundOrder(order: order, document: text, contentHash: ContentHash(of: json)))
    }

    private func judgedAsCancellation(now: Timestamp) throws(Unreadable) -> Judgement {
        let beforeReading = ShapeJudge.reasons(against: json, as: Cancellation.shape)
        if !beforeReading.isEmpty { return .rejected(rejection(for: beforeReading)) }

        guard let cancellation = Cancellation(judged: json) else { throw Self.unread }
        let faults = CancellationRules.reasons(against: cancellation, now: now)
        guard faults.isEmpty else { return .rejected(rejection(for: faults)) }
        return .cancellation(
            SoundCancellation(
                cancellation: cancellation, document: text, contentHash: ContentHash(of: json)))
    }

    private static var unread: Unreadable { Unreadable("The document could not be read.") }

    /// What the first stage that finds fault has found.
    private func firstFaults(of stages: (JSONValue) -> [Reason]...) -> [Reason] {
        stages.lazy.map { $0(json) }.first { !$0.isEmpty } ?? []
    }

    private func rejection(for reasons: [Reason]) -> Rejection {
        Rejection(
            orderNumber: json["order_number"]?.string.flatMap(OrderNumber.init(rawValue:)),
            idempotencyKey: json["idempotency_key"]?.string.flatMap(IdempotencyKey.init(rawValue:)),
            contentHash: ContentHash(of: json), document: text, reasons: reasons)
    }
}
