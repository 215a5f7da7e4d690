import Clockwork
import Disk
import Foundation
import GRDB
import JSON
import OMS
import Orders
import Shop
import Stream
import Testing

@testable import Broker
@testable import Courier
@testable import Function
@testable import Inspection
@testable import Partners

/// A data directory as a street leaves it behind: the houses' own schemas, with rows as a good day writes
/// them, and ways to plant whatever could be wrong.
final class Street {
    let directory: String
    let partners: [String]
    private var files: [Inspection.Ledger: DatabaseQueue] = [:]
    private let books: OrderStore
    private var counter: Int64 = 0

    /// When the first order is sent; each further one comes a second later.
    static let opening = Timestamp("2026-11-22T22:15:00Z")!
    static let evening = Timestamp("2026-11-22T23:00:00Z")!

    /// - Parameter orders: How many have gone the whole way: `W-1`, `W-2`, ….
    init(orders: Int = 2, partners: [String] = ["carrier", "crm", "warehouse"]) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "street-\(UUID())").path
        self.partners = partners
        try FileManager.default.copyItem(atPath: try Self.emptyHouses.get(), toPath: directory)
        let storage = Storage(directory: directory)
        books = try OrderStore(in: storage)
        for ledger in Inspection.Ledger.singles {
            files[ledger] = try Self.open("\(directory)/\(ledger.file)")
        }
        for partner in partners {
            try PartnerLedger(of: partner, in: storage, time: SystemTime()).close()
            files[.partner(partner)] = try Self.open("\(directory)/partner-\(partner).db")
            try edit(
                .notify,
                "INSERT INTO partners (partner, url, timeout_ms, max_attempts) VALUES (?, 'http://127.0.0.1', 1000, 5)",
                [partner])
        }
        try furnishBroker()
        for number in 0..<orders { try complete("W-\(number + 1)", at: Self.opening + .seconds(number)) }
    }

    /// A directory with the houses' files as they are made, from which every street is copied.
    private static let emptyHouses = Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: "houses-\(UUID())").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try OrderStore(in: Storage(directory: directory)).close()
        let schemas: [(Inspection.Ledger, (DatabaseQueue) throws -> Void)] = [
            (.shop, { try $0.write { try $0.execute(sql: ShopSchema.text) } }),
            (.broker, brokerSchema.migrate),
            (.function, FunctionSchema.migrator.migrate), (.notify, CourierSchema.migrator.migrate),
        ]
        for (ledger, make) in schemas {
            let file = try open("\(directory)/\(ledger.file)")
            try make(file)
            try file.close()
        }
        return directory
    }

    deinit {
        for file in files.values { try? file.close() }
        books.close()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Changes a ledger behind its owner's back.
    func edit(
        _ ledger: Inspection.Ledger, _ sql: String, _ arguments: StatementArguments = StatementArguments()
    ) throws {
        try files[ledger]?.write { try $0.execute(sql: sql, arguments: arguments) }
    }

    func ask<Value: DatabaseValueConvertible>(_ ledger: Inspection.Ledger, _ sql: String) throws -> Value? {
        try files[ledger]?.read { try Value.fetchOne($0, sql: sql) }
    }

    /// Gives a table up to any rows: no keys, no checks.
    func loosen(_ table: String, of ledger: Inspection.Ledger) throws {
        try edit(
            ledger,
            "CREATE TABLE loose AS SELECT * FROM \(table); DROP TABLE \(table); ALTER TABLE loose RENAME TO \(table)"
        )
    }

    /// Takes a ledger away.
    func remove(_ ledger: Inspection.Ledger) throws {
        try files.removeValue(forKey: ledger)?.close()
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: "\(directory)/\(ledger.file)\(suffix)")
        }
    }

    func ledgers() throws -> Ledgers { try Ledgers(in: directory) }

    /// - Parameter change: Settings other than the usual ones.
    func audit(_ change: (inout AuditSettings) -> Void = { _ in }) throws -> AuditReport {
        var settings = AuditSettings(now: Self.evening)
        change(&settings)
        return try Audit.report(on: try ledgers(), settings)
    }

    private static var brokerSchema: DatabaseMigrator {
        var schema = DatabaseMigrator()
        schema.registerMigration("secrets") { db in
            try db.execute(
                sql: "CREATE TABLE broker_secrets (name TEXT PRIMARY KEY, secret BLOB NOT NULL) STRICT")
            try db.execute(sql: "INSERT INTO broker_secrets VALUES ('seal', x'00')")
        }
        QueueStore.addMigrations(to: &schema)
        StreamStore.addMigrations(to: &schema)
        return schema
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(
                sql:
                    "PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA legacy_alter_table = ON; PRAGMA wal_autocheckpoint = 0"
            )
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }
}

