import Clockwork
import GRDB
import Orders
import Testing

@testable import Inspection

/// One thing that has gone wrong, which requirement it breaks, and whom it hits.
struct PlantedFault: Sendable, CustomTestStringConvertible {
    let name: String
    let breaks: Requirement
    /// The order that must be named; nil where the fault hits none in particular.
    var culprit: String? = "W-1"
    /// Found only once all should be over.
    var atRest = false
    let plant: @Sendable (Street) throws -> Void

    var testDescription: String { "\(breaks.rawValue): \(name)" }

    static let all =
        loss + invention + duplication + alteration + events + partners + poison + history + darkness
}

extension PlantedFault {
    private static let loss = [
        PlantedFault(name: "an acknowledged order is nowhere", breaks: .noLoss, culprit: "W-9") {
            try $0.send("W-9")
        },
        PlantedFault(name: "a stored order disappears", breaks: .noLoss) {
            try $0.edit(.oms, "DELETE FROM orders WHERE order_number = 'W-1'")
        },
        PlantedFault(name: "a conflict was recorded with an order that is gone", breaks: .noLoss) {
            try $0.take("W-1", Street.document("W-1", note: "another"), message: "m-x")
            try $0.edit(.oms, "DELETE FROM orders WHERE order_number = 'W-1'")
        },
        PlantedFault(name: "a second submission under a new key leaves no trace", breaks: .noLoss) {
            try $0.send("W-1", key: "web:W-1-b", message: "m-b")
        },
        PlantedFault(name: "a cancellation vanishes from the queue", breaks: .noLoss) {
            try $0.sendCancellation(of: "W-1")
        },
        PlantedFault(name: "a cancellation is taken, and its order goes on", breaks: .noLoss) {
            try $0.take("W-1", try $0.sendCancellation(of: "W-1"), message: "c-1")
            try $0.edit(
                .oms,
                """
                DROP TRIGGER order_events_no_delete; DROP TRIGGER orders_status_steps;
                DELETE FROM order_events WHERE type = 'order.cancelled';
                DELETE FROM outbox WHERE published_at IS NULL;
                UPDATE orders SET status = 'accepted', version = 1
                """)
        },
        PlantedFault(name: "a cancellation forgets to wait", breaks: .noLoss, culprit: "W-9") {
            try $0.take("W-9", try $0.sendCancellation(of: "W-9"), message: "c-9")
            try $0.edit(.oms, "DELETE FROM early_cancellations")
        },
        PlantedFault(name: "a cancellation waits beside its order", breaks: .noLoss, culprit: "W-9") {
            try $0.take("W-9", try $0.sendCancellation(of: "W-9"), message: "c-9")
            try $0.edit(
                .oms,
                "UPDATE early_cancellations SET settled_at = received_at, outcome = 'applied'")
            try $0.send("W-9")
            try $0.accept("W-9")
            try $0.edit(.oms, "UPDATE early_cancellations SET settled_at = NULL, outcome = NULL")
        },
        PlantedFault(name: "an order is nowhere, but its cancellation waits", breaks: .noLoss, culprit: "W-9")
        {
            try $0.send("W-9")
            try $0.queue("W-9", try $0.sendCancellation(of: "W-9"), message: "c-W-9")
        },
        PlantedFault(
            name: "an order is nowhere, but its cancellation was rejected", breaks: .noLoss, culprit: "W-9"
        ) {
            try $0.send("W-9")
            let broken = Street.cancellation("W-9", reason: "")
            try $0.take("W-9", try $0.sendCancellation(of: "W-9", broken), message: "c-W-9")
        },
        PlantedFault(
            name: "a dead letter is gone, and nobody said that it was discarded", breaks: .noLoss,
            culprit: "W-9"
        ) {
            try $0.queue("W-9", try $0.send("W-9"), in: "orders-dead.fifo", receives: 4)
            try $0.discard("m-W-8", of: "W-9")
            try $0.edit(.broker, "DELETE FROM messages WHERE message_id = 'm-W-9'")
        },
        PlantedFault(
            name: "an order is nowhere, but its conflict was discarded", breaks: .noLoss, culprit: "W-9"
        ) {
            try $0.send("W-9")
            try $0.send("W-9", Street.document("W-9", note: "x"), deliberate: "conflict", message: "m-x")
            try $0.discard("m-x", of: "W-9")
        },
        PlantedFault(
            name: "an order is nowhere, but its cancellation was discarded", breaks: .noLoss, culprit: "W-9"
        ) {
            try $0.send("W-9")
            try $0.sendCancellation(of: "W-9")
            try $0.discard("c-W-9", of: "W-9")
        },
        PlantedFault(name: "a corrected dead letter is nowhere", breaks: .noLoss, culprit: "W-9") {
            try $0.send("W-9", "{ broken")
            try $0.correct("m-W-9", of: "W-9", to: Street.document("W-9"))
        },
        PlantedFault(name: "an order waits for ever", breaks: .noLoss, culprit: "W-9", atRest: true) {
            try $0.queue("W-9", try $0.send("W-9"))
        },
    ]

