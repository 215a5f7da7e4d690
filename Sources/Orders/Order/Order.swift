import Clockwork

/// What a customer ordered from the shop, as the document `order.placed/1` tells it.
///
/// Amounts whose names end in `Minor` are minor units of ``currency``. An `Order` that came out of a
/// ``Judgement`` keeps every rule; one that is put together by hand keeps them when it is judged.
package struct Order: Hashable, Sendable, Identifiable {
    package var number: OrderNumber
    package var idempotencyKey: IdempotencyKey
    package var channel: Channel
    package var placedAt: Timestamp
    package var currency: Currency
    /// True when prices hold their tax already; false when tax comes on top.
    package var pricesIncludeTax: Bool
    package var customer: Customer
    package var billingAddress: Address
    package var shippingAddress: Address
    package var lines: [Line]
    package var discounts: [Discount]
    package var shipping: Shipping
    package var totals: Totals
    package var payment: Payment
    package var note: String?

    package init(
        number: OrderNumber, idempotencyKey: IdempotencyKey, channel: Channel, placedAt: Timestamp,
        currency: Currency, pricesIncludeTax: Bool, customer: Customer, billingAddress: Address,
        shippingAddress: Address, lines: [Line], discounts: [Discount] = [], shipping: Shipping,
        totals: Totals, payment: Payment, note: String? = nil
    ) {
        self.number = number
        self.idempotencyKey = idempotencyKey
        self.channel = channel
        self.placedAt = placedAt
        self.currency = currency
        self.pricesIncludeTax = pricesIncludeTax
        self.customer = customer
        self.billingAddress = billingAddress
        self.shippingAddress = shippingAddress
        self.lines = lines
        self.discounts = discounts
        self.shipping = shipping
        self.totals = totals
        self.payment = payment
        self.note = note
    }

    package var id: OrderNumber { number }

    package var total: Money { Money(minor: totals.totalMinor, currency) }

    /// How many pieces the lines ask for together.
    package var unitCount: Int { lines.reduce(0) { $0 + $1.quantity } }
}

extension Order {
    /// Where the order was placed.
    package enum Channel: String, CaseIterable, Sendable {
        case web, app, marketplace, phone, pos
    }

    /// Who ordered.
    package struct Customer: Hashable, Sendable {
        /// Nil for a guest.
        package var id: CustomerID?
        package var name: String
        package var email: String?
        package var phone: String?

        package init(id: CustomerID?, name: String, email: String?, phone: String? = nil) {
            self.id = id
            self.name = name
            self.email = email
            self.phone = phone
        }
    }

    /// Where the bill or the goods go.
    package struct Address: Hashable, Sendable {
        package var name: String
        package var company: String?
        package var line1: String
        package var line2: String?
        package var city: String
        package var region: String?
        package var postalCode: String?
        /// Two capital letters; an accepted order's are those of a ``Country``.
        package var country: String
        package var phone: String?

        package init(
            name: String, company: String? = nil, line1: String, line2: String? = nil, city: String,
            region: String? = nil, postalCode: String? = nil, country: String, phone: String? = nil
        ) {
            self.name = name
            self.company = company
            self.line1 = line1
            self.line2 = line2
            self.city = city
            self.region = region
            self.postalCode = postalCode
            self.country = country
            self.phone = phone
        }
    }
}
