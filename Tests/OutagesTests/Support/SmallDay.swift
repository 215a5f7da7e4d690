import Clockwork
import Disk
import Foundation
import GRDB
import JSON
import OMS
import Orders
import Outages
import Shop

@testable import Partners

/// What a street with two partners leaves behind, row by row.
final class SmallDay {
    /// Four of the house day's.
    let orders = Array(HouseDay.day.orders.prefix(4))
    private let directory = RunDirectory(
        FileManager.default.temporaryDirectory.appending(path: "small-day-\(UUID().uuidString)").path)
    private let shop: DatabaseQueue
    private let books: OrderStore
    private var partners: [String: DatabaseQueue] = [:]

    static let opening = Timestamp("2026-11-22T12:00:00Z")!

    init() throws {
        try directory.make()
        let storage = Storage(directory: directory.path)
        books = try OrderStore(in: storage)
        shop = try DatabaseQueue(path: "\(directory.path)/\(ShopSchema.file)")
        try shop.write { try $0.execute(sql: ShopSchema.text) }
        for name in ["carrier", "crm"] {
            try PartnerLedger(of: name, in: storage, time: SystemTime()).close()
            partners[name] = try DatabaseQueue(path: "\(directory.path)/partner-\(name).db")
        }
    }

    deinit {
        books.close()
        try? FileManager.default.removeItem(atPath: directory.path)
    }

    func tally() throws -> WiringTally { try WiringTally(of: .coupled, in: directory.path) }

    /// The whole way of an order.
    func complete(_ order: Order) throws {
        try submit(order, outcome: "acknowledged")
        try keep(order)
        for name in partners.keys { try deliver(order, to: name) }
    }

    /// - Parameters:
    ///   - start: When it was sent, in seconds since the opening.
    ///   - end: When it was answered.
    func submit(
        _ order: Order, outcome: String, attempt: Int = 1, deliberate: String? = nil, from start: Double = 0,
        to end: Double = 0
    ) throws {
        try shop.write { db in
            try db.execute(
                sql: """
                    INSERT INTO submissions (order_number, idempotency_key, document_sha256, attempt, sent_at, answered_at,
                                             outcome, message_id, deliberate, trace_id)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'trace')
                    """,
                arguments: [
                    order.number.rawValue, order.idempotencyKey.rawValue, order.document.contentHash.rawValue,
                    attempt, Self.moment(start), Self.moment(end), outcome,
                    outcome == "acknowledged" ? "m-1" : nil, deliberate,
                ])
        }
    }

    func turnAway(_ order: Order) throws {
        try submit(order, outcome: "unknown")
        try shop.write { db in
            try db.execute(
                sql: "INSERT INTO turned_away VALUES (?, ?, ?)",
                arguments: [order.number.rawValue, order.document.text, Self.moment(0)])
        }
    }

    /// The shop closed before the order had an answer.
    func leaveOutgoing(_ order: Order) throws {
        try shop.write { db in
            try db.execute(
                sql: """
                    INSERT INTO outgoing (order_number, idempotency_key, document, document_sha256, message_group,
                                          deduplication_id, traceparent, taken_at)
                    VALUES (?1, ?2, ?3, ?4, ?1, ?2, 'trace', ?5)
                    """,
                arguments: [
                    order.number.rawValue, order.idempotencyKey.rawValue, order.document.text,
                    order.document.contentHash.rawValue, Self.moment(0),
                ])
        }
    }

    /// Lets the books decide about an order.
    func keep(_ order: Order) throws {
        let judgement = order.document.judged(now: Self.opening)
        _ = try books.decide(
            about: [JudgedMessage(id: "m-1", judgement: judgement)], as: "oms", now: Self.opening)
    }

    /// A partner receives an order's acceptance, for the first time or again.
    func deliver(_ order: Order, to partner: String) throws {
        try partners[partner]?.write { db in
            try db.execute(
                sql: """
                    INSERT INTO received (event_id, order_number, event_type, received_at, body_sha256, first_time)
                    VALUES (?1, ?2, 'order.accepted', ?3, ?4, NOT EXISTS (SELECT 1 FROM received WHERE event_id = ?1))
                    """,
                arguments: [
                    EventID(order.number, .accepted, 1).rawValue, order.number.rawValue, Self.moment(0),
                    order.document.contentHash.rawValue,
                ])
        }
    }

    /// In seconds since the opening.
    func carrierIsDown(from start: Double, to end: Double) {
        let fault: JSONValue = [
            "name": "carrier-down", "target": "partner-carrier", "kind": "status 503",
            "effective_at": .string(Self.moment(start)), "ended_at": .string(Self.moment(end)),
        ]
        _ = FileManager.default.createFile(atPath: directory.faults, contents: Data("\(fault.text)\n".utf8))
    }

    private static func moment(_ seconds: Double) -> String {
        (opening + .milliseconds(Int64(seconds * 1_000))).description
    }
}
