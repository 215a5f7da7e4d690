import Inspection

/// How late, how often and how few is too late, too often and too few.
package struct ScenarioLimits: Hashable, Sendable {
    /// From the end of a fault until every backlog is empty.
    package var recovery = Duration.seconds(30)
    /// From acceptance to delivery, outside of outages.
    package var ageP95 = Duration.seconds(1)
    /// Nil takes as many as come, for each is known by its event id.
    package var repeatsPerPartner: Int?
    /// Acknowledged of all that the shop tried while something behind the queue was broken, 0 to 1.
    package var shopShare = 1.0
    package var shopAnswerP99 = Duration.milliseconds(250)
    /// How many times slower healthy partners may become while another is away.
    package var isolationFactor = 2.0
    /// Whether what a partner refused for good may be given up; then `notified` asks for no more.
    package var parkedIsFine = false
    /// Acknowledged orders inside of the faults' spans, below which a run proves nothing.
    package var fewestOrders = 20
}

extension ScenarioLimits {
    /// The same as the audit has them.
    package var audit: AuditSettings.Limits {
        var limits = AuditSettings.Limits()
        limits.acknowledgedShare = shopShare
        limits.shopAnswerP99 = shopAnswerP99
        limits.freshnessP95 = ageP95
        limits.isolationFactor = isolationFactor
        return limits
    }

    init(_ section: Section, _ complaints: inout Complaints) {
        section.allow(
            [
                "recovery", "p95_age", "repeats_per_partner", "shop_share", "shop_p99", "isolation_factor",
                "parked_is_fine", "fewest_orders",
            ], &complaints)
        let upToAnHour: ClosedRange<Duration> = .milliseconds(1)...(.seconds(3_600))
        if let span = section.span("recovery", in: upToAnHour, &complaints) { recovery = span }
        if let span = section.span("p95_age", in: upToAnHour, &complaints) { ageP95 = span }
        if let span = section.span("shop_p99", in: upToAnHour, &complaints) { shopAnswerP99 = span }
        if let share = section.number("shop_share", in: 0...1, &complaints) { shopShare = share }
        if let factor = section.number("isolation_factor", in: 1...1_000, &complaints) {
            isolationFactor = factor
        }
        if let isFine = section.truth("parked_is_fine", &complaints) { parkedIsFine = isFine }
        if let count = section.integer("fewest_orders", in: 0...1_000_000, &complaints) {
            fewestOrders = count
        }
        repeatsPerPartner = section.integer("repeats_per_partner", in: 0...1_000_000, &complaints)
    }
}
