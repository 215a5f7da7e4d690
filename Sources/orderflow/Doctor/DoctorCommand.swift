import ArgumentParser
import JSON
import Outages

/// `orderflow doctor`: is this machine fit for a street, and did the last one leave anything behind?
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examine ports, SQLite, disk, clock and what earlier runs left behind; say how to mend it.",
        discussion: """
            Changes nothing, but for a small file that it writes, syncs and removes where the data lies. Exits with 0 when \
            a street can run, also where something deserves a look; 1 when something must be mended first; 2 for wrong \
            settings.
            """)

    @OptionGroup var options: StreetOptions
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let settings = try await options.settings()
        let findings = Examination(settings: settings).findings()
        if json {
            let list = findings.map { finding -> JSONValue in
                [
                    "subject": .string(finding.subject), "grade": .string(finding.grade.rawValue),
                    "words": .string(finding.words),
                ]
            }
            Console.say(JSONValue.array(list).text)
        } else {
            for finding in findings { Console.say(finding.line) }
        }
        guard !findings.contains(where: { $0.grade == .ill }) else { throw ExitCode(1) }
    }
}
