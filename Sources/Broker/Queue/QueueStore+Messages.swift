import Clockwork
import Foundation
import GRDB
import JSON
import Queue

/// A message's content on its way to the table: what the rules do not look at.
struct MessageContent: Sendable {
    var message: SoundMessage
    var senderID: String
    var sentAt: Timestamp
}

/// What one decision writes: changes of one queue, in order, and how the queue stands after them.
struct QueueWriting: Sendable {
    var queue: QueueID
    var arn: QueueARN
    var kind: QueueKind
    var changes: [QueueChange]
    /// Contents of the messages stored, in the order of their changes.
    var contents: [MessageContent] = []
    var nextSequence: SequenceNumber
    var untouched: Int
}

extension QueueStore {
    /// Writes all of it but how the queue stands, which ``QueueCounters`` keeps for the end of the commit.
    ///
    /// - Parameter task: The move task whose deed it is, where it is one's.
    static func write(_ writing: QueueWriting, movedBy task: UniqueID? = nil, in db: Database) throws {
        var contents = writing.contents.makeIterator()
        for change in writing.changes {
            switch change {
            case .stored(let envelope, let id, let deduplication):
                guard let content = contents.next() else {
                    preconditionFailure("a stored message has a content")
                }
                try store(envelope, id, content, deduplication, in: writing, db)
            case .leased(let lease, let until): try hide(lease, until: until, in: writing, db)
            case .rehidden(let sequence, let moment, let until):
                try db.cachedStatement(
                    sql: "UPDATE messages SET visible_at = ?, hidden_at = ? WHERE place = ?"
                )
                .execute(arguments: [
                    until.microseconds, moment.microseconds, place(writing.queue, sequence),
                ])
            case .deleted(let sequence), .expired(let sequence), .discarded(let sequence):
                try delete(place(writing.queue, sequence), db)
            // The row moves when its target takes it, in the same transaction.
            case .deadLettered, .released: break
            case .admitted(let envelope, let source, let formerly):
                try move(envelope, from: place(source, formerly), to: writing, db)
            case .takenIn(let envelope, let id, let deduplication, let source, let formerly):
                guard let task else { preconditionFailure("only a move task brings messages") }
                try takeIn(
                    envelope, id, deduplication, from: place(source, formerly), of: task, to: writing, db)
            case .purged(let upTo): try purge(writing.queue, upTo: upTo, db)
            case .forgotDeduplication(let upTo):
                try db.execute(
                    sql: "DELETE FROM deduplications WHERE place BETWEEN ? AND ?",
                    arguments: [place(writing.queue, .beforeAll), place(writing.queue, upTo)])
            }
        }
    }

