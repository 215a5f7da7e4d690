#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A directory of our own, in memory where there is such a place; removed with this value.
final class ScratchDirectory: Sendable {
    let path: String

    /// - Throws: ``NoScratchDirectory``.
    init(named name: String) throws {
        let parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : Self.temporary
        var template = Array("\(parent)/orderflow-\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw NoScratchDirectory(parent: parent) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static var temporary: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

    deinit {
        try? FileManager.default.removeItem(atPath: path)  // what stays behind lies in a temporary place
    }
}

/// There is no place for files that live for a moment.
struct NoScratchDirectory: Error, CustomStringConvertible {
    let parent: String

    var description: String { "No directory can be made in \(parent). Free some space there, or set TMPDIR." }
}
