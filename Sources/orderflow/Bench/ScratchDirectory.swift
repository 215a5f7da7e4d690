import Foundation

/// A directory for a measurement, gone when the measurement is over.
struct ScratchDirectory {
    let path: String

    /// - Parameter parent: Where to make it; the disk under it is what is measured.
    static func with<Outcome>(
        in parent: String, _ body: (ScratchDirectory) async throws -> Outcome
    ) async throws -> Outcome {
        let scratch = ScratchDirectory(
            path: "\(parent)/.build-bench-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(atPath: scratch.path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: scratch.path) }
        return try await body(scratch)
    }
}
