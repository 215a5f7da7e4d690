#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Keeps a file to one process: a lock on a file beside it, held for life and let go by the kernel on any death.
///
/// The lock's file also tells how the last owner ended, so that the next one knows whether to look closely.
final class OwnerLock: @unchecked Sendable {  // the descriptor is set once and closed once, by the owner
    private let descriptor: Int32
    /// False when the last owner died without saying goodbye.
    let lastStopWasOrderly: Bool

    /// - Throws: ``DiskError/owned(file:by:)`` or ``DiskError/unreachable(file:details:)``.
    init(for path: String) throws(DiskError) {
        let lockPath = path + ".lock"
        let isNew = access(path, F_OK) != 0
        descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .unreachable(file: path, details: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.read(descriptor)
            close(descriptor)
            throw .owned(file: path, by: holder.isEmpty ? "another process" : holder)
        }
        lastStopWasOrderly = isNew || Self.read(descriptor) == Self.orderlyNote
        Self.write("process \(getpid())", to: descriptor)
        fsync(descriptor)  // or a power cut would bring back the last owner's goodbye
    }

    /// Lets go.
    ///
    /// - Parameter orderly: Whether the owner finished what it was doing.
    func release(orderly: Bool) {
        if orderly { Self.write(Self.orderlyNote, to: descriptor) }
        close(descriptor)
    }

    private static let orderlyNote = "nobody (stopped in order)"

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
