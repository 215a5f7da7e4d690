import ArgumentParser
import JSON
import Outages

/// `orderflow outage export FILE`, and `expand`: a scenario as Chaos Toolkit takes it.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print a scenario in its long form, as Chaos Toolkit takes it.",
        discussion: """
            Every do: and check: becomes an activity that calls orderflow; all else stays as it is. Have orderflow on the \
            PATH, and `chaos run` plays what is printed.

            Exits with 0, with 1 when it is no scenario, 2 for wrong usage, 4 when there is no such file.
            """,
        aliases: ["expand"])

    @Argument(help: "A scenario file, or the name of one in config/outages.") var file: String
    @Flag(help: "Print JSON instead of YAML.") var json = false

    func run() throws {
        let scenario = try ScenarioFile(file).scenario()
        Output.write(
            try json ? scenario.experiment.indentedText + "\n" : YAMLWriter.text(of: scenario.experiment))
    }
}
