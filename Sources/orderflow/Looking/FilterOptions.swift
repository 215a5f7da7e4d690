import ArgumentParser
import Clockwork
import Inspection

/// Which orders.
struct FilterOptions: ParsableArguments {
    @Option(help: "new, accepted, on_hold, cancelled or completed.") var status: String?
    @Option(help: "Accepted from this time on: 10m (ago), 2010-12-01, or a time in UTC.") var since: String?
    @Option(help: "Accepted before this time; a day is meant to its end.") var until: String?
    @Option(help: "A customer's id, or part of the name or e-mail.") var customer: String?
    @Option(help: "Orders with this article.") var sku: String?
    @Option(help: ArgumentHelp("Shipped there, ISO 3166-1.", valueName: "cc")) var country: String?
    @Option(help: "Orders with a delivery to this partner.") var partner: String?
    @Option(help: "Orders with a delivery in this state: pending, retrying, delivered, parked or skipped.")
    var state: String?
    @Option(help: ArgumentHelp("At least this total, in minor units.", valueName: "minor")) var totalMin:
        Int64?
    @Option(
        help: ArgumentHelp(
            """
            Words and qualifiers: number: customer: sku: status: channel: total:>10000 placed:2010-12-01..2010-12-02 \
            accepted:10m partner: state: country: event:conflict. Plain words match number, name and e-mail.
            """, valueName: "qualifiers"))
    var query: String?

    func validate() throws {
        try require(status, "--status", among: OrderFilter.statuses)
        try require(state, "--state", among: OrderFilter.deliveryStates)
    }

    private func require(_ value: String?, _ option: String, among known: [String]) throws {
        guard let value, !known.contains(value) else { return }
        throw ValidationError("\(option) \(value) is none. There are: \(known.joined(separator: ", ")).")
    }

    /// - Throws: `OrderQuery.Fault`, `ValidationError`.
    func filter(now: Timestamp) throws -> OrderFilter {
        var filter =
            try query.map { query throws(OrderQuery.Fault) in try OrderQuery.filter(query, now: now) }
            ?? OrderFilter()
        if let status { filter.conditions.append(.status(status)) }
        if let customer { filter.conditions.append(.customer(customer)) }
        if let sku { filter.conditions.append(.sku(sku)) }
        if let country { filter.conditions.append(.country(country)) }
        if let totalMin { filter.conditions.append(.total(totalMin...Int64.max)) }
        if partner != nil || state != nil {
            filter.conditions.append(.delivery(partner: partner, state: state))
        }
        if since != nil || until != nil {
            let from = try moment(since, "--since", now), to = try moment(until, "--until", now)
            filter.conditions.append(.accepted(from: from?.start, until: to?.end))
        }
        return filter
    }

    private func moment(_ text: String?, _ option: String, _ now: Timestamp) throws -> Moment? {
        guard let text else { return nil }
        guard let moment = Moment(text, now: now) else {
            throw ValidationError(
                "\(option) \(text) is no time. Write 10m, 2010-12-01 or 2010-12-01T08:26:00Z.")
        }
        return moment
    }
}
