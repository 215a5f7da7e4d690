#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

enum DirectoryListing {
    /// One name in a directory. A file that was made anew under its old name is another one.
    struct Entry: Hashable {
        var name: String
        var inode: UInt64
    }

    /// What lies in a directory, by name; nil when there is no such directory.
    static func entries(in path: String) -> [Entry]? {
        guard let directory = opendir(path) else { return nil }
        defer { closedir(directory) }
        var entries: [Entry] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            entries.append(Entry(name: name, inode: UInt64(entry.pointee.d_ino)))
        }
        return entries.sorted { $0.name < $1.name }
    }
}
