import GRDB

/// Where a process keeps its files, and what it does when they fail.
///
/// Roles ask it for their database by name and never see a path.
package struct Storage: Sendable {
    /// The data directory; one file for each role lies in it.
    package let directory: String
    /// Told of every commit point; may crash the process there.
    package var witness: (any CommitWitness)?
    /// Called once when a file can no longer be trusted. In a real process it does not return.
    package var failStop: @Sendable (DiskError) -> Void
    /// How much room is left; told when a write finds none.
    package var space: SpaceGauge?
    /// Told of every disk opened, so that a simulated computer can let go of its files when it dies.
    package var opened: @Sendable (Disk) -> Void

    package init(
        directory: String, witness: (any CommitWitness)? = nil,
        failStop: @escaping @Sendable (DiskError) -> Void = { _ in }, space: SpaceGauge? = nil,
        opened: @escaping @Sendable (Disk) -> Void = { _ in }
    ) {
        self.directory = directory
        self.witness = witness
        self.failStop = failStop
        self.space = space
        self.opened = opened
    }

    /// Opens a role's database as its only writer, brings its schema up to date, and makes sure that it keeps its word.
    ///
    /// - Parameters:
    ///   - name: The file's name, such as `orders.db`.
    ///   - checkpoints: Whether SQLite checkpoints by itself inside a commit, or ``GroupCommit`` does between commits.
    /// - Throws: ``DiskError/owned(file:by:)`` while another process has it, ``DiskError/damaged(file:details:)``, and others.
    package func open(
        _ name: String, schema: DatabaseMigrator, checkpoints: Disk.Checkpoints = .whileCommitting
    ) throws -> Disk {
        let disk = try Disk(name: name, in: self, schema: schema, checkpoints: checkpoints)
        opened(disk)
        return disk
    }

    /// The path of a file that lies in ``directory``.
    package func path(of name: String) -> String { "\(directory)/\(name)" }
}
