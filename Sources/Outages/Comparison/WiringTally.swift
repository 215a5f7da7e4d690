import Clockwork
import GRDB
import Inspection

/// What a day came to on one of the streets, counted from the ledgers that it left behind.
///
/// The queries are the same for each wiring, and ask only what every wiring writes down: what the shop was told, what
/// stands in the order books, and what each partner has received.
package struct WiringTally: Hashable, Sendable {
    package let contender: Contender
    /// Customers' orders; what the shop sends on purpose to see what happens is none of them.
    package var orders = 0
    /// Orders whose customer was told something that stands: it is taken, or it breaks a rule.
    package var placed = 0
    /// Of those, the ones that were refused at the checkout because they break a rule. A queue takes them, and the shop
    /// hears of it later: this is what coupling is good for.
    package var refusedByRule = 0
    /// Orders that an outage cost.
    package var turnedAway = 0
    /// What they were worth, by currency.
    package var turnedAwayValues: [Value] = []
    /// From the first try to the last answer, of orders that were at the checkout while the carrier was down; nil when there
    /// was none.
    package var slowestCheckoutMilliseconds: Int64?
    /// Orders in the books whose customer was turned away.
    package var keptThoughTurnedAway = 0
    /// Payments for which more than one order is in the books.
    package var storedTwice = 0
    /// Orders in the books times partners.
    package var notificationsDue = 0
    /// Of those, the ones that the partner has not received.
    package var notificationsMissed = 0

    package init(of contender: Contender) {
        self.contender = contender
    }

    /// An amount of money, such as EUR 12.50.
    package struct Value: Hashable, Sendable {
        package var currency: String
        package var minor: Int64
        /// How many of its digits stand behind the point, 0 to 4.
        package var minorDigits: Int

        package init(currency: String, minor: Int64, minorDigits: Int) {
            self.currency = currency
            self.minor = minor
            self.minorDigits = minorDigits
        }
    }
}

extension WiringTally {
    /// Counts.
    ///
    /// - Parameter directory: Where a street has been played and stopped.
    /// - Throws: `LedgerError` when the shop's ledger or the order books are not there.
    package init(of contender: Contender, in directory: String) throws {
        self.init(of: contender)
        let ledgers = try Ledgers(in: directory)
        try ledgers.require(.shop)
        try ledgers.require(.oms)
        let carrierOutage = FaultTimeline(in: directory).faults.first { $0.name == DemoDirector.carrierDown }
        try ledgers.look { db in
            try countCheckouts(in: db)
            try countBooks(in: db)
            slowestCheckoutMilliseconds = try carrierOutage.flatMap { outage in
                try Self.slowestCheckout(during: outage, in: db)
            }
        }
        for partner in ledgers.partners {
            let ledger = Ledger.partner(partner)
            try ledgers.require(ledger)
            try ledgers.whileAttached(ledger) {
                try ledgers.look { try countNotifications(at: ledger, in: $0) }
            }
        }
    }

    /// An order that is neither acknowledged nor refused by a rule lies in `turned_away`, or was still `outgoing` when the
    /// shop closed. Nobody counts twice, so ``orders`` must be ``placed`` and ``turnedAway`` together.
    private mutating func countCheckouts(in db: Database) throws {
        let row = try Row.fetchOne(
            db,
            sql: """
                WITH told AS (
                  SELECT order_number, acknowledged,
                         refused AND NOT acknowledged AND EXISTS
                           (SELECT 1 FROM oms.rejections r WHERE r.order_number = s.order_number) AS refused_by_rule
                  FROM shop.submitted_orders s)
                SELECT (SELECT count(*) FROM (SELECT order_number FROM shop.submitted_orders
                                              UNION SELECT order_number FROM shop.orders_not_handed_over)),
                       (SELECT count(*) FROM told WHERE acknowledged OR refused_by_rule),
                       (SELECT count(*) FROM told WHERE refused_by_rule),
                       (SELECT count(*) FROM (\(Self.lost)))
                """)
        guard let row else { return }
        (orders, placed, refusedByRule, turnedAway) = (row[0], row[1], row[2], row[3])
        turnedAwayValues = try Row.fetchAll(
            db,
            sql: """
                SELECT c.code, sum(json_extract(document, '$.totals.total_minor')), c.minor_digits
                FROM (\(Self.lost)) JOIN oms.currencies c ON c.code = json_extract(document, '$.currency')
                GROUP BY c.code ORDER BY c.code
                """
        ).map { Value(currency: $0[0], minor: $0[1], minorDigits: $0[2]) }
    }

    private static let lost = """
        SELECT order_number, document FROM shop.turned_away
        UNION ALL SELECT order_number, document FROM shop.outgoing WHERE deliberate IS NULL
        """

    /// The number is the books' primary key, so the same number cannot stand there twice; the same payment can, under
    /// another number.
    private mutating func countBooks(in db: Database) throws {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT (SELECT count(*) FROM oms.orders WHERE order_number IN (SELECT order_number FROM shop.turned_away)),
                       (SELECT count(*) FROM (SELECT 1 FROM oms.orders WHERE payment_status <> 'none'
                                              GROUP BY payment_provider, payment_reference HAVING count(*) > 1))
                """)
        guard let row else { return }
        (keptThoughTurnedAway, storedTwice) = (row[0], row[1])
    }

    /// Every order in the books was promised to every partner, whatever its customer was told.
    private mutating func countNotifications(at partner: Ledger, in db: Database) throws {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT count(*), coalesce(sum(NOT EXISTS
                         (SELECT 1 FROM \(partner.schema).inbox i
                           WHERE i.order_number = o.order_number AND i.event_type = 'order.accepted')), 0)
                FROM oms.orders o
                """)
        guard let row else { return }
        notificationsDue += row[0] as Int
        notificationsMissed += row[1] as Int
    }

    private static func slowestCheckout(
        during outage: FaultTimeline.Fault, in db: Database
    ) throws -> Int64? {
        try Int64.fetchOne(
            db,
            sql: """
                SELECT max(CAST(round((julianday(ended_at) - julianday(began_at)) * 86400000) AS INTEGER))
                FROM (SELECT min(sent_at) AS began_at, max(answered_at) AS ended_at FROM shop.submissions
                      WHERE deliberate IS NULL GROUP BY order_number)
                WHERE began_at <= coalesce(?2, ended_at) AND ended_at >= ?1
                """,
            arguments: [outage.effectiveAt.description, outage.endedAt?.description])
    }
}
