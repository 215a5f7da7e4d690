import JSON

/// One rule that a document breaks.
package struct Reason: Hashable, Sendable {
    package var code: Code
    /// Where in the document, as a JSON Pointer; empty for the document itself.
    ///
    /// Source: RFC 6901.
    package var path: String
    /// What is wrong and what would be right, in words that quote nothing personal.
    package var message: String

    package init(_ code: Code, at path: String, _ message: String) {
        self.code = code
        self.path = path
        self.message = message
    }

    /// What programs tell rules apart by.
    package enum Code: String, CaseIterable, Sendable {
        // Reading.
        case unreadableJSON = "unreadable_json"
        case tooLong = "too_long"

        // Schema.
        case unsupportedSchema = "unsupported_schema"
        case missingField = "missing_field"
        case wrongType = "wrong_type"
        case invalidFormat = "invalid_format"
        case invalidValue = "invalid_value"
        case outOfRange = "out_of_range"
        case noLines = "no_lines"
        case tooManyLines = "too_many_lines"

        // References.
        case unknownCurrency = "unknown_currency"
        case unknownCountry = "unknown_country"
        case placedInFuture = "placed_in_future"
        case cancelledInFuture = "cancelled_in_future"

        // Arithmetic.
        case lineNumbersNotSequential = "line_numbers_not_sequential"
        case lineDiscountExceedsLine = "line_discount_exceeds_line"
        case lineTotalMismatch = "line_total_mismatch"
        case taxMismatch = "tax_mismatch"
        case itemsTotalMismatch = "items_total_mismatch"
        case discountTotalMismatch = "discount_total_mismatch"
        case discountExceedsItems = "discount_exceeds_items"
        case shippingTotalMismatch = "shipping_total_mismatch"
        case taxTotalMismatch = "tax_total_mismatch"
        case totalMismatch = "total_mismatch"
        case paymentMismatch = "payment_mismatch"
        case paymentMissing = "payment_missing"

        // Identity.
        case conflict

        // A cancellation, held against the order that it is about.
        case unknownOrder = "unknown_order"
        case unknownLine = "unknown_line"
        case partialCancellation = "partial_cancellation"
        case notCancellable = "not_cancellable"
    }

    /// As it stands in the `rejections` table.
    package var json: JSONValue {
        ["code": .string(code.rawValue), "path": .string(path), "message": .string(message)]
    }
}

extension Reason: CustomStringConvertible {
    package var description: String {
        path.isEmpty ? "\(code.rawValue): \(message)" : "\(code.rawValue) at \(path): \(message)"
    }
}
