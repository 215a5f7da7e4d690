#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The scenario files of a directory.
package struct ScenarioLibrary: Sendable {
    package let directory: String

    /// Where the project keeps its own.
    package static let home = "config/outages"

    package init(in directory: String = home) {
        self.directory = directory
    }

    /// The paths of all scenario files, by name.
    ///
    /// - Throws: When the directory cannot be listed.
    package func paths() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory)
            .filter { name in [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) } }
            .sorted().map { "\(directory)/\($0)" }
    }

    /// A file's name without its ending, by which a scenario is called: `oms-killed`.
    package static func name(of path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return file.split(separator: ".").first.map(String.init) ?? file
    }

    /// The path of a scenario that is called by its name or by its path.
    package func path(of scenario: String) -> String {
        if scenario.contains("/") || scenario.contains(".") { return scenario }
        let known = (try? paths()) ?? []
        return known.first { Self.name(of: $0) == scenario } ?? "\(directory)/\(scenario).yaml"
    }
}
