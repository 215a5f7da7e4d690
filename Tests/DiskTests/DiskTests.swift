import Disk
import Foundation
import GRDB
import Synchronization
import Testing

@Suite struct `A disk` {
    let place = Workspace()

    @Test func `keeps what it has been told`() throws {
        let disk = try place.open()
        try disk.write(Note.write("one"))
        disk.close()

        #expect(try place.notes() == ["one"])
    }

    @Test func `runs under the settings that make it durable`() throws {
        let disk = try place.open()

        let settings = try disk.read { db in
            try [
                "synchronous", "foreign_keys", "cell_size_check", "auto_vacuum", "mmap_size", "busy_timeout",
            ]
            .map { try Int.fetchOne(db, sql: "PRAGMA \($0)") }
        }

        #expect(settings == [2, 1, 1, 2, 0, 5_000])
        #expect(try disk.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
        #expect(try disk.read { try Int.fetchOne($0, sql: "PRAGMA journal_size_limit") } == 64 << 20)
    }

    @Test(arguments: [(Disk.Checkpoints.whileCommitting, 1_000), (.betweenCommits, 0)])
    func `checkpoints inside commits only where nobody else does`(checkpoints: Disk.Checkpoints, pages: Int)
        throws
    {
        let disk = try place.open(checkpoints: checkpoints)

        try disk.write { db in
            for _ in 0..<6_000 { try Note.write(String(repeating: "x", count: 1_000))(db) }
        }

        // 6,000 notes are more than 1,500 pages: the log is moved when SQLite does it, and waits when it does not.
        let (logged, moved) = try disk.checkpoint()
        #expect(logged > 1_000)
        #expect(moved == logged)
        #expect(try disk.read { try Int.fetchOne($0, sql: "PRAGMA wal_autocheckpoint") } == pages)
    }

    @Test func `writes nothing of a deed that fails`() throws {
        let disk = try place.open()

        #expect(throws: Crash()) {
            try disk.write { db in
                try Note.write("half")(db)
                throw Crash()
            }
        }

