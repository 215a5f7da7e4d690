import ArgumentParser
import Inspection
import JSON
import Outages

/// `orderflow outage diff`: what two runs have not in common.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract:
            "Hold two runs against each other: verdicts, requirements, counts, recoveries, faults, settings.",
        discussion: """
            Reads what was written down in the directories of both runs, and asks no ledger. Prints a row for each figure that \
            is not the same, what is worse first: a verdict, or a requirement that is broken now and was not. Numbers alone \
            make no run worse, for they depend on the machine too. A run that did not come to its end has the verdict \
            unfinished.

            Exits with 0 when the second run is no worse, 1 when it is worse, 2 for wrong usage, 4 when there is no such run.
            """)

    @Argument(help: ArgumentHelp("A directory below runs/, or a path.", valueName: "first")) var first: String
    @Argument(help: ArgumentHelp("The one that is judged.", valueName: "second")) var second: String
    @Option(help: "Where the directories of runs are.") var runs = "runs"
    @Flag(help: "Print one JSON object.") var json = false
    @Flag(help: "Print the rows as a table in Markdown.") var markdown = false

    func validate() throws {
        guard !(json && markdown) else { throw ValidationError("Choose one of --json and --markdown.") }
    }

    func run() throws {
        let difference: RunDifference
        do {
            difference = try RunDifference(
                from: RunDirectory.find(first, in: runs), to: RunDirectory.find(second, in: runs))
        } catch {
            throw Ending(status: 4, words: "\(error)")
        }
        Output.write(text(of: difference))
        if difference.isWorse { throw ExitCode(1) }
    }

    private func text(of difference: RunDifference) -> String {
        guard !json else { return PlainText.escapingCommands(inJSON: difference.json.indentedText) + "\n" }
        let listing = difference.listing
        let rows = listing.printed(as: markdown ? .md : .table, width: Output.width)
        return "\(difference.first) -> \(difference.second)\n\n"
            + (listing.rows.isEmpty ? "" : "\(rows)\n") + "\(difference.summary)\n"
    }
}
