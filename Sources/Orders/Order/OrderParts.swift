extension Order {
    /// Some pieces of one thing at one price. Several lines of an order may name the same SKU.
    package struct Line: Hashable, Sendable {
        /// 1 for the first line, and so on without a gap.
        package var number: Int
        package var sku: SKU
        /// The thing's name at the time of the order.
        package var name: String
        /// 1 to 1,000,000.
        package var quantity: Int
        package var unitPriceMinor: Int64
        package var discountMinor: Int64
        /// Hundredths of a percent: 2,000 for 20 %.
        package var taxRateBasisPoints: Int
        package var taxMinor: Int64
        /// Quantity times unit price, less the discount.
        package var totalMinor: Int64

        package init(
            number: Int, sku: SKU, name: String, quantity: Int, unitPriceMinor: Int64,
            discountMinor: Int64 = 0,
            taxRateBasisPoints: Int = 0, taxMinor: Int64 = 0, totalMinor: Int64
        ) {
            self.number = number
            self.sku = sku
            self.name = name
            self.quantity = quantity
            self.unitPriceMinor = unitPriceMinor
            self.discountMinor = discountMinor
            self.taxRateBasisPoints = taxRateBasisPoints
            self.taxMinor = taxMinor
            self.totalMinor = totalMinor
        }
    }

    /// Something off the whole order.
    package struct Discount: Hashable, Sendable {
        package var code: String?
        package var description: String
        package var amountMinor: Int64

        package init(code: String? = nil, description: String, amountMinor: Int64) {
            self.code = code
            self.description = description
            self.amountMinor = amountMinor
        }
    }

    /// How the goods travel, and what that costs.
    package struct Shipping: Hashable, Sendable {
        package var method: String
        package var priceMinor: Int64
        /// Hundredths of a percent; nil when the shop does not say.
        package var taxRateBasisPoints: Int?
        package var taxMinor: Int64

        package init(method: String, priceMinor: Int64, taxRateBasisPoints: Int? = nil, taxMinor: Int64 = 0) {
            self.method = method
            self.priceMinor = priceMinor
            self.taxRateBasisPoints = taxRateBasisPoints
            self.taxMinor = taxMinor
        }
    }

    /// What the order comes to.
    package struct Totals: Hashable, Sendable {
        package var itemsMinor: Int64
        package var discountMinor: Int64
        package var shippingMinor: Int64
        package var taxMinor: Int64
        package var totalMinor: Int64

        package init(
            itemsMinor: Int64, discountMinor: Int64, shippingMinor: Int64, taxMinor: Int64, totalMinor: Int64
        ) {
            self.itemsMinor = itemsMinor
            self.discountMinor = discountMinor
            self.shippingMinor = shippingMinor
            self.taxMinor = taxMinor
            self.totalMinor = totalMinor
        }
    }

    /// How the order is paid: a reference to a payment elsewhere, never card data.
    package struct Payment: Hashable, Sendable {
        package enum Status: String, CaseIterable, Sendable {
            case authorized, captured, pending
            /// Nothing is to be paid: only for an order that comes to 0.
            case nothingDue = "none"
        }

        package var provider: String
        package var reference: String
        package var status: Status
        package var amountMinor: Int64

        package init(provider: String, reference: String, status: Status, amountMinor: Int64) {
            self.provider = provider
            self.reference = reference
            self.status = status
            self.amountMinor = amountMinor
        }
    }
}