        #expect(try disk.read(Note.all) == [])
        try disk.write(Note.write("whole"))
        #expect(try disk.read(Note.all) == ["whole"])
    }

    @Test func `can be made to have no more room, or to be read only`() throws {
        let disk = try place.open()
        let long = Note.write(String(repeating: "x", count: 100_000))

        try disk.limitGrowth(toPages: 0)
        #expect { try disk.write(long) } throws: { if case .full? = $0 as? DiskError { true } else { false } }
        try disk.limitGrowth(toPages: nil)
        try disk.refuseWrites(true)
        #expect { try disk.write(long) } throws: {
            if case .failed? = $0 as? DiskError { true } else { false }
        }
        try disk.refuseWrites(false)
        try disk.write(long)

        #expect(try disk.read(Note.all).count == 1)
    }

    @Test func `belongs to one owner, whose name a second one is told`() throws {
        let owner = try place.open()

        #expect {
            try place.open()
        } throws: { error in
            guard case .owned(let file, let holder)? = error as? DiskError else { return false }
            return file.hasSuffix("notes.db")
                && holder == "process \(ProcessInfo.processInfo.processIdentifier)"
        }

        try owner.write(Note.write("still mine"))
        owner.close()
        #expect(try place.notes() == ["still mine"])
    }

    @Test(arguments: [CommitPoint.Side.before, .after])
    func `has kept what a crash came after, and nothing that it came before`(side: CommitPoint.Side) throws {
        let disk = try place.open(
            witness: Witness { if $0.number == 2, $0.side == side { throw Crash() } })
        try disk.write(Note.write("first"))

        #expect(throws: Crash()) { try disk.write(Note.write("second")) }
        disk.close(orderly: false)

        #expect(try place.notes() == (side == .before ? ["first"] : ["first", "second"]))
    }

    @Test(arguments: [CommitPoint.Side.before, .after])
    func `may be closed at a commit point, and then tells nobody of the commit`(side: CommitPoint.Side) throws
    {
        let (owner, diary) = (Owner(), Diary())
        let disk = try place.open(
            witness: Witness { if $0.side == side { owner.disk?.close(orderly: false) } },
            failStop: { diary.note("\($0)") })
        owner.disk = disk

        #expect(throws: DiskError.self) { try disk.write(Note.write("last words")) }
        #expect(throws: DiskError.self) { try disk.read(Note.all) }

        #expect(try place.notes() == (side == .before ? [] : ["last words"]))
        #expect(diary.lines.isEmpty)
    }

    @Test func `numbers its commits from one, each before and after`() throws {
        let diary = Diary()
        let disk = try place.open(witness: Witness { diary.note("\($0)") })

        try disk.write(Note.write("a"))
        _ = try? disk.write { _ in throw Crash() }
        try disk.write(Note.write("b"))
        _ = try disk.read(Note.all)

        #expect(
            diary.lines == [
                "before commit 1 of notes.db", "after commit 1 of notes.db", "before commit 2 of notes.db",
                "after commit 2 of notes.db",
            ])
    }

    @Test func `is closed to everyone once closed`() throws {
        let diary = Diary()
        let disk = try place.open(failStop: { diary.note("\($0)") })
        disk.close()
        disk.close()

        #expect(throws: DiskError.self) { try disk.write(Note.write("late")) }
        #expect(throws: DiskError.self) { try disk.read(Note.all) }
        #expect(diary.lines.isEmpty)
    }

    @Test func `that has no room left says so, and works on once there is some`() throws {
        let gauge = SpaceGauge(directory: place.directory, ballastBytes: 0, measure: { 1 << 40 })
        let disk = try place.open(space: gauge)
        try disk.write(Note.write("early"))
        let pages = try disk.read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
        try disk.write { try $0.execute(sql: "PRAGMA max_page_count = \(pages + 2)") }

        #expect {
            try disk.write(Note.write(String(repeating: "x", count: 100_000)))
        } throws: {
            if case .full("notes.db")? = $0 as? DiskError { true } else { false }
        }

        #expect(gauge.refusal != nil)
        #expect(try disk.read(Note.all) == ["early"])
        try disk.write { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        try disk.write(Note.write(String(repeating: "y", count: 100_000)))
        disk.close()
        #expect(try place.notes().map(\.count) == [5, 100_000])
    }

    @Test func `that another program has locked says so, and nothing is lost`() throws {
        let disk = try place.open()
        try disk.write { try $0.execute(sql: "PRAGMA busy_timeout = 0") }
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let stranger = try DatabaseQueue(path: disk.path, configuration: configuration)
        try stranger.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }

        #expect {
            try disk.write(Note.write("mine"))
        } throws: {
            if case .busy("notes.db")? = $0 as? DiskError { true } else { false }
        }

        try stranger.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        try disk.write(Note.write("mine"))
        #expect(try disk.read(Note.all) == ["mine"])
    }

    @Test func `counts the pages that wait in its log`() throws {
        let disk = try place.open(checkpoints: .betweenCommits)
        for number in 0..<20 { try disk.write(Note.write("\(number)")) }
        let waiting = disk.pagesToMove
        let bytes = disk.logBytes

        try disk.checkpoint()

        #expect(waiting >= 20)
        #expect(disk.pagesToMove == 0)
        #expect(disk.logBytes == bytes, "the log keeps its length")
        try disk.write(Note.write("more"))
        #expect((1..<10).contains(disk.pagesToMove), "a log begun anew counts anew")
    }

    @Test func `lets others read what is committed, and no more`() throws {
        let disk = try place.open()
        try disk.write(Note.write("one"))
        let reader = try disk.reader()

        try disk.write { db in
            try Note.write("two")(db)
            #expect(try reader.read(Note.all) == ["one"])
        }

        #expect(try reader.read(Note.all) == ["one", "two"])
        #expect(throws: (any Error).self) { try reader.read(Note.write("three")) }
        reader.close()
        #expect(throws: (any Error).self) { try reader.read(Note.all) }
    }

    @Test func `whose directory cannot be made says so`() {
        let storage = Storage(directory: "/proc/nowhere")

        #expect {
            try storage.open("notes.db", schema: .notes)
        } throws: {
            if case .unreachable? = $0 as? DiskError { "\($0)".contains("data directory") } else { false }
        }
    }
}