    private static func store(
        _ envelope: Envelope, _ id: MessageID, _ content: MessageContent, _ deduplication: Deduplication?,
        in writing: QueueWriting, _ db: Database
    ) throws {
        let message = content.message
        let place = place(writing.queue, envelope.sequence)
        let id = id.description
        try db.cachedStatement(
            sql: """
                INSERT INTO messages (place, message_id, sender_id, sent_at, enqueued_at, visible_at, hidden_at, group_id,
                                      deduplication_id)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            place, id, content.senderID, content.sentAt.microseconds, envelope.enqueuedAt.microseconds,
            envelope.visibleAt?.microseconds, envelope.visibleAt == nil ? nil : content.sentAt.microseconds,
            message.groupID?.rawValue, deduplication?.id,
        ])
        try db.cachedStatement(
            sql:
                "INSERT INTO message_bodies (place, body, body_md5, attributes, trace_header) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [
            place, message.body, message.bodyDigest,
            message.attributes.isEmpty ? nil : AttributesText.write(message.attributes), message.traceHeader,
        ])
        if let deduplication { try remember(deduplication, of: id, at: place, db) }
    }

    static func remember(
        _ deduplication: Deduplication, of id: String, at place: Int64, _ db: Database
    ) throws {
        try db.cachedStatement(
            sql:
                "INSERT INTO deduplications (place, message_id, deduplication_id, group_id, until) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [
            place, id, deduplication.id, deduplication.groupID?.rawValue, deduplication.until.microseconds,
        ])
    }

    private static func hide(_ lease: Lease, until: Timestamp, in writing: QueueWriting, _ db: Database)
        throws
    {
        try db.cachedStatement(
            sql: """
                UPDATE messages SET visible_at = ?, hidden_at = ?, first_received_at = ?, receive_count = ?
                WHERE place = ?
                """
        ).execute(arguments: [
            until.microseconds, lease.receivedAt.microseconds, lease.firstReceivedAt.microseconds,
            lease.receiveCount,
            place(writing.queue, lease.sequence),
        ])
    }

    private static func delete(_ place: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM messages WHERE place = ?").execute(arguments: [place])
        try db.cachedStatement(sql: "DELETE FROM message_bodies WHERE place = ?").execute(arguments: [place])
    }

    /// A dead letter keeps id, content and count. On a FIFO queue its id stands for its deduplication id from now on, so
    /// that two equal ones do not swallow each other.
    private static func move(
        _ envelope: Envelope, from former: Int64, to writing: QueueWriting, _ db: Database
    ) throws {
        let place = place(writing.queue, envelope.sequence)
        let source = try String.fetchOne(
            db,
            sql:
                "SELECT 'arn:aws:sqs:' || region || ':' || account || ':' || name FROM queues WHERE queue_id = ?",
            arguments: [former >> sequenceBits])
        try db.execute(
            sql: """
                UPDATE messages SET place = ?, enqueued_at = ?, visible_at = NULL, hidden_at = NULL, receive_count = ?,
                  deduplication_id = CASE WHEN ? THEN message_id ELSE deduplication_id END, source_arn = ?
                WHERE place = ?
                """,
            arguments: [
                place, envelope.enqueuedAt.microseconds, envelope.receiveCount, writing.kind == .fifo, source,
                former,
            ])
        try db.execute(
            sql: "UPDATE message_bodies SET place = ? WHERE place = ?", arguments: [place, former])
    }

    private static func purge(_ queue: QueueID, upTo: SequenceNumber, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE queues SET purged_to = ? WHERE queue_id = ?",
            arguments: [upTo.rawValue, queue.rawValue])
        try db.execute(
            sql: "INSERT OR REPLACE INTO removed_queues (queue_id, up_to) VALUES (?, ?)",
            arguments: [queue.rawValue, place(queue, upTo)])
    }

    /// A message as its receiver gets it.
    struct StoredMessage: Sendable {
        var lease: Lease
        var messageID: String
        var senderID: String
        var sentAt: Timestamp
        var groupID: String?
        var deduplicationID: String?
        var sourceARN: String?
        var body: String
        var bodyDigest: String
        var attributes: [Queue.MessageAttribute]
        var traceHeader: String?
    }

    static func contents(of leases: [Lease], in queue: QueueID, _ db: Database) throws -> [StoredMessage] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT m.message_id, m.sender_id, m.sent_at, m.group_id, m.deduplication_id, m.source_arn,
                       b.body, b.body_md5, b.attributes, b.trace_header
                FROM messages m JOIN message_bodies b USING (place) WHERE place = ?
                """)
        return try leases.compactMap { lease in
            guard let row = try Row.fetchOne(statement, arguments: [place(queue, lease.sequence)]) else {
                return nil
            }
            return StoredMessage(
                lease: lease, messageID: row[0], senderID: row[1], sentAt: Timestamp(microseconds: row[2]),
                groupID: row[3], deduplicationID: row[4], sourceARN: row[5], body: row[6], bodyDigest: row[7],
                attributes: try (row[8] as String?).map(AttributesText.read) ?? [], traceHeader: row[9])
        }
    }
}

/// Message attributes as JSON, readable in any tool.
enum AttributesText {
    static func write(_ attributes: [Queue.MessageAttribute]) -> String {
        var object = JSONObject()
        for attribute in attributes {
            switch attribute.value {
            case .text(let text):
                object[attribute.name] = ["type": .string(attribute.dataType), "text": .string(text)]
            case .bytes(let bytes):
                object[attribute.name] = [
                    "type": .string(attribute.dataType), "base64": .string(Data(bytes).base64EncodedString()),
                ]
            }
        }
        return JSONValue.object(object).text
    }

    static func read(_ text: String) throws -> [Queue.MessageAttribute] {
        try JSONValue(parsing: text).object?.members.map { name, value in
            let bytes = value["base64"]?.string.flatMap { Data(base64Encoded: $0) }
            return Queue.MessageAttribute(
                name: name, dataType: value["type"]?.string ?? "String",
                value: bytes.map { .bytes([UInt8]($0)) } ?? .text(value["text"]?.string ?? ""))
        } ?? []
    }
}
