import Clockwork
import JSON
import Orders

/// One thing wrong with an otherwise sound document, and how it must be found.
package enum Flaw: String, CaseIterable, Sendable {
    case unknownChannel, missingEmail, priceAsText, priceAsFloat, quantityZero, noLines
    case unknownCurrency, unknownCountry, fromTheFuture
    case totalOff, itemsOff, lineNumberTwice, paymentOff

    /// The code of its rejection. Other codes may stand beside it.
    package var code: Reason.Code {
        switch self {
        case .unknownChannel: .invalidValue
        case .missingEmail: .missingField
        case .priceAsText, .priceAsFloat: .wrongType
        case .quantityZero: .outOfRange
        case .noLines: .noLines
        case .unknownCurrency: .unknownCurrency
        case .unknownCountry: .unknownCountry
        case .fromTheFuture: .placedInFuture
        case .totalOff: .totalMismatch
        case .itemsOff: .itemsTotalMismatch
        case .lineNumberTwice: .lineNumbersNotSequential
        case .paymentOff: .paymentMismatch
        }
    }

    /// The order's document with this flaw; its number and key stay readable.
    func spoil(_ order: Order, now: Timestamp) -> OrderDocument {
        var order = order
        switch self {
        case .unknownCountry: order.shippingAddress.country = "ZZ"
        case .fromTheFuture: order.placedAt = now + .seconds(2 * 86_400)
        case .totalOff: order.totals.totalMinor += 1
        case .itemsOff: order.totals.itemsMinor += 1
        case .lineNumberTwice: order.lines[order.lines.count - 1].number = order.lines.count == 1 ? 2 : 1
        case .noLines: order.lines = []
        case .quantityZero: order.lines[0].quantity = 0
        case .paymentOff:
            (order.payment.status, order.payment.amountMinor) = (.pending, order.totals.totalMinor + 1)
        case .unknownChannel, .missingEmail, .priceAsText, .priceAsFloat, .unknownCurrency: break
        }
        return OrderDocument(bytes: spoil(order.json).bytes)
    }

    /// For what an ``Order`` cannot say.
    private func spoil(_ document: JSONValue) -> JSONValue {
        switch self {
        case .unknownChannel: document.setting("channel", to: "fax")
        case .missingEmail: document.setting("customer", to: document["customer"]?.setting("email", to: nil))
        case .priceAsText:
            document.setting("totals", to: document["totals"]?.setting("total_minor", to: "1.00"))
        case .priceAsFloat:
            document.setting("totals", to: document["totals"]?.setting("total_minor", to: .number("1.00")))
        case .unknownCurrency: document.setting("currency", to: "XXX")
        default: document
        }
    }
}

extension JSONValue {
    fileprivate func setting(_ name: String, to value: JSONValue?) -> JSONValue {
        guard case .object(var members) = self else { return self }
        members[name] = value
        return .object(members)
    }
}
