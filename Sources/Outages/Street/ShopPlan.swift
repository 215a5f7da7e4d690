import JSON

/// What the shop sells today, and how fast.
package struct ShopPlan: Hashable, Sendable {
    package enum Source: Hashable, Sendable {
        /// Our own day of 127 orders, with the shape of a real one.
        case houseDay
        /// Files of UCI Online Retail, in order.
        case onlineRetail([String])
        /// So many orders of the seeded generator; nil never ends.
        case synthetic(orders: Int?)
    }

    package enum Pace: Hashable, Sendable {
        /// So many times faster than the day itself.
        case replay(speed: Double)
        case rate(perSecond: Double)
        case burst
    }

    package var source = Source.synthetic(orders: nil)
    package var pace = Pace.rate(perSecond: 2)
    package var seed: UInt64 = 7
    /// How often a shop that is coupled to its OMS asks it while a customer waits, 1 to 10.
    package var tries = 3
    /// Set when the shop plays the demo's tricks (a repeat, a conflict, a message that is no order): how long a second of
    /// the story lasts.
    package var prankScale: Double?

    package init() {}
}

extension ShopPlan {
    /// The plan as a settings file has it.
    var file: JSONValue {
        var section = JSONObject()
        switch source {
        case .houseDay: section["source"] = "house-day"
        case .onlineRetail(let files):
            section["source"] = "online-retail"
            section["files"] = .array(files.map(JSONValue.string))
        case .synthetic(let orders):
            section["source"] = "synthetic"
            section["orders"] = orders.map { JSONValue($0) }
        }
        switch pace {
        case .replay(let speed): section["speed"] = .number(String(speed))
        case .rate(let perSecond): section["rate"] = .number(String(perSecond))
        case .burst: section["burst"] = true
        }
        section["tries"] = JSONValue(tries)
        section["seed"] = JSONValue(Int64(bitPattern: seed))
        if let prankScale { section["prankScale"] = .number(String(prankScale)) }
        return .object(section)
    }
}
