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
    /// - Throws: ``Ending`` with 4 when there is no such file.
    static func text(of path: String) throws(Ending) -> String {
        if path == "-" {
            var text: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            while case let count = read(STDIN_FILENO, &buffer, buffer.count), count > 0 {
                text += buffer[..<count]
            }
            return String(decoding: text, as: UTF8.self)
        }
        guard let text = TextFile.read(path) else {
            throw Ending(status: 4, words: "\(path) cannot be read: \(String(cString: strerror(errno))).")
        }
        return text
    }
}
