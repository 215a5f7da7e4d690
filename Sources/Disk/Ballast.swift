#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A file that only takes up room, to be thrown overboard when there is none left.
///
/// Its bytes are really written: a file with holes would hold no room ready.
struct Ballast: Sendable {
    let path: String
    /// How large it is meant to be.
    let wantedBytes: Int64

    var bytes: Int64 { FileIdentity.size(of: path) }

    /// Adds to it until it is as large as it is meant to be, a piece at a time, so that nobody waits for it.
    func grow() {
        let missing = min(wantedBytes - bytes, Self.piece)
        guard missing > 0 else { return }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let zeros = [UInt8](repeating: 0, count: Int(missing))
        _ = write(descriptor, zeros, zeros.count)  // a short write is made up for by the next piece
        close(descriptor)
    }

    func giveBack() {
        unlink(path)
    }

    private static let piece: Int64 = 8 << 20
}
