import Disk
import GRDB
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What the databases that a process writes have to bear.
struct DiskHardship: Hashable, Sendable {
    /// How many more pages there is room for; nil for any number.
    var pages: Int?
    var isReadonly = false
    /// How many bytes of log there is room for by the operating system's own limit; nil for any number.
    var bytes: Int?
    /// How much longer each commit takes.
    var delay = Duration.zero
}

/// Puts hardship on the databases of this process, also on those that are opened later.
final class AfflictedDisks: Sendable {
    private let state = Mutex(State())

    private struct State {
        var disks: [Disk] = []
        var hardship = DiskHardship()
        var ownLimit: UInt?
    }

    var isAnyOpen: Bool { state.withLock { !$0.disks.isEmpty } }

    var delay: Duration { state.withLock(\.hardship.delay) }

    /// A database has been opened.
    func add(_ disk: Disk) throws {
        let hardship = state.withLock { state in
            state.disks.append(disk)
            return state.hardship
        }
        try Self.change(disk, from: DiskHardship(), to: hardship)
    }

    /// Lets them bear this and nothing else.
    ///
    /// Not inside the lock: whoever commits asks for the ``delay``, and a disk waits for whoever commits.
    func impose(_ hardship: DiskHardship) throws {
        let (disks, former) = state.withLock { state in
            defer { state.hardship = hardship }
            return (state.disks, state.hardship)
        }
        guard hardship != former else { return }
        for disk in disks { try Self.change(disk, from: former, to: hardship) }
        if hardship.bytes != former.bytes { limitFiles(to: hardship.bytes, disks) }
    }

    private static func change(_ disk: Disk, from former: DiskHardship, to hardship: DiskHardship) throws {
        if hardship.pages != former.pages { try disk.limitGrowth(toPages: hardship.pages) }
        if hardship.isReadonly != former.isReadonly { try disk.refuseWrites(hardship.isReadonly) }
    }

    /// The index of a log takes 32 KiB, and without one a database cannot even be read; notes such as what is in force here
    /// are smaller. In the log there is room for a dozen pages then.
    private static let leastBytes = 64 << 10

    private func limitFiles(to bytes: Int?, _ disks: [Disk]) {
        // An empty log has to grow with the next commit, and so feels the limit.
        if bytes != nil { for disk in disks { _ = try? disk.checkpoint(.truncate) } }
        let present = FileSizeLimit.current
        state.withLock { state in
            let own = state.ownLimit ?? present
            state.ownLimit = bytes == nil ? nil : own
            FileSizeLimit.set(bytes.map { UInt(Self.leastBytes + $0) } ?? own)
        }
    }

    /// What SQLite says about the room that there is; nil while no database is open.
    func proofOfPages() throws -> String? {
        try words { "max_page_count of \($0.name) is \(try $0.mostPages)" }
    }

    /// What SQLite says about being written; nil while no database is open.
    func proofOfReadonly() throws -> String? {
        try words { "query_only of \($0.name) is \(try $0.isRefusingWrites)" }
    }

    private func words(_ say: (Disk) throws -> String) rethrows -> String? {
        let disks = state.withLock(\.disks)
        return disks.isEmpty ? nil : try disks.map(say).joined(separator: ", ")
    }
}

/// How large this process may let a file grow, in bytes. Source: POSIX, `setrlimit`, `RLIMIT_FSIZE`.
enum FileSizeLimit {
    static var current: UInt {
        var limit = rlimit()
        return getrlimit(resource, &limit) == 0 ? UInt(limit.rlim_cur) : .max
    }

    /// Sets the limit that holds, and leaves the one up to which it may be raised again.
    static func set(_ bytes: UInt) {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = rlim_t(bytes)
        setrlimit(resource, &limit)
    }

    #if canImport(Glibc)
    private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_FSIZE.rawValue) }
    #else
    private static var resource: Int32 { RLIMIT_FSIZE }
    #endif
}