    private static let invention = [
        PlantedFault(name: "an order is stored that nobody sent", breaks: .noInvention, culprit: "W-9") {
            try $0.take("W-9")
        },
        PlantedFault(name: "an order is cancelled that nobody cancelled", breaks: .noInvention) {
            try $0.take("W-1", Street.cancellation("W-1"))
        },
        PlantedFault(name: "a refused order is stored", breaks: .noInvention, culprit: "W-9") {
            try $0.send("W-9", outcome: "refused")
            try $0.take("W-9")
        },
        PlantedFault(name: "something is rejected that nobody sent", breaks: .noInvention, culprit: "W-9") {
            try $0.take("W-9", #"{"schema": "order.placed/1", "order_number": "W-9"}"#)
        },
        PlantedFault(name: "a message is queued that nobody sent", breaks: .noInvention, culprit: "W-9") {
            try $0.queue("W-9", Street.document("W-9"))
        },
        PlantedFault(name: "a record tells of no event", breaks: .noInvention, culprit: nil) {
            try $0.put("noise")
        },
        PlantedFault(name: "the courier has an event of its own", breaks: .noInvention, culprit: "W-9") {
            try $0.edit(
                .notify,
                """
                INSERT INTO messages (event_id, order_number, event_type, order_version, payload, received_at)
                VALUES ('W-9_order-accepted_1', 'W-9', 'order.accepted', 1, '{}', '2026-11-22T22:15:00.000Z')
                """)
        },
        PlantedFault(name: "a partner heard of what never happened", breaks: .noInvention, culprit: "W-9") {
            try $0.receive("W-9_order-accepted_1", "W-9", "{}", by: "crm")
        },
    ]

    private static let duplication = [
        PlantedFault(name: "an order is stored twice", breaks: .noDuplicate) {
            try $0.loosen("orders", of: .oms)
            try $0.edit(.oms, "INSERT INTO orders SELECT * FROM orders WHERE order_number = 'W-1'")
        },
        PlantedFault(name: "one key made two orders", breaks: .noDuplicate) {
            try $0.loosen("orders", of: .oms)
            try $0.edit(.oms, "UPDATE orders SET idempotency_key = 'same'")
        },
        PlantedFault(name: "an order is accepted twice", breaks: .noDuplicate) {
            try $0.edit(
                .oms,
                """
                INSERT INTO order_events (event_id, order_number, type, occurred_at, actor)
                VALUES ('again', 'W-1', 'order.accepted', '2026-11-22T22:15:09.000Z', 'oms#1')
                """)
        },
        PlantedFault(name: "one key is decided twice", breaks: .noDuplicate) {
            try $0.loosen("inbox", of: .oms)
            try $0.edit(.oms, "INSERT INTO inbox SELECT * FROM inbox WHERE order_number = 'W-1'")
        },
        PlantedFault(name: "an event is left for the stream twice", breaks: .noDuplicate) {
            try $0.loosen("outbox", of: .oms)
            try $0.edit(.oms, "INSERT INTO outbox SELECT * FROM outbox WHERE order_number = 'W-1'")
        },
    ]

    private static let alteration = [
        PlantedFault(name: "another content is stored, with its own right hash", breaks: .noAlteration) {
            let other = Street.document("W-1", note: "changed")
            try $0.edit(
                .oms, "UPDATE orders SET document_sha256 = ? WHERE order_number = 'W-1'",
                [OrderDocument(other).contentHash.rawValue])
            try $0.edit(.oms, "UPDATE order_documents SET document = ? WHERE order_number = 'W-1'", [other])
        },
        PlantedFault(name: "a document loses a byte", breaks: .noAlteration) {
            try $0.edit(
                .oms,
                "UPDATE order_documents SET document = replace(document, 'Dublin', 'Dubln') WHERE order_number = 'W-1'"
            )
        },
        PlantedFault(name: "a document is gone", breaks: .noAlteration) {
            try $0.edit(.oms, "DELETE FROM order_documents WHERE order_number = 'W-1'")
        },
        PlantedFault(name: "a column says something else than the document", breaks: .noAlteration) {
            try $0.edit(.oms, "UPDATE orders SET total_minor = 1 WHERE order_number = 'W-1'")
        },
        PlantedFault(name: "a queued body is changed", breaks: .noAlteration, culprit: "W-9") {
            try $0.send("W-9")
            try $0.queue("W-9", Street.document("W-9", note: "changed"))
        },
        PlantedFault(
            name: "a dead letter is corrected, and something else is stored", breaks: .noAlteration,
            culprit: "W-9"
        ) {
            try $0.send("W-9", "{ broken")
            try $0.correct("m-W-9", of: "W-9", to: Street.document("W-9"))
            try $0.take("W-9", Street.document("W-9", note: "else"), message: "m-W-9-corrected")
        },
        PlantedFault(
            name: "a corrected dead letter is changed in the queue", breaks: .noAlteration, culprit: "W-9"
        ) {
            try $0.send("W-9", "{ broken")
            try $0.correct("m-W-9", of: "W-9", to: Street.document("W-9"))
            try $0.queue("W-9", Street.document("W-9", note: "else"), message: "m-W-9-corrected")
        },
        PlantedFault(name: "a rejected document is changed", breaks: .noAlteration, culprit: "W-9") {
            let broken = #"{"schema": "order.placed/1", "order_number": "W-9"}"#
            try $0.send("W-9", broken)
            try $0.take("W-9", broken)
            try $0.edit(.oms, "UPDATE rejections SET document = replace(document, 'placed', 'Placed')")
        },
        PlantedFault(name: "a record is changed", breaks: .noAlteration) {
            try $0.edit(
                .broker,
                "UPDATE records SET data = CAST(replace(CAST(data AS TEXT), 'MUG', 'JUG') AS BLOB) WHERE place & 255 = 1"
            )
        },
        PlantedFault(name: "the courier's copy is changed", breaks: .noAlteration) {
            try $0.edit(.notify, "DROP TRIGGER messages_no_update")
            try $0.edit(
                .notify,
                "UPDATE messages SET payload = replace(payload, 'MUG', 'JUG') WHERE order_number = 'W-1'")
        },
        PlantedFault(name: "a partner saw another body", breaks: .noAlteration) {
            try $0.edit(
                .partner("crm"),
                "UPDATE received SET body_sha256 = hex(zeroblob(32)) WHERE order_number = 'W-1'")
        },
    ]

    private static let events = [
        PlantedFault(name: "an accepted order left nothing for the stream", breaks: .published) {
            try $0.edit(.oms, "DELETE FROM outbox WHERE order_number = 'W-1'")
        },
        PlantedFault(name: "a cancelled order left nothing for the stream", breaks: .published) {
            try $0.take("W-1", try $0.sendCancellation(of: "W-1"), message: "c-1")
            try $0.edit(.oms, "DELETE FROM outbox WHERE published_at IS NULL")
        },
        PlantedFault(name: "a record is missing that was ticked off", breaks: .published) {
            try $0.edit(.broker, "DELETE FROM records WHERE place & 255 = 1")
        },
        PlantedFault(name: "a record is somewhere else than the outbox says", breaks: .published) {
            try $0.edit(
                .oms,
                "UPDATE outbox SET sequence_number = '4' || substr(sequence_number, 2, 50) || '12345' WHERE order_number = 'W-1'"
            )
        },
        PlantedFault(
            name: "an event waits for the stream for ever", breaks: .published, culprit: "W-9", atRest: true
        ) {
            try $0.send("W-9")
            try $0.take("W-9")
        },
        PlantedFault(name: "the outbox has a later version first", breaks: .orderPerKey) {
            try $0.addEvent("W-1", version: 0)
        },
        PlantedFault(name: "the stream has a later version first", breaks: .orderPerKey, culprit: "W-9") {
            try $0.send("W-9")
            try $0.take("W-9")
            try $0.addEvent("W-9", version: 2)
            try $0.put(Street.event("W-9", version: 2))
            try $0.publish("W-9")
        },
        PlantedFault(name: "the courier began with a later version", breaks: .orderPerKey) {
            try $0.addEvent("W-1", version: 2)
            try $0.edit(
                .notify,
                """
                INSERT INTO deliveries (event_id, partner, order_number, event_type, order_version, state, staged_at, message_seq)
                VALUES ('W-1_v2', 'crm', 'W-1', 'order.note', 2, 'pending', '2026-11-22T22:15:00.000Z', 9);
                INSERT INTO delivery_attempts (attempt_id, event_id, partner, attempt, started_at)
                VALUES (0, 'W-1_v2', 'crm', 1, '2026-11-22T22:15:00.000Z')
                """)
        },
        PlantedFault(name: "a partner heard a later version first", breaks: .orderPerKey) {
            try $0.addEvent("W-1", version: 2)
            try $0.edit(
                .notify,
                """
                INSERT INTO messages (event_id, order_number, event_type, order_version, payload, received_at)
                VALUES ('W-1_v2', 'W-1', 'order.note', 2, '{}', '2026-11-22T22:15:00.000Z')
                """)
            try $0.edit(
                .partner("crm"),
                "INSERT INTO received VALUES (0, 'W-1_v2', 'W-1', 'order.note', '2026-11-22T22:15:00.000Z', 200, hex(zeroblob(32)), 1)"
            )
        },
    ]

    private static let partners = [
        PlantedFault(name: "the checkpoint passed an event that the courier never got", breaks: .notified) {
            try $0.edit(.notify, "DELETE FROM deliveries WHERE order_number = 'W-1'")
            try $0.edit(.notify, "DELETE FROM messages WHERE order_number = 'W-1'")
        },
        PlantedFault(name: "one partner was forgotten", breaks: .notified) {
            try $0.edit(.notify, "DELETE FROM deliveries WHERE order_number = 'W-1' AND partner = 'crm'")
        },
        PlantedFault(name: "a delivery is ticked off that was never answered", breaks: .notified) {
            try $0.edit(
                .notify,
                "UPDATE delivery_attempts SET http_status = 503 WHERE event_id LIKE 'W-1%' AND partner = 'crm'"
            )
        },
        PlantedFault(name: "a delivery is ticked off that the partner never saw", breaks: .notified) {
            try $0.edit(.partner("crm"), "DELETE FROM received WHERE order_number = 'W-1'")
        },
        PlantedFault(name: "a partner is given up", breaks: .notified) {
            try $0.edit(
                .notify,
                """
                UPDATE deliveries SET state = 'parked', parked_reason = 'gone', delivered_at = NULL
                WHERE order_number = 'W-1' AND partner = 'crm'
                """)
        },
        PlantedFault(name: "a delivery is pending for ever", breaks: .notified, culprit: "W-9", atRest: true)
        {
            try $0.send("W-9")
            try $0.accept("W-9")
        },
        PlantedFault(name: "a record is never handed on", breaks: .notified, culprit: "W-9", atRest: true) {
            try $0.send("W-9")
            try $0.take("W-9")
            try $0.publish("W-9")
        },
        PlantedFault(
            name: "an event expires unread, and nobody notices", breaks: .notified, culprit: "W-9"
        ) {
            try $0.expireUnread("W-9")
            try $0.complete("W-10")
        },
        PlantedFault(
            name: "an event expires unread, and is not published again", breaks: .notified, culprit: "W-9",
            atRest: true
        ) {
            try $0.expireUnread("W-9")
            try $0.noticeGap()
        },
        PlantedFault(name: "a partner acted twice", breaks: .oneEffect) {
            try $0.edit(.partner("crm"), "DROP INDEX received_first")
            try $0.receive("W-1_order-accepted_1", "W-1", "{}", by: "crm")
            try $0.edit(.partner("crm"), "UPDATE received SET first_time = 1")
        },
        PlantedFault(name: "a partner saw two bodies under one id", breaks: .oneEffect) {
            try $0.receive("W-1_order-accepted_1", "W-1", "{}", by: "crm")
        },
    ]

    private static let poison = [
        PlantedFault(name: "a message is dead-lettered too soon", breaks: .poisonContained, culprit: "W-9") {
            try $0.queue(
                "W-9", try $0.send("W-9"), in: "orders-dead.fifo", receives: 2,
                source: "arn:aws:sqs:eu-west-1:0:orders.fifo")
        },
        PlantedFault(
            name: "a message is received more often than allowed", breaks: .poisonContained, culprit: "W-9"
        ) {
            try $0.queue("W-9", try $0.send("W-9"), receives: 5)
        },
        PlantedFault(
            name: "poison that was acknowledged is nowhere", breaks: .poisonContained, culprit: "prank"
        ) {
            try $0.send("prank", "not an order", deliberate: "poison")
        },
        PlantedFault(
            name: "what is too large was acknowledged, and is nowhere", breaks: .poisonContained,
            culprit: "prank"
        ) {
            try $0.send("prank", "far too large", deliberate: "oversize")
        },
        PlantedFault(
            name: "poison stays in the queue for ever", breaks: .poisonContained, culprit: "prank",
            atRest: true
        ) {
            try $0.queue("prank", try $0.send("prank", "not an order", deliberate: "poison"), receives: 2)
        },
    ]

    private static let history = [
        PlantedFault(name: "sums do not agree", breaks: .historyLegal) {
            try $0.edit(.oms, "DELETE FROM order_lines WHERE order_number = 'W-1' AND line_number = 2")
        },
        PlantedFault(name: "a status is reached by a step that does not exist", breaks: .historyLegal) {
            try $0.addEvent("W-1", version: 2, from: "completed", to: "accepted")
        },
        PlantedFault(name: "a step begins where the one before did not end", breaks: .historyLegal) {
            try $0.addEvent("W-1", version: 2, from: "on_hold", to: "cancelled")
        },
        PlantedFault(name: "a version counts more changes than there were", breaks: .historyLegal) {
            try $0.edit(.oms, "UPDATE orders SET version = 5 WHERE order_number = 'W-1'")
        },
        PlantedFault(name: "an order has no acceptance in its history", breaks: .historyLegal) {
            try $0.edit(.oms, "DROP TRIGGER order_events_no_delete")
            try $0.edit(.oms, "DELETE FROM order_events WHERE order_number = 'W-1'")
        },
        PlantedFault(name: "a row refers to nothing", breaks: .historyLegal, culprit: nil) {
            try $0.edit(
                .oms,
                "INSERT INTO order_addresses (order_number, kind, name, line1, city, country) VALUES ('W-8','billing','A','B','C','IE')"
            )
        },
        PlantedFault(name: "a file is damaged", breaks: .historyLegal, culprit: nil) { street in
            try street.edit(
                .shop,
                """
                PRAGMA writable_schema = ON;
                UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'outgoing')
                WHERE name = 'submissions_order'
                """)
        },
    ]

    private static let darkness = [
        PlantedFault(
            name: "an order is lost and nobody knows its message", breaks: .explainable, culprit: "W-9"
        ) {
            try $0.send("W-9")
            try $0.edit(.shop, "UPDATE submissions SET message_id = NULL WHERE order_number = 'W-9'")
        },
        PlantedFault(
            name: "an order is stored and nobody signed for it", breaks: .explainable, culprit: "W-9"
        ) {
            try $0.take("W-9")
            try $0.edit(.oms, "DROP TRIGGER order_events_no_delete")
            try $0.edit(.oms, "DELETE FROM order_events WHERE order_number = 'W-9'")
        },
    ]
}

extension Street {
    /// The text of an event beside the order's acceptance.
    static func event(_ number: String, version: Int) -> String {
        #"{"specversion":"1.0","id":"\#(number)_v\#(version)","subject":"\#(number)","data":{"version":\#(version)}}"#
    }

    /// Another event of an order, left for the stream.
    func addEvent(_ number: String, version: Int, from: String? = nil, to: String? = nil) throws {
        try edit(
            .oms,
            """
            INSERT INTO order_events (event_id, order_number, type, from_status, to_status, occurred_at, actor)
            VALUES (?, ?, 'order.note', ?, ?, '2026-11-22T22:16:00.000Z', 'operator:ada')
            """, ["\(number)_v\(version)", number, from, to])
        try edit(
            .oms,
            """
            INSERT INTO outbox (event_id, order_number, partition_key, payload, created_at)
            VALUES (?1, ?2, ?2, ?3, '2026-11-22T22:16:00.000Z')
            """, ["\(number)_v\(version)", number, Self.event(number, version: version)])
    }
}
