#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Keeps a file to one process: a lock on a file beside it, held for life and let go by the kernel on any death.
///
/// The lock's file also tells how the last owner ended, so that the next one knows whether to look closely; and that there
/// was a file at all, so that none begins with nothing where one has been lost.
final class OwnerLock: @unchecked Sendable {  // used by the owner only, one deed after the other
    private let descriptor: Int32
    /// False when the last owner died without saying goodbye.
    let lastStopWasOrderly: Bool
    /// Whether the file is still to be made.
    private var isForNewFile: Bool

    /// - Throws: ``DiskError/owned(file:by:)``, ``DiskError/gone(file:)`` or ``DiskError/unreachable(file:details:)``.
    init(for path: String) throws(DiskError) {
        let lockPath = path + ".lock"
        isForNewFile = access(path, F_OK) != 0
        descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .unreachable(file: path, details: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.read(descriptor)
            close(descriptor)
            throw .owned(file: path, by: holder.isEmpty ? "another process" : holder)
        }
        let note = Self.read(descriptor)
        guard !isForNewFile || note.isEmpty || note.hasSuffix(Self.newFileNote) else {
            close(descriptor)
            throw .gone(file: path)
        }
        lastStopWasOrderly = isForNewFile || note == Self.orderlyNote
        Self.write("process \(getpid())\(isForNewFile ? Self.newFileNote : "")", to: descriptor)
        fsync(descriptor)  // or a power cut would bring back the last owner's goodbye
    }

    /// Notes that the file is there from now on.
    func fileIsMade() {
        guard isForNewFile else { return }
        isForNewFile = false
        Self.write("process \(getpid())", to: descriptor)
    }

    /// Lets go.
    ///
    /// - Parameter orderly: Whether the owner finished what it was doing.
    func release(orderly: Bool) {
        if orderly, !isForNewFile { Self.write(Self.orderlyNote, to: descriptor) }
        close(descriptor)
    }

    private static let orderlyNote = "nobody (stopped in order)"
    private static let newFileNote = ", making a new file"

    private static func read(_ descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 128)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
            .split(separator: "\n").first.map(String.init) ?? ""
    }

    private static func write(_ note: String, to descriptor: Int32) {
        let bytes = Array("\(note)\n".utf8)
        ftruncate(descriptor, 0)
        _ = pwrite(descriptor, bytes, bytes.count, 0)
    }
}
