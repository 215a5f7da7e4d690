import ArgumentParser
import JSON
import Outages

/// `orderflow outage validate FILE…`: what is wrong with scenario files.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Read scenario files, and say everything that is wrong with them, each at its place.",
        discussion: """
            Each complaint is FILE:LINE:COLUMN: what is wrong, and what to do. A warning keeps nothing from being played.

            Exits with 0 when all are scenarios, 1 when one is not, 2 for wrong usage, 4 when there is no such file.
            """)

    @Argument(help: "Scenario files, or names of those in config/outages.") var files: [String]
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
        var files: [ScenarioFile] = []
        for named in self.files { files.append(try ScenarioFile(named)) }
        if json {
            Console.say(JSONValue.object(report(on: files)).indentedText)
        } else {
            for file in files { say(file) }
        }
        if files.contains(where: { $0.reading.scenario == nil }) { throw ExitCode(1) }
    }

    private func say(_ file: ScenarioFile) {
        for complaint in file.reading.complaints { Console.say(complaint.text(in: file.path)) }
        if let scenario = file.reading.scenario { Console.say("\(file.path): valid. \(scenario.title)") }
    }

    private func report(on files: [ScenarioFile]) -> JSONObject {
        var report = JSONObject()
        report["valid"] = .bool(files.allSatisfy { $0.reading.scenario != nil })
        report["files"] = .array(
            files.map { file in
                [
                    "file": .string(file.path), "valid": .bool(file.reading.scenario != nil),
                    "complaints": .array(
                        file.reading.complaints.map { complaint in
                            [
                                "line": JSONValue(complaint.place.line),
                                "column": JSONValue(complaint.place.column),
                                "error": .bool(complaint.isError), "words": .string(complaint.words),
                            ]
                        }),
                ]
            })
        return report
    }
}
