import GRDB

/// When each event came into being, as far as its neighbours bear it out.
///
/// The OMS tells by its own clock, which may be wrong by hours. An order was sent before it was accepted, and an event
/// is in the stream, and at the courier, after that: so the shop's clock and theirs hold the moment between them.
enum Acceptances {
    /// Fills `audit_acceptances` (event_id, order_number, version, accepted_at) from testimonies and verdicts.
    static func reckon(in db: Database) throws {
        try db.execute(
            sql: """
                DROP TABLE IF EXISTS temp.audit_acceptances;
                CREATE TEMP TABLE audit_acceptances AS
                SELECT event_id, order_number, version,
                       min(max(created_at, coalesce(sent_at, created_at)), coalesce(heard_at, created_at)) AS accepted_at
                FROM (SELECT b.event_id, b.order_number, b.version, min(b.created_at) AS created_at,
                             min(v.first_sent_at) AS sent_at, min(coalesce(r.arrived_at, c.received_at)) AS heard_at
                      FROM audit_outbox b
                      LEFT JOIN audit_verdicts v USING (order_number)
                      LEFT JOIN audit_records r USING (event_id)
                      LEFT JOIN audit_courier_messages c USING (event_id)
                      WHERE NOT b.is_late GROUP BY b.event_id);
                CREATE INDEX temp.audit_acceptances_by_event_id ON audit_acceptances (event_id);
                CREATE INDEX temp.audit_acceptances_by_order_number ON audit_acceptances (order_number);
                """)
    }
}
