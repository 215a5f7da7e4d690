import GRDB

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Why a file did not keep a change, or cannot be opened, by what the reader can do about it.
package enum DiskError: Error, Sendable {
    /// Another process owns the file.
    case owned(file: String, by: String)
    /// Another program holds a lock for longer than we wait. The change was not made; try again.
    case busy(file: String)
    /// No room. The change was not made; it can be made once there is some.
    case full(file: String)
    /// The file cannot be trusted any more; whether the last change was kept is unknown. The process must end.
    case failed(file: String, details: String)
    /// The file is damaged, or not ours.
    case damaged(file: String, details: String)
    /// The file was written by a newer program.
    case newer(file: String)
    /// The file has been here, and is gone: whatever is begun in its place would lack what it kept.
    case gone(file: String)
    /// The file cannot be opened or made.
    case unreachable(file: String, details: String)

    /// Sorts an error of SQLite's. Errors of ours and of callers pass as they are.
    ///
    /// - Parameter systemError: The operating system's number for what failed; asked only where SQLite's own does not
    ///   tell a lack of room from a broken disk.
    static func sorting(
        _ error: any Error, of file: String, systemError: @autoclosure () -> Int32 = 0
    ) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        let details = "\(error.extendedResultCode.rawValue) \(error.message ?? "")"
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: return DiskError.busy(file: file)
        case .SQLITE_FULL: return DiskError.full(file: file)
        case .SQLITE_IOERR
        where error.extendedResultCode == .SQLITE_IOERR_WRITE && lackOfRoom.contains(systemError()):
            return DiskError.full(file: file)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: return DiskError.damaged(file: file, details: details)
        case .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN:
            return DiskError.failed(file: file, details: details)
        default: return error
        }
    }

    /// No room on the disk, in the owner's share of it, or below the process's limit.
    static let lackOfRoom = [ENOSPC, EDQUOT, EFBIG]

    /// True for trouble that waiting may cure; any other ends the process.
    package var mayPass: Bool {
        switch self {
        case .busy, .full: true
        case .owned, .failed, .damaged, .newer, .gone, .unreachable: false
        }
    }

    /// True when nothing more may be written through this process.
    var isFinal: Bool {
        switch self {
        case .failed, .damaged: true
        default: false
        }
    }

    /// The exit status of a process that ends because of this. Source: `sysexits.h`.
    package var exitStatus: Int32 {
        switch self {
        case .owned: 75
        case .newer: 78
        default: 74
        }
    }
}

extension DiskError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .owned(let file, let holder):
            "\(file) is in use by \(holder). Stop that process, or use another data directory."
        case .busy(let file):
            "\(file) is locked by another program. Close whatever has it open for writing; nothing was lost."
        case .full(let file):
            "There is no room left to write \(file). Free some space; nothing that was acknowledged is lost."
        case .failed(let file, let details):
            "\(file) can no longer be written safely (\(details)). Look at the disk, then start again."
        case .damaged(let file, let details):
            """
            \(file) is damaged or is not an orderflow database (\(details)). Move it away and restore a copy; \
            `sqlite3 \(file) .recover` may save what is readable.
            """
        case .newer(let file):
            "\(file) was written by a newer orderflow. Use that version, or another data directory."
        case .gone(let file):
            """
            \(file) was here before and is gone. Put it back; or, to begin without what it kept, remove \(file).lock too.
            """
        case .unreachable(let file, let details):
            "\(file) cannot be opened (\(details)). Check that the data directory exists and may be written."
        }
    }
}
