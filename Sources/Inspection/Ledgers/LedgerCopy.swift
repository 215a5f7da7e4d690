#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A database and its log, copied to a directory of our own and removed with this value.
///
/// Only for files that nobody has open: a live database is never copied file by file.
final class LedgerCopy: Sendable {
    let path: String
    private let directory: String

    /// Nil when there is no room for a copy, or the original cannot be read.
    init?(of original: String) {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/orderflow-look-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = "\(directory)/copy.db"
        guard Self.copy(original, to: path) else { return nil }
        guard access(original + "-wal", F_OK) != 0 || Self.copy(original + "-wal", to: path + "-wal") else {
            return nil
        }
    }

    deinit {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        rmdir(directory)
    }

    private static func copy(_ source: String, to target: String) -> Bool {
        let from = open(source, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { return false }
        defer { close(from) }
        let to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard to >= 0 else { return false }
        defer { close(to) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(from, &buffer, buffer.count)
            guard count > 0 else { return count == 0 }
            guard write(to, buffer, count) == count else { return false }
        }
    }
}
