import Clockwork
import Foundation
import GRDB
import Testing

@testable import Inspection

@Suite struct `Ledgers that are looked at` {
    @Test func `cannot be written, and nothing new can be made beside them`() throws {
        let street = try Street(orders: 1)
        let ledgers = try street.ledgers()

        #expect(throws: DatabaseError.self) {
            try ledgers.look { try $0.execute(sql: "DELETE FROM oms.orders") }
        }
        #expect(throws: DatabaseError.self) {
            try ledgers.look {
                try $0.execute(sql: "ATTACH '\(street.directory)/new.db' AS fresh; CREATE TABLE fresh.t (x)")
            }
        }
        #expect(!FileManager.default.fileExists(atPath: "\(street.directory)/new.db"))
    }

    @Test func `show what was committed and is only in the log`() throws {
        let street = try Street(orders: 1)
        let main =
            try FileManager.default.attributesOfItem(atPath: "\(street.directory)/shop.db")[.size] as? Int
        try street.send("W-9")

        let ledgers = try street.ledgers()

        #expect(try ledgers.look { try Int.fetchOne($0, sql: "SELECT count(*) FROM shop.submissions") } == 2)
        #expect(
            try FileManager.default.attributesOfItem(atPath: "\(street.directory)/shop.db")[.size] as? Int
                == main)
    }

    /// What `kill -9` leaves behind: the database and its log, with the index of the log or without it.
    @Test(arguments: [true, false])
    func `can be read after their owners were killed`(hasIndex: Bool) throws {
        let street = try Street(orders: 3)
        let crash = try Crash(of: street, keepingIndex: hasIndex)

        let ledgers = try Ledgers(in: crash.directory)

        #expect(ledgers.standings.allSatisfy { $0.standing == .open })
        #expect(try ledgers.look { try Int.fetchOne($0, sql: "SELECT count(*) FROM oms.orders") } == 3)
        #expect(try Audit.report(on: ledgers, AuditSettings(now: Street.evening)).outcome() == .held)
    }

    @Test func `leave the log of a dead owner as it is, for its successor`() throws {
        let crash = try Crash(of: try Street(orders: 3), keepingIndex: false)
        let before = try crash.bytes(of: "orders.db-wal")

        do { _ = try Audit.report(on: Ledgers(in: crash.directory), AuditSettings(now: Street.evening)) }

        #expect(!before.isEmpty)
        #expect(try crash.bytes(of: "orders.db-wal") == before)
    }

    /// As in a directory that we may not write: the index cannot be made where it belongs.
    @Test func `are read as a copy where their log cannot be used in place`() throws {
        let crash = try Crash(of: try Street(orders: 3), keepingIndex: false)
        try FileManager.default.createSymbolicLink(
            atPath: "\(crash.directory)/orders.db-shm", withDestinationPath: "/nowhere/to/be/found")

        let ledgers = try Ledgers(in: crash.directory)

        #expect(ledgers.standings.first { $0.ledger == .oms }?.standing == .openAsCopy)
        #expect(try ledgers.look { try Int.fetchOne($0, sql: "SELECT count(*) FROM oms.orders") } == 3)
    }

    @Test func `may be missing or damaged, each by itself`() throws {
        let street = try Street(orders: 1)
        try street.remove(.broker)
        try street.remove(.function)
        try Data("this is no database, and long enough to be looked at as one".utf8).write(
            to: URL(filePath: "\(street.directory)/function.db"))

        let ledgers = try street.ledgers()

        #expect(ledgers.standings.first { $0.ledger == .broker }?.standing == .absent)
        guard case .unreadable = ledgers.standings.first(where: { $0.ledger == .function })?.standing else {
            Issue.record("a file that is no database was opened")
            return
        }
        #expect(throws: LedgerError.missing(.broker, in: street.directory)) { try ledgers.require(.broker) }
        #expect(ledgers.has(.oms))
    }

    @Test func `need a directory`() {
        #expect(throws: LedgerError.noDirectory("/nowhere/at/all")) { try Ledgers(in: "/nowhere/at/all") }
    }
}

/// A street's files as they lie after `kill -9` of everything.
private final class Crash {
    let directory: String

    init(of street: Street, keepingIndex: Bool) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "crash-\(UUID())").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: street.directory) {
            if name.hasSuffix("-shm"), !keepingIndex { continue }
            try FileManager.default.copyItem(
                atPath: "\(street.directory)/\(name)", toPath: "\(directory)/\(name)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func bytes(of name: String) throws -> Data { try Data(contentsOf: URL(filePath: "\(directory)/\(name)")) }
}
