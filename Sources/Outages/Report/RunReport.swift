import Foundation
import Inspection

/// The report of a run: `report.html`, one file with the picture of all orders, and `report.md`, the same without it.
///
/// It is made from the run's directory alone, and may be made again at any time.
package struct RunReport: Sendable {
    private let story: RunStory
    private let directory: RunDirectory

    /// - Parameter change: Limits of the audit other than the usual ones, as a scenario may have them.
    /// - Throws: `LedgerError` when there is no such directory, or a ledger is damaged in the middle of the reading.
    package init(
        of directory: RunDirectory, changing change: (inout AuditSettings) -> Void = { _ in }
    ) throws {
        self.directory = directory
        story = try RunStory(of: directory, changing: change)
    }

    package var html: String { HTMLPage(story: story).text }
    package var markdown: String { MarkdownPage(story: story).text }

    /// Writes both into the run's directory, each in one piece.
    ///
    /// - Returns: Their paths, the page first.
    @discardableResult
    package func write() throws -> [String] {
        let pages = [("\(directory.path)/report.html", html), ("\(directory.path)/report.md", markdown)]
        for (path, text) in pages { try Data(text.utf8).write(to: URL(filePath: path), options: .atomic) }
        return pages.map(\.0)
    }
}
