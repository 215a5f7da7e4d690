import Clockwork
import Disk
import Foundation
import GRDB
import Logging
import Synchronization

@testable import Outages

/// A process that bears the faults on its sheet, in virtual time and without a role: a test passes its moments for it.
final class Patient {
    let world = SimulatedWorld(seed: 1, beginning: Timestamp(seconds: 1_795_382_043))
    let directory: RunDirectory
    let host: SimulatedHost
    private(set) var bearer: FaultBearer
    private let struck = Strikes()

    init() throws {
        directory = RunDirectory(
            FileManager.default.temporaryDirectory.appending(path: "patient-\(UUID().uuidString)").path())
        host = world.host(named: "oms")
        bearer = try Self.bearer(in: directory, by: host, struck)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory.path) }

    private static func bearer(
        in directory: RunDirectory, by time: any TimeSource, _ struck: Strikes
    ) throws -> FaultBearer {
        let logger = Logger(label: "patient") { _ in SwiftLogNoOpLogHandler() }
        return try FaultBearer(of: "oms", in: directory, time: time, logger: logger) { wire, end in
            struck.note(wire.deed)
            // A test would not survive the others.
            return wire.deed == .crash || wire.deed == .freeze ? nil : try wire.strike(until: end)
        }
    }

    /// What has been done to it.
    var strikes: [Tripwire.Deed] { struck.deeds }

    /// What it says about the faults on its sheet.
    var effects: [FaultEffect] { directory.effects(of: "oms") }

    /// Puts faults on its sheet, and lets it look.
    func suffer(_ faults: [(kind: String, parameters: [String: String])], for span: Duration = .seconds(20))
        throws
    {
        let entries = faults.enumerated().map { place, fault in
            FaultSheet.Entry(
                name: "fault-\(place)", kind: fault.kind, parameters: fault.parameters,
                until: world.now + span)
        }
        try directory.write(FaultSheet(entries).json, to: directory.faultSheet(of: "oms"))
        bearer.look()
    }

    func suffer(_ kind: String, _ parameters: [String: String] = [:], for span: Duration = .seconds(20))
        throws
    {
        try suffer([(kind, parameters)], for: span)
    }

    /// Lets time pass, and lets it look.
    func wait(_ span: Duration) {
        _ = world.run(until: { false }, atMost: span)
        bearer.look()
    }

    /// Dies, and is started again.
    func startAgain() throws { bearer = try Self.bearer(in: directory, by: host, struck) }

    /// Passes a waypoint several times.
    func pass(_ point: Waypoint, times: Int = 1) throws {
        for _ in 0..<times { _ = try bearer.reached(point) }
    }

    /// Opens `notes.db`, as a role of the process does.
    func openNotes(failStop: @escaping @Sendable (DiskError) -> Void = { _ in }) throws -> Disk {
        var schema = DatabaseMigrator()
        schema.registerMigration("notes") { try $0.execute(sql: "CREATE TABLE notes (text TEXT) STRICT") }
        return try Storage(
            directory: directory.path, witness: bearer, failStop: failStop,
            opened: { [bearer] in bearer.opened($0) }
        ).open("notes.db", schema: schema)
    }

    private final class Strikes: Sendable {
        private let content = Mutex<[Tripwire.Deed]>([])
        var deeds: [Tripwire.Deed] { content.withLock(\.self) }
        func note(_ deed: Tripwire.Deed) { content.withLock { $0.append(deed) } }
    }
}

extension Disk {
    /// Writes a note of some 20 pages.
    func note() throws {
        try write { db in
            try db.execute(
                sql: "INSERT INTO notes VALUES (?)", arguments: [String(repeating: "x", count: 80_000)])
        }
    }

    var notes: Int {
        get throws { try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM notes") ?? 0 } }
    }
}
