#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The bytes of a file that the user names.
enum FileBytes {
    static func read(_ path: String) throws(RetailError) -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw fault(path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            bytes += buffer[..<count]
            if count < buffer.count { break }
        }
        guard ferror(file) == 0 else { throw fault(path) }
        return bytes
    }

    private static func fault(_ path: String) -> RetailError {
        .cannotOpen(file: path, details: String(cString: strerror(errno)))
    }
}
