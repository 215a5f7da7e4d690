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

/// A database whose first page is zeroes: a copy lies in its place, and the sound one aside, until it is mended.
package struct DamagedFile: Sendable {
    private let place: String
    private let sound: String

    /// Damages it while its owner is away.
    ///
    /// - Throws: ``FileFault``; then it is as it was.
    package init(_ path: String) throws(FileFault) {
        place = path
        sound = path + ".sound"
        guard FileTrio(path).isThere else { throw .notThere(path) }
        guard !FileTrio(sound).isThere else { throw .taken(sound) }
        guard !Self.isOwned(path) else { throw .owned(path) }
        try FileTrio(path).moveAway(to: FileTrio(sound))
        do {
            var bytes = try Data(contentsOf: URL(filePath: sound))
            let header = bytes.startIndex..<min(bytes.endIndex, bytes.startIndex + Self.pageBytes)
            bytes.replaceSubrange(header, with: Data(count: header.count))
            try bytes.write(to: URL(filePath: path))
        } catch {
            FileTrio(path).remove()
            try FileTrio(sound).moveBack(to: FileTrio(path))
            throw .failed(path, "\(error)")
        }
    }

    private static let pageBytes = 4_096

    /// How we know.
    package var proof: String { "the first \(Self.pageBytes) bytes of \(place) are zeroes" }

    /// Throws the damaged copy away and puts the sound file back; its owner must have ended.
    package func mend() throws(FileFault) {
        guard !Self.isOwned(place) else { throw .owned(place) }
        FileTrio(place).remove()
        try FileTrio(sound).moveBack(to: FileTrio(place))
    }

    /// Whether a process holds the owner's lock, as `Disk` takes it.
    private static func isOwned(_ path: String) -> Bool {
        let descriptor = open(path + ".lock", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0
    }
}