// MARK: - What happens on a good day

extension Street {
    /// - Parameter note: Makes it another content under the same number.
    static func document(_ number: String, key: String? = nil, note: String? = nil) -> String {
        let document = JSONValue.example
            .setting("/order_number", to: .string(number)).setting(
                "/idempotency_key", to: .string(key ?? "web:\(number)"))
        return (note.map { document.setting("/note", to: .string($0)) } ?? document).text
    }

    /// The shop sends something and writes down what it was told.
    @discardableResult
    func send(
        _ number: String, _ document: String? = nil, at moment: Timestamp = Street.opening,
        outcome: String = "acknowledged",
        deliberate: String? = nil, key: String? = nil, attempt: Int = 1, message: String? = nil
    ) throws -> String {
        let document = document ?? Self.document(number)
        let id = message ?? "m-\(number)"
        try edit(
            .shop,
            """
            INSERT INTO submissions (order_number, idempotency_key, document_sha256, attempt, sent_at, answered_at, outcome,
                                     message_id, error, deliberate, trace_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                number, key ?? "web:\(number)", OrderDocument(document).contentHash.rawValue, attempt,
                moment.description,
                outcome == "unknown" ? nil : (moment + .milliseconds(4)).description, outcome,
                outcome == "acknowledged" ? id : nil, outcome == "acknowledged" ? nil : "no connection",
                deliberate,
                "trace-\(number)-\(deliberate ?? "")",
            ])
        return document
    }

    /// The OMS takes a message in.
    @discardableResult
    func take(
        _ number: String, _ document: String? = nil, at moment: Timestamp = Street.opening,
        message: String? = nil, receives: Int = 1
    ) throws -> Decision? {
        let judgement = OrderDocument(document ?? Self.document(number)).judged(now: moment)
        return try books.decide(
            about: [
                JudgedMessage(id: message ?? "m-\(number)", receiveCount: receives, judgement: judgement)
            ], as: "oms#2",
            now: moment
        ).first
    }

    /// The relay publishes an order's events.
    func publish(_ number: String, at moment: Timestamp = Street.opening) throws {
        let entries = try files[.oms]?.read {
            try Row.fetchAll(
                $0,
                sql: "SELECT event_id, payload FROM outbox WHERE order_number = ? AND published_at IS NULL",
                arguments: [number])
        }
        for entry in entries ?? [] {
            try put(entry[1], at: moment)
            try edit(
                .oms,
                """
                UPDATE outbox SET attempts = attempts + 1, published_at = ?, shard_id = 'shardId-000000000000', sequence_number = ?
                WHERE event_id = ?
                """, [moment.description, sequenceNumber(counter, at: moment), entry[0] as String])
        }
    }

    /// A record comes into the stream's first shard.
    func put(_ data: String, at moment: Timestamp = Street.opening) throws {
        counter += 1
        try edit(
            .broker,
            "INSERT INTO records (place, arrived_at, partition_key, data) VALUES (1 << 40 | ?, ?, 'key', CAST(? AS BLOB))",
            [counter, moment.microseconds, data])
    }

    private func sequenceNumber(_ counter: Int64, at moment: Timestamp) -> String {
        SequenceNumber(
            shardCreation: Self.shardCreation, counter: UInt64(counter), arrival: moment.seconds, shard: 0
        ).description
    }

    /// The function hands everything published on to the courier, and moves its checkpoint.
    func stage(_ number: String, at moment: Timestamp = Street.opening) throws {
        let events = try files[.oms]?.read {
            try Row.fetchAll(
                $0, sql: "SELECT event_id, payload FROM outbox WHERE order_number = ?", arguments: [number])
        }
        for event in events ?? [] {
            let told = try JSONValue(parsing: Array((event[1] as String).utf8))
            let version = told["data"]?["version"]?.integer
            let type = told["type"]?.string ?? "order.accepted"
            try edit(
                .notify,
                """
                INSERT INTO messages (event_id, order_number, event_type, order_version, payload, received_at)
                VALUES (?, ?, ?, ?, ?, ?)
                """, [event[0] as String, number, type, version, event[1] as String, moment.description])
            for partner in partners {
                try edit(
                    .notify,
                    """
                    INSERT INTO deliveries (event_id, partner, order_number, event_type, order_version, state, staged_at,
                                            next_attempt_at, message_seq)
                    VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6,
                            iif(EXISTS (SELECT 1 FROM deliveries WHERE partner = ?2 AND order_number = ?3
                                           AND state IN ('pending','retrying')), NULL, ?6),
                            (SELECT max(message_seq) FROM messages))
                    """,
                    [event[0] as String, partner, number, type, version, moment.description])
            }
        }
        try edit(
            .function,
            """
            INSERT INTO checkpoints VALUES ('order-events', 'shardId-000000000000', ?1, ?2)
            ON CONFLICT DO UPDATE SET sequence_number = ?1, updated_at = ?2
            """, [sequenceNumber(counter, at: moment), moment.description])
        try edit(
            .function,
            """
            INSERT INTO invocations (stream, shard_id, first_sequence_number, last_sequence_number, records, attempt, started_at,
                                     duration_ms, iterator_age_ms, outcome)
            VALUES ('order-events', 'shardId-000000000000', ?1, ?1, 1, 1, ?2, 3, 5, 'handled')
            """, [sequenceNumber(counter, at: moment), moment.description])
    }

    /// The courier tells one partner of the order's first event that it has not heard of, and it takes it in.
    func deliver(
        _ number: String, to partner: String, at moment: Timestamp = Street.opening, status: Int = 200
    ) throws {
        let event: String = try #require(
            try ask(
                .notify,
                """
                SELECT event_id FROM deliveries WHERE order_number = '\(number)' AND partner = '\(partner)'
                ORDER BY state = 'delivered', order_version
                """))
        let payload: String = try #require(
            try ask(.notify, "SELECT payload FROM messages WHERE event_id = '\(event)'"))
        let succeeded = status == 200
        try edit(
            .notify,
            """
            INSERT INTO delivery_attempts (event_id, partner, attempt, started_at, duration_ms, http_status, class, next_attempt_at)
            VALUES (?1, ?2, 1 + (SELECT attempts FROM deliveries WHERE event_id = ?1 AND partner = ?2), ?3, 12, ?4, ?5, ?6)
            """,
            [
                event, partner, moment.description, status,
                (succeeded ? AttemptClass.allCases.first : AttemptClass.allCases.last)?.rawValue,
                succeeded ? nil : (moment + .seconds(2)).description,
            ])
        try edit(
            .notify,
            """
            UPDATE deliveries SET state = ?3, attempts = attempts + 1, delivered_at = ?4, last_status = ?5, next_attempt_at = ?6
            WHERE event_id = ?1 AND partner = ?2
            """,
            [
                event, partner, succeeded ? "delivered" : "retrying", succeeded ? moment.description : nil,
                status,
                succeeded ? nil : (moment + .seconds(2)).description,
            ])
        guard succeeded else { return }
        try receive(event, number, payload, by: partner, at: moment)
    }

    /// A partner notes a webhook.
    func receive(
        _ event: String, _ number: String, _ body: String, by partner: String,
        at moment: Timestamp = Street.opening
    ) throws {
        try edit(
            .partner(partner),
            """
            INSERT INTO received (event_id, order_number, event_type, received_at, answered_status, body_sha256, first_time)
            VALUES (?1, ?2, 'order.accepted', ?3, 200, ?4, NOT EXISTS (SELECT 1 FROM received WHERE event_id = ?1))
            """, [event, number, moment.description, ContentHash(ofBytes: Array(body.utf8)).rawValue])
    }

    /// The text of an order's cancellation.
    static func cancellation(_ number: String, reason: String = "Too late.") -> String {
        let number = OrderNumber(number)!
        return Cancellation(
            of: number, idempotencyKey: IdempotencyKey(toCancel: number), cancelledAt: opening, reason: reason
        ).document.text
    }

    /// The shop sends an order's cancellation, and the queue takes it.
    @discardableResult
    func sendCancellation(of number: String, _ document: String? = nil, at moment: Timestamp = Street.opening)
        throws -> String
    {
        try send(
            number, document ?? Self.cancellation(number), at: moment, deliberate: "early_cancel",
            key: "web:\(number):cancel", message: "c-\(number)")
    }

    /// An order is cancelled before it comes, and goes the whole way with both of its events.
    func completeCancelled(_ number: String, at moment: Timestamp = Street.opening) throws {
        try take(number, try sendCancellation(of: number, at: moment), at: moment, message: "c-\(number)")
        try send(number, at: moment)
        try accept(number, at: moment + .milliseconds(100))
        for partner in partners {
            for _ in 1...2 { try deliver(number, to: partner, at: moment + .milliseconds(200)) }
        }
    }

    /// An order goes the whole way.
    func complete(_ number: String, at moment: Timestamp = Street.opening) throws {
        try send(number, at: moment)
        try accept(number, at: moment + .milliseconds(100))
        for partner in partners { try deliver(number, to: partner, at: moment + .milliseconds(200)) }
    }

    /// An order that was sent goes as far as the courier.
    func accept(_ number: String, at moment: Timestamp = Street.opening) throws {
        try take(number, at: moment)
        try publish(number, at: moment + .milliseconds(20))
        try stage(number, at: moment + .milliseconds(40))
    }

    /// An order's event fell out of the stream, a day after it came, before the function had read it.
    func expireUnread(_ number: String) throws {
        let moment = Self.evening - .seconds(25 * 3_600)
        try send(number, at: moment)
        try take(number, at: moment)
        try publish(number, at: moment)
        try edit(.broker, "DELETE FROM records WHERE place & 1099511627775 = ?", [counter])
    }

    /// The function finds that everything behind its checkpoint has expired.
    func noticeGap(at moment: Timestamp = Street.opening + .seconds(60)) throws {
        try edit(
            .function,
            """
            INSERT INTO gaps (stream, shard_id, after_sequence_number, noticed_at)
            SELECT stream, shard_id, sequence_number, ? FROM checkpoints
            """, [moment.description])
    }

    /// A message lies in a queue.
    func queue(
        _ number: String?, _ body: String, in queue: String = "orders.fifo", message: String? = nil,
        receives: Int = 0,
        visibleAt: Timestamp? = nil, source: String? = nil
    ) throws {
        let number = number ?? "poison"
        try edit(
            .broker,
            """
            INSERT INTO messages (place, message_id, sender_id, sent_at, enqueued_at, visible_at, hidden_at, receive_count,
                                  group_id, source_arn)
            SELECT queue_id << 40 | next_sequence, ?1, 'shop', ?2, ?2, ?3, ?3, ?4, ?5, ?6 FROM queues WHERE name = ?7
            """,
            [
                message ?? "m-\(number)", Self.opening.microseconds, visibleAt?.microseconds, receives,
                number, source, queue,
            ])
        try edit(
            .broker,
            "INSERT INTO message_bodies (place, body, body_md5) SELECT queue_id << 40 | next_sequence, ?, '' FROM queues WHERE name = ?",
            [body, queue])
        try edit(
            .broker,
            "UPDATE queues SET next_sequence = next_sequence + 1, untouched = untouched + ? WHERE name = ?",
            [visibleAt == nil ? 1 : 0, queue])
    }

    private static let shardCreation: Int64 = 1_700_000_000

    private func furnishBroker() throws {
        let redrive =
            #"{"RedrivePolicy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:0:orders-dead.fifo\",\"maxReceiveCount\":4}"}"#
        for (id, name, attributes) in [(1, "orders.fifo", redrive), (2, "orders-dead.fifo", "{}")] {
            try edit(
                .broker,
                """
                INSERT INTO queues (queue_id, region, account, name, attributes, deduplication_scope, created_at, modified_at,
                                    next_sequence)
                VALUES (?, 'eu-west-1', '0', ?, ?, 'queue', 0, 0, 1)
                """, [id, name, attributes])
        }
        try edit(
            .broker,
            """
            INSERT INTO streams (stream_key, region, name, account, created_at, retention_hours, mode)
            VALUES (1, 'eu-west-1', 'order-events', '0', 0, 24, 'PROVISIONED');
            INSERT INTO shards (shard_key, stream_key, shard_number, first_hash_key, last_hash_key, creation_second)
            VALUES (1, 1, 0, '0', '9', \(Self.shardCreation));
            """)
    }
}

extension JSONValue {
    /// The example that people copy.
    static let example: JSONValue = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let bytes = try! Data(contentsOf: root.appending(path: "fixtures/documents/order-placed.json"))
        return try! JSONValue(parsing: [UInt8](bytes))
    }()

    /// The same value with one place changed.
    func setting(_ pointer: String, to value: JSONValue) -> JSONValue {
        setting(pointer.split(separator: "/").map(String.init)[...], to: value)
    }

    private func setting(_ steps: ArraySlice<String>, to value: JSONValue) -> JSONValue {
        guard let step = steps.first, case .object(var members) = self else { return value }
        members[step] = (members[step] ?? .null).setting(steps.dropFirst(), to: value)
        return .object(members)
    }
}
