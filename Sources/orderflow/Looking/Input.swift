import Inspection

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What the user hands in.
enum Input {
    /// The text of a file, or of standard input for `-`.
    ///
    /// - Throws: ``Ending`` with 4 when there is no such file, with 2 when its bytes are no text.
    static func text(of path: String) throws(Ending) -> String {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        defer { if descriptor > STDIN_FILENO { close(descriptor) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var count = descriptor < 0 ? -1 : 1
        while count > 0 {
            count = read(descriptor, &buffer, buffer.count)
            bytes += buffer[..<max(0, count)]
        }
        guard count == 0 else {
            throw Ending(status: 4, words: "\(path) cannot be read: \(String(cString: strerror(errno))).")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Ending(
                status: 2, words: "\(path) is not UTF-8. A message's body is text; convert it with iconv.")
        }
        return text
    }
}
