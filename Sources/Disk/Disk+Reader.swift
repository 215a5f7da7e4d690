import GRDB

extension Disk {
    /// A second, read-only look at the file, which waits for no writer and makes none wait.
    ///
    /// It sees what is committed. Reads are short: a long one keeps the log from being used again.
    package final class Reader: Sendable {
        private let connection: Connection
        private let name: String

        fileprivate init(of disk: Disk) throws {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            connection = Connection(
                try DatabaseQueue(path: disk.path, configuration: configuration), named: disk.name)
            name = disk.name
        }

        package func read<Result>(_ look: (Database) throws -> Result) throws -> Result {
            do {
                return try connection.use { try $0.read(look) }
            } catch {
                throw DiskError.sorting(error, of: name)
            }
        }

        package func close() {
            connection.close()
        }
    }

    /// Opens a reader; close it before the disk.
    package func reader() throws -> Reader {
        do {
            return try Reader(of: self)
        } catch {
            throw DiskError.sorting(error, of: name)
        }
    }
}
