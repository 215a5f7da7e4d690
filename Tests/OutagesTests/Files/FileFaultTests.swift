import Clockwork
import Disk
import Foundation
import Testing

@testable import Outages

@Suite struct `A write lock` {
    @Test func `keeps everyone else from writing until it is let go, and nobody from reading`() throws {
        let oms = try Patient()
        let disk = try oms.openNotes()
        try disk.note()

        let lock = try WriteLock(on: disk.path)
        #expect(try WriteLock.refusal(at: disk.path)?.contains("5") == true)
        #expect(try disk.notes == 1)
        lock.release()
        lock.release()

        #expect(try WriteLock.refusal(at: disk.path) == nil)
        try disk.note()
    }

    @Test func `lets go by itself`() async throws {
        let oms = try Patient()
        let disk = try oms.openNotes()
        let lock = try WriteLock(on: disk.path)

        await lock.hold(for: .milliseconds(1), by: SystemTime())

        try disk.note()
    }

    @Test func `is no owner, and leaves the log to him who is`() throws {
        let oms = try Patient()
        let disk = try oms.openNotes()
        try disk.note()
        let log = disk.path + "-wal"
        let copy = oms.directory.path + "/copy.db"
        for part in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: disk.path + part, toPath: copy + part)
        }

        try WriteLock(on: copy).release()

        #expect(try Data(contentsOf: URL(filePath: copy + "-wal")) == Data(contentsOf: URL(filePath: log)))
    }

    @Test func `makes no file where there is none`() throws {
        let oms = try Patient()
        let path = oms.directory.path + "/orders.db"

        #expect(throws: FileFault.notThere(path)) { try WriteLock(on: path) }
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}

@Suite struct `A swapped file` {
    @Test func `is noticed by its owner, replaced by nobody, and whole when it is back`() throws {
        let oms = try Patient()
        let disk = try oms.openNotes()
        try disk.note()

        let swap = try SwappedFile(disk.path)
        try disk.note()  // nothing errors
        #expect(throws: DiskError.self) { try disk.verifyPlace() }
        disk.close(orderly: false)
        #expect { try oms.openNotes() } throws: { if case .gone? = $0 as? DiskError { true } else { false } }
        try swap.putBack()

        #expect(try oms.openNotes().notes == 2)
    }

    @Test func `is not put over another one`() throws {
        let oms = try Patient()
        let disk = try oms.openNotes()
        let swap = try SwappedFile(disk.path)
        try Data().write(to: URL(filePath: disk.path))

        #expect(throws: FileFault.taken(disk.path)) { try swap.putBack() }
    }
}

@Suite struct `A damaged file` {
    @Test func `is refused by its owner, and whole once it is mended`() throws {
        let oms = try Patient()
        let disk = try oms.openNotes()
        let path = disk.path
        try disk.note()
        #expect(throws: FileFault.owned(path)) { try DamagedFile(path) }
        disk.close()

        let damage = try DamagedFile(path)
        #expect { try oms.openNotes() } throws: {
            if case .damaged? = $0 as? DiskError { true } else { false }
        }
        try damage.mend()

        #expect(try oms.openNotes().notes == 1)
    }
}
