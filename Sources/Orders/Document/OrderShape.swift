extension Order {
    /// What this version of the document calls itself.
    package static let schemaName = "order.placed/1"

    /// More lines than this are refused.
    package static let maximumLines = 2_000

    /// The largest amount: the largest whole number that every JSON reader keeps, 2^53 − 1.
    package static let maximumMinor: Int64 = 9_007_199_254_740_991

    /// The document `order.placed/1`, all of it but the sums.
    package static let shape = Shape.object([
        .required("schema", .oneOf([schemaName])),
        .required("idempotency_key", .text(.idempotencyKey)),
        .required("order_number", .text(.orderNumber)),
        .required("channel", .oneOf(Channel.allCases.map(\.rawValue))),
        .required("placed_at", .text(.moment)),
        .required("currency", .text(.currency)),
        .required("prices_include_tax", .truth),
        .required("customer", customer),
        .required("billing_address", address),
        .required("shipping_address", address),
        .required(
            "lines",
            .list(of: line, count: 1...maximumLines, tooFew: .noLines, tooMany: .tooManyLines)),
        .required("discounts", .list(of: discount, count: 0...50)),
        .required("shipping", shipping),
        .required("totals", totals),
        .required("payment", payment),
        .optional("note", .nullable(.text(0...2_000))),
    ])

    private static let money = Shape.named("money", .integer(0...maximumMinor))
    private static let basisPoints = Shape.named("bp", .integer(0...10_000))

    private static let customer = Shape.object([
        .required("id", .nullable(.text(0...64))),
        .required("name", .text(1...200)),
        .required("email", .nullable(.text(0...254, .email))),
        .optional("phone", .nullable(.text(0...40))),
    ])

    private static let address = Shape.named(
        "address",
        .object([
            .required("name", .text(1...200)),
            .optional("company", .nullable(.text(0...200))),
            .required("line1", .text(1...200)),
            .optional("line2", .nullable(.text(0...200))),
            .required("city", .text(1...100)),
            .optional("region", .nullable(.text(0...100))),
            .optional("postal_code", .nullable(.text(0...20))),
            .required("country", .text(.country)),
            .optional("phone", .nullable(.text(0...40))),
        ]))

    private static let line = Shape.named(
        "line",
        .object([
            .required("line", .integer(1...Int64(maximumLines))),
            .required("sku", .text(1...64)),
            .required("name", .text(1...200)),
            .required("quantity", .integer(1...1_000_000)),
            .required("unit_price_minor", money),
            .required("discount_minor", money),
            .required("tax_rate_bp", basisPoints),
            .required("tax_minor", money),
            .required("total_minor", money),
        ]))

    private static let discount = Shape.object([
        .optional("code", .nullable(.text(0...64))),
        .required("description", .text(1...200)),
        .required("amount_minor", money),
    ])

    private static let shipping = Shape.object([
        .required("method", .text(1...64)),
        .required("price_minor", money),
        .optional("tax_rate_bp", basisPoints),
        .required("tax_minor", money),
    ])

    private static let totals = Shape.object([
        .required("items_minor", money),
        .required("discount_minor", money),
        .required("shipping_minor", money),
        .required("tax_minor", money),
        .required("total_minor", money),
    ])

    private static let payment = Shape.object([
        .required("provider", .text(1...64)),
        .required("reference", .text(1...128)),
        .required("status", .oneOf(Payment.Status.allCases.map(\.rawValue))),
        .required("amount_minor", money),
    ])
}
