import Clockwork
import Disk
import GRDB
import Logging
import Orders

/// The keeper of `orders.db`: every order that was promised, why others were not, and what the stream has yet to hear.
///
/// Its methods are whole transactions; when one returns, what it did is durable. They do not wait for anything but
/// the disk, and may be called from several tasks at once: the disk lets one in at a time.
package final class OrderStore: Sendable {
    let disk: Disk
    let surroundings: Surroundings
    /// Rings when the outbox has something new for the stream.
    let outboxBell = Bell()

    /// Opens the file, and makes it first where there is none.
    ///
    /// - Parameter surroundings: Asked for nothing but who watches; moments come with each deed.
    /// - Throws: `DiskError`, such as `owned` while another process has the file.
    package init(in storage: Storage, surroundings: Surroundings = .system()) throws {
        self.surroundings = surroundings
        disk = try storage.open(OrderSchema.file, schema: OrderSchema.migrator)
        try settleIn()
    }

    /// Lets go of the file.
    ///
    /// - Parameter orderly: False after an error, so that the next one to open the file looks closely.
    package func close(orderly: Bool = true) {
        disk.close(orderly: orderly)
    }

    /// Looks after the file and the room around it, until the task is cancelled.
    ///
    /// - Throws: `DiskError` as soon as another file, or none, lies in its place.
    func keepWatch(by time: any TimeSource, logger: Logger) async throws {
        await disk.keepWatch(by: time, logger: logger)
        try disk.verifyPlace()
    }

    /// Whoever opens the file is its only process, so the lease of an earlier one is over; and a file that is older
    /// than our table of currencies learns the new ones.
    private func settleIn() throws {
        try disk.write { db in
            try db.run("UPDATE relay_lease SET leased_until = NULL")
            let known = try Set(String.fetchAll(db, sql: "SELECT code FROM currencies"))
            for currency in Currency.all where !known.contains(currency.code) {
                try db.run(
                    "INSERT INTO currencies (code, minor_digits, name) VALUES (?, ?, ?)",
                    [currency.code, currency.minorDigits, currency.name])
            }
        }
    }
}

extension Database {
    /// Runs a statement that is prepared once for each connection.
    func run(_ sql: String, _ arguments: StatementArguments = []) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
