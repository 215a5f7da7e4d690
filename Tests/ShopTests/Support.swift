import Clockwork
import Foundation
import Testing

extension Timestamp {
    static let noon = Timestamp("2026-11-22T12:00:00Z")!
}

/// Files that the tests share with everybody.
enum Fixtures {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: root.appending(path: "fixtures/\(path)")), as: UTF8.self)
    }
}

/// The public files of Online Retail, which no repository of ours holds: beside the package, if somebody put
/// them there.
enum RetailFiles {
    static let missing: Comment = """
        The files of Online Retail are not at ../shared/data/online-retail; these figures were not checked.
        """

    static func path(_ day: String) -> String {
        Fixtures.root.appending(path: "../shared/data/online-retail/\(day).csv").standardized.path
    }

    static var areThere: Bool { FileManager.default.fileExists(atPath: path("2010-12-01")) }
}

/// A directory that goes with the test.
final class TemporaryDirectory: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "shop-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
