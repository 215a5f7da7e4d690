import ArgumentParser
import Inspection
import JSON
import Outages

/// `orderflow outage list`: what can be played.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "A line for each scenario: what happens, what is broken, and what is expected.",
        discussion: """
            A file that is no scenario has the state invalid; `orderflow outage validate` says why. Exits with 0, with 2 for \
            wrong usage, or with 4 when there is no such directory.
            """)

    @Option(help: ArgumentHelp("Only scenarios with this tag, such as core.", valueName: "tag")) var tag:
        String?
    @Option(help: ArgumentHelp("Where the scenario files are.", valueName: "dir")) var directory =
        ScenarioLibrary.home
    @OptionGroup var output: PrintOptions

    func run() throws {
        let library = ScenarioLibrary(in: directory)
        let paths: [String]
        do {
            paths = try library.paths()
        } catch {
            throw Ending(
                status: 4, words: "\(directory) cannot be listed. Name a directory with --directory.")
        }
        var listing = Listing(columns: ["scenario", "state", "expect", "tags", "faults", "title", "file"])
        for path in paths {
            let file = try ScenarioFile(path)
            if let tag, file.reading.scenario?.tags.contains(tag) != true { continue }
            listing.rows.append(row(of: file))
        }
        try output.print(listing, shown: ["scenario", "state", "tags", "faults", "title"])
    }

    private func row(of file: ScenarioFile) -> [JSONValue] {
        let scenario = file.reading.scenario
        return [
            .string(ScenarioLibrary.name(of: file.path)), .string(scenario == nil ? "invalid" : "valid"),
            JSONValue(scenario?.staging.expect.rawValue), JSONValue(scenario?.tags.joined(separator: ", ")),
            JSONValue(scenario?.faults.map { "\($0.target) \($0.kind.rawValue)" }.joined(separator: ", ")),
            JSONValue(scenario?.title), .string(file.path),
        ]
    }
}
