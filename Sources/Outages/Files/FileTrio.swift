#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A database and what belongs to it: its log, and the index of that. They go together, or what is in the log is lost.
struct FileTrio {
    let path: String

    init(_ path: String) {
        self.path = path
    }

    private static let parts = ["", "-wal", "-shm"]

    var isThere: Bool { Self.exists(path) }

    /// Renames all that is there. The database goes first, so that at no moment it lies there without its log.
    func moveAway(to other: FileTrio) throws(FileFault) {
        for part in Self.parts where Self.exists(path + part) {
            try Self.rename(path + part, other.path + part)
        }
    }

    /// Renames all that is there back to its place. The database goes last, for the same reason.
    func moveBack(to other: FileTrio) throws(FileFault) {
        for part in Self.parts.reversed() where Self.exists(path + part) {
            try Self.rename(path + part, other.path + part)
        }
    }

    func remove() {
        for part in Self.parts { unlink(path + part) }
    }

    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func rename(_ path: String, _ other: String) throws(FileFault) {
        #if canImport(Glibc)
        let result = Glibc.rename(path, other)
        #else
        let result = Darwin.rename(path, other)
        #endif
        guard result == 0 else { throw .failed(path, String(cString: strerror(errno))) }
    }
}

/// Why something could not be done to a database's files.
package enum FileFault: Error, Hashable, Sendable {
    case notThere(String)
    /// Another file lies where one is to be put back.
    case taken(String)
    /// Its owner is at work.
    case owned(String)
    case failed(String, String)
}

extension FileFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notThere(let path): "There is no \(path). Start its owner once, which makes it."
        case .taken(let path):
            "Another file lies at \(path), so the one that was moved away is not put back. Look which of them is right."
        case .owned(let path): "\(path) is in use. Stop its owner first."
        case .failed(let path, let details): "Nothing could be done to \(path) (\(details))."
        }
    }
}
