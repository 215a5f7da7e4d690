import Clockwork
import Disk
import Foundation
import GRDB
import Synchronization

/// A directory of its own for each test, gone when the test is over.
final class Workspace: Sendable {
    let directory = FileManager.default.temporaryDirectory
        .appending(path: "orderflow-\(Chance.system().uuid())").path

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// Opens `notes.db`.
    func open(
        witness: (any CommitWitness)? = nil, failStop: @escaping @Sendable (DiskError) -> Void = { _ in },
        space: SpaceGauge? = nil, schema: DatabaseMigrator = .notes,
        checkpoints: Disk.Checkpoints = .whileCommitting
    ) throws -> Disk {
        try Storage(directory: directory, witness: witness, failStop: failStop, space: space)
            .open("notes.db", schema: schema, checkpoints: checkpoints)
    }

    /// The notes as anyone may read them who opens the file.
    func notes() throws -> [String] {
        let disk = try open()
        defer { disk.close() }
        return try disk.read(Note.all)
    }

    var file: URL { URL(filePath: "\(directory)/notes.db") }
}

extension DatabaseMigrator {
    static var notes: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("notes") { db in
            try db.execute(sql: "CREATE TABLE notes (number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
            try db.execute(sql: "CREATE INDEX notes_by_text ON notes (text)")
        }
        return migrator
    }
}

enum Note {
    @Sendable static func all(_ db: Database) throws -> [String] {
        try String.fetchAll(db, sql: "SELECT text FROM notes ORDER BY number")
    }

    static func write(_ text: String) -> @Sendable (Database) throws -> Void {
        { try $0.execute(sql: "INSERT INTO notes (text) VALUES (?)", arguments: [text]) }
    }
}

/// Tells a closure of every commit point.
final class Witness: CommitWitness {
    private let told: @Sendable (CommitPoint) throws -> Void

    init(_ told: @escaping @Sendable (CommitPoint) throws -> Void) { self.told = told }

    func reached(_ point: CommitPoint) throws { try told(point) }
}

/// What the process dies of at a commit point.
struct Crash: Error, Equatable {}

/// What happened, in order; written from any thread.
final class Diary: Sendable {
    private let content = Mutex<[String]>([])

    var lines: [String] { content.withLock { $0 } }
    func note(_ line: String) { content.withLock { $0.append(line) } }
}
