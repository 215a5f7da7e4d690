import Foundation

/// A directory that is gone when nobody needs it any more.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.appending(path: "partner-\(UUID().uuidString)").path()
        try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// Moves a file away and puts an empty one in its place.
    func swap(_ file: String) throws {
        try FileManager.default.moveItem(atPath: "\(path)/\(file)", toPath: "\(path)/\(file).old")
        try Data().write(to: URL(filePath: "\(path)/\(file)"))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
