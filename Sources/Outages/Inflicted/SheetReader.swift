import JSON
import Logging
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Reads a process's fault sheet, and only when it is another one than last time.
final class SheetReader: Sendable {
    private let directory: RunDirectory
    private let path: String
    private let logger: Logger
    private let known = Mutex<(mark: FileMark?, entries: [FaultSheet.Entry])>((nil, []))

    init(of process: String, in directory: RunDirectory, logger: Logger) {
        self.directory = directory
        self.logger = logger
        path = directory.faultSheet(of: process)
    }

    /// What stands on it; nothing where there is no sheet, or none that can be read.
    func read() -> [FaultSheet.Entry] {
        let mark = FileMark(of: path)
        return known.withLock { known in
            if mark != known.mark {
                let sheet = directory.read(path).flatMap(FaultSheet.init)
                known = (mark, sheet?.entries ?? [])
                if mark != nil, sheet == nil {
                    logger.error(
                        "The fault sheet cannot be read; nothing on it is brought about",
                        metadata: ["file": "\(path)"])
                }
            }
            return known.entries
        }
    }

    /// By what a file that has been replaced can be told from the one before.
    private struct FileMark: Hashable {
        let number: UInt64
        let bytes: Int64
        let seconds: Int
        let nanoseconds: Int

        init?(of path: String) {
            var information = stat()
            guard stat(path, &information) == 0 else { return nil }
            #if canImport(Glibc)
            let changed = information.st_mtim
            #else
            let changed = information.st_mtimespec
            #endif
            number = UInt64(information.st_ino)
            bytes = Int64(information.st_size)
            seconds = Int(changed.tv_sec)
            nanoseconds = Int(changed.tv_nsec)
        }
    }
}
