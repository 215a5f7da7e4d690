import Foundation
import GRDB
import Testing

@testable import Disk

@Suite struct `An error of SQLite's` {
    @Test(
        arguments: [
            (.SQLITE_BUSY, 0, "busy"), (.SQLITE_BUSY_SNAPSHOT, 0, "busy"), (.SQLITE_LOCKED, 0, "busy"),
            (.SQLITE_FULL, 0, "full"), (.SQLITE_IOERR_WRITE, 28, "full"), (.SQLITE_IOERR_WRITE, 27, "full"),
            (.SQLITE_IOERR_WRITE, 122, "full"), (.SQLITE_IOERR_WRITE, 5, "failed"),
            (.SQLITE_IOERR_FSYNC, 0, "failed"),
            (.SQLITE_IOERR_READ, 0, "failed"), (.SQLITE_READONLY, 0, "failed"),
            (.SQLITE_CANTOPEN, 0, "failed"),
            (.SQLITE_CORRUPT, 0, "damaged"), (.SQLITE_NOTADB, 0, "damaged"), (.SQLITE_CONSTRAINT, 0, "other"),
        ] as [(ResultCode, Int32, String)])
    func `is sorted by what can be done about it`(code: ResultCode, systemError: Int32, kind: String) {
        let sorted = DiskError.sorting(
            DatabaseError(resultCode: code, message: "m"), of: "notes.db", systemError: systemError)

        switch sorted as? DiskError {
        case .busy: #expect(kind == "busy")
        case .full: #expect(kind == "full")
        case .failed: #expect(kind == "failed")
        case .damaged: #expect(kind == "damaged")
        default: #expect(kind == "other")
        }
        #expect((sorted as? DiskError)?.isFinal ?? false == ["failed", "damaged"].contains(kind))
    }

    @Test(arguments: [
        (DiskError.owned(file: "a.db", by: "process 7"), 75, "Stop that process"),
        (.busy(file: "a.db"), 74, "locked"),
        (.full(file: "a.db"), 74, "Free some space"),
        (.failed(file: "a.db", details: "x"), 74, "Look at the disk"),
        (.damaged(file: "a.db", details: "x"), 74, "restore a copy"),
        (.newer(file: "a.db"), 78, "newer orderflow"),
        (.gone(file: "a.db"), 74, "Put it back"),
        (.unreachable(file: "a.db", details: "x"), 74, "may be written"),
    ])
    func `says what to do, and with which status a process ends`(
        error: DiskError, status: Int32, words: String
    ) {
        #expect(error.exitStatus == status)
        #expect("\(error)".contains(words) && "\(error)".contains("a.db"))
    }
}

@Suite struct `An owner's lock` {
    let place = Workspace()

    @Test func `remembers how its last owner went`() throws {
        let disk = try place.open()
        disk.close(orderly: false)

        #expect(try takeAndRelease(orderly: false) == false)
        #expect(try takeAndRelease(orderly: true) == false)
        #expect(try takeAndRelease(orderly: true) == true)
    }

    @Test func `of a file that is not there yet finds nothing to look closely at`() throws {
        try place.open().close()

        let lock = try OwnerLock(for: place.directory + "/other.db")

        #expect(lock.lastStopWasOrderly)
        lock.release(orderly: true)
    }

    @Test(arguments: [true, false])
    func `does not let anyone begin with nothing where a file has been`(wasOrderly: Bool) throws {
        try place.open().close(orderly: wasOrderly)
        for part in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: place.file.path + part)
        }

        #expect { try place.open() } throws: { if case .gone? = $0 as? DiskError { true } else { false } }

        try FileManager.default.removeItem(atPath: place.file.path + ".lock")
        #expect(try place.notes() == [])
    }

    @Test(arguments: [true, false])
    func `of an owner who died before he made the file lets the next one make it`(wasOrderly: Bool) throws {
        try FileManager.default.createDirectory(atPath: place.directory, withIntermediateDirectories: true)
        try OwnerLock(for: place.file.path).release(orderly: wasOrderly)

        #expect(try place.notes() == [])
    }

    private func takeAndRelease(orderly: Bool) throws -> Bool {
        let lock = try OwnerLock(for: place.directory + "/notes.db")
        defer { lock.release(orderly: orderly) }
        return lock.lastStopWasOrderly
    }
}
