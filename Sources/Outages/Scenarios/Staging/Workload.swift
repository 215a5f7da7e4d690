/// What the shop sells during a scenario, and when.
package struct Workload: Hashable, Sendable {
    /// Source and pace. Its seed is the scenario's.
    package var plan: ShopPlan
    /// How long after the warm-up the shop opens.
    package var startAt: Duration
    /// How long it is open; nil is until it has sold everything.
    package var stopAfter: Duration?
}

extension Workload {
    private enum Source: String, CaseIterable {
        case houseDay = "house-day"
        case onlineRetail = "online-retail"
        case synthetic
    }

    init(_ section: Section, seed: UInt64, _ complaints: inout Complaints) {
        section.allow(
            ["source", "files", "orders", "speed", "rate", "burst", "start_at", "stop_after"], &complaints)
        let source: Source? = section.choice("source", &complaints)
        plan = ShopPlan()
        plan.seed = seed
        startAt = section.span("start_at", in: .zero...(.seconds(3_600)), &complaints) ?? .zero
        stopAfter = section.span("stop_after", in: .milliseconds(1)...(.seconds(86_400)), &complaints)
        plan.source = Self.source(source ?? .synthetic, section, &complaints)
        plan.pace = Self.pace(source ?? .synthetic, section, &complaints)
        if plan.source == .synthetic(orders: nil), stopAfter == nil {
            complaints.object(at: section.place, "This workload never ends. Add orders, or stop_after.")
        }
    }

    private static func source(_ source: Source, _ section: Section, _ complaints: inout Complaints)
        -> ShopPlan.Source
    {
        let orders = section.integer("orders", in: 1...10_000_000, &complaints)
        let files = section.words("files", &complaints).map(\.word)
        if orders != nil, source != .synthetic, let value = section["orders"] {
            complaints.object(
                at: value.place, "\(source.rawValue) has as many orders as it has. Use stop_after.")
        }
        if source != .onlineRetail, let value = section["files"] {
            complaints.object(
                at: value.place, "Files belong to online-retail. Leave them out, or change the source.")
        }
        switch source {
        case .houseDay: return .houseDay
        case .synthetic: return .synthetic(orders: orders)
        case .onlineRetail:
            if files.isEmpty {
                complaints.object(
                    at: section.place, "online-retail needs files. Name the days to be replayed.")
            }
            return .onlineRetail(files)
        }
    }

    private static func pace(_ source: Source, _ section: Section, _ complaints: inout Complaints)
        -> ShopPlan.Pace
    {
        let speed = section.number("speed", in: 0.001...1_000_000, &complaints)
        let rate = section.number("rate", in: 0.001...100_000, &complaints)
        let isBurst = section.truth("burst", &complaints) ?? false
        if [speed != nil, rate != nil, isBurst].count(where: { $0 }) > 1 {
            complaints.object(at: section.place, "speed, rate and burst exclude each other. Choose one.")
        }
        if speed != nil, source == .synthetic, let value = section["speed"] {
            complaints.object(at: value.place, "Synthetic orders have no day of their own. Use rate.")
        }
        if isBurst { return .burst }
        if let rate { return .rate(perSecond: rate) }
        return source == .synthetic ? .rate(perSecond: 2) : .replay(speed: speed ?? 549)
    }
}
