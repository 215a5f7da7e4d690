import Disk

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Leaves a database behind as the death of its process does: what was committed lies in the log, and nobody has
/// tidied up, as closing it here would.
enum DeadFile {
    static func leave(_ disk: Disk) {
        let path = disk.path
        let files = ["", "-wal"].map {
            (path: path + $0, content: try? Data(contentsOf: URL(filePath: path + $0)))
        }
        disk.close(orderly: false)
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        // A file that cannot be written again is missed by whoever opens it next.
        for file in files { try? file.content?.write(to: URL(filePath: file.path)) }
    }
}
