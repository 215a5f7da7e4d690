import Clockwork
import GRDB

/// The file of a broker, prepared while it is dead and looked at while it lives.
struct BrokerFile {
    /// What it consists of.
    struct Shape {
        /// Records that have been removed from all shards.
        var trimmed: Int
        var pages: Int
        var freePages: Int
        var pageBytes: Int

        var mebibytes: Int { (pages * pageBytes) >> 20 }
        var freeMebibytes: Int { (freePages * pageBytes) >> 20 }
    }

    var path: String

    /// Has all records arrived so much earlier, some at a time, for a record is 24 hours old before it can expire.
    ///
    /// - Precondition: The broker is dead.
    func setArrivalsBack(by span: Duration) throws {
        let file = try DatabaseQueue(path: path)
        var place = Int64.min
        while true {
            let last = try file.write { db in
                let last = try Int64.fetchOne(
                    db,
                    sql: """
                        SELECT max(place) FROM
                          (SELECT place FROM records WHERE place > ? ORDER BY place LIMIT 100000)
                        """,
                    arguments: [place])
                guard let last else { return nil as Int64? }
                try db.execute(
                    sql: "UPDATE records SET arrived_at = arrived_at - ? WHERE place > ? AND place <= ?",
                    arguments: [span.microseconds, place, last])
                return last
            }
            guard let last else { break }
            place = last
        }
        try file.close()
    }

    /// Looks at it now and then, in short reads, until so many records have been removed.
    ///
    /// - Throws: ``LoadError`` when nothing is removed for a minute.
    func wait(untilTrimmed records: Int) async throws {
        let file = try reader()
        let clock = ContinuousClock()
        var (trimmed, movedAt) = (0, clock.now)
        while trimmed < records {
            try await clock.sleep(for: .milliseconds(20))
            let now = try Self.trimmed(in: file)
            if now > trimmed { (trimmed, movedAt) = (now, clock.now) }
            guard clock.now - movedAt < .seconds(60) else {
                throw LoadError(
                    description: "Of \(records) records that have expired only \(trimmed) were removed.")
            }
        }
        try file.close()
    }

    var shape: Shape {
        get throws {
            let file = try reader()
            let shape = try file.read { db in
                Shape(
                    trimmed: try Self.trimmed(db),
                    pages: try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0,
                    freePages: try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0,
                    pageBytes: try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
            }
            try file.close()
            return shape
        }
    }

    private static func trimmed(in file: DatabaseQueue) throws -> Int {
        try file.read(trimmed)
    }

    private static func trimmed(_ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT sum(trimmed_to) FROM shards") ?? 0
    }

    private func reader() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return try DatabaseQueue(path: path, configuration: configuration)
    }
}