/// Whoever can let go of a disk.
private final class Owner: Sendable {
    private let held = Mutex<Disk?>(nil)

    var disk: Disk? {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}

@Suite struct `A disk that is opened` {
    let place = Workspace()

    @Test func `is refused when a newer program has written it`() throws {
        var newer = DatabaseMigrator.notes
        newer.registerMigration("something of next year's") { _ in }
        try place.open(schema: newer).close()

        #expect {
            try place.open()
        } throws: {
            guard case .newer? = $0 as? DiskError else { return false }
            return "\($0)".contains("newer") && ($0 as? DiskError)?.exitStatus == 78
        }
        try place.open(schema: newer).close()
    }

    @Test func `is refused by name when it is no database, and is left as it is`() throws {
        try place.open().close()
        let letter = Data(repeating: UInt8(ascii: "a"), count: 8_192)
        try letter.write(to: place.file)

        #expect {
            try place.open()
        } throws: {
            guard case .damaged("notes.db", _)? = $0 as? DiskError else { return false }
            return "\($0)".contains("Move it away")
        }
        #expect(try Data(contentsOf: place.file) == letter)
    }

    @Test(arguments: [true, false])
    func `is looked at closely unless its last owner stopped in order`(orderly: Bool) throws {
        try damageAnIndex(stoppingInOrder: orderly)

        let opened = Result { try place.open() }

        switch opened {
        case .success(let disk):
            #expect(orderly, "the damage went unnoticed")
            disk.close()
        case .failure(let error):
            #expect(!orderly)
            guard case .damaged("notes.db", _)? = error as? DiskError else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func `forgets no disorderly stop by being refused`() throws {
        try damageAnIndex(stoppingInOrder: false)

        for _ in 0..<2 { #expect(throws: DiskError.self) { try place.open() } }
    }

    /// Writes nonsense into the page of an index, where neither opening nor reading the table would stumble over it.
    private func damageAnIndex(stoppingInOrder orderly: Bool) throws {
        let disk = try place.open()
        try disk.write { db in for number in 0..<500 { try Note.write("note \(number)")(db) } }
        let root = try disk.read {
            try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'notes_by_text'") ?? 0
        }
        try disk.checkpoint(.truncate)
        disk.close(orderly: orderly)
        let file = try FileHandle(forWritingTo: place.file)
        try file.seek(toOffset: UInt64((root - 1) * 4_096))
        try file.write(contentsOf: Data(repeating: 0xAA, count: 4_096))
        try file.close()
    }
}

@Suite struct `A disk's place` {
    let place = Workspace()

    @Test func `is its own as long as nobody meddles`() throws {
        let diary = Diary()
        let disk = try place.open(failStop: { diary.note("\($0)") })

        try disk.verifyPlace()
        try disk.write(Note.write("one"))
        try disk.checkpoint()
        try disk.verifyPlace()

        #expect(diary.lines.isEmpty)
    }

    @Test(arguments: [true, false])
    func `that is taken by another file, or none, ends the process`(isReplaced: Bool) throws {
        let diary = Diary()
        let disk = try place.open(failStop: { diary.note("\($0)") })
        let copy = try Data(contentsOf: place.file)
        try FileManager.default.moveItem(at: place.file, to: place.file.appendingPathExtension("old"))
        if isReplaced { try copy.write(to: place.file) }

        #expect(throws: DiskError.self) { try disk.verifyPlace() }

        #expect(diary.lines.count == 1)
        #expect(diary.lines.first?.contains("can no longer be written safely") == true)
    }
}
