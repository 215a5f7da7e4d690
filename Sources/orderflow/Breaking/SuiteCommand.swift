import ArgumentParser
import Clockwork
import Inspection
import JSON
import Outages

/// `orderflow outage suite`: many scenarios, one after the other, and a table of what became of them.
struct SuiteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suite",
        abstract: "Play all scenarios, or the core ones, and print a table of verdicts.",
        discussion: """
            `suite core` plays those with the tag core, `suite all` every file in config/outages. None is played twice when it \
            fails. Each keeps its directory under runs/. With --virtual they are played in one process under a simulated clock, \
            and those with a fault that has no meaning there are named and left out.

            Exits with 0 when every scenario ended as it expects, 1 when one did not, 2 for a file that cannot be read, 3 when \
            nothing was proven by one and none was broken, 130 when interrupted.
            """)

    @Argument(help: "core, all, or another tag.") var tag = "core"
    @Flag(
        name: .customLong("virtual"),
        help: "Play them in virtual time, where no process dies for real. Keeps no directory.")
    var isVirtual = false
    @OptionGroup var stage: StageOptions

    func run() async throws {
        let library = ScenarioLibrary()
        guard let paths = try? library.paths() else {
            throw Ending(
                status: 4, words: "\(library.directory) cannot be listed. Start where the project lies.")
        }
        let files = try paths.map { try PlayableFile(ScenarioFile($0)) }.filter {
            tag == "all" || $0.scenario.tags.contains(tag)
        }
        guard !files.isEmpty else {
            throw Ending(
                status: 4, words: "No scenario has the tag \(tag). `orderflow outage list` shows them.")
        }
        guard !isVirtual else {
            return try await VirtualRuns(files, seed: stage.chosenSeed, times: 1, isJSON: stage.json).play()
        }
        let time = SystemTime()
        let began = time.uptime
        var played: [Played] = []
        for file in files {
            let seed = stage.chosenSeed ?? file.scenario.staging.seed
            played.append(
                Played(name: file.name, seed: seed, verdict: try await stage.play(file, seed: seed)))
        }
        say(played, span: time.uptime - began)
        if let worst = [1, 3].first(where: played.map(\.verdict.exitStatus).contains) {
            throw ExitCode(worst)
        }
    }

    private struct Played {
        let name: String
        let seed: UInt64
        let verdict: DemoVerdict
    }

    private func say(_ played: [Played], span: Duration) {
        var listing = Listing(
            columns: ["scenario", "verdict", "orders", "recovery_s", "repeats", "seconds", "seed", "run"])
        for one in played {
            let slowest = one.verdict.audit.recoveries.compactMap(\.seconds).max()
            listing.rows.append([
                .string(one.name), .string(one.verdict.word), JSONValue(one.verdict.audit.counts.stored),
                slowest.map { .number(String(($0 * 10).rounded() / 10)) } ?? .null,
                JSONValue(one.verdict.audit.partners.reduce(0) { $0 + $1.repeats }),
                JSONValue(one.verdict.cost.span.components.seconds),
                JSONValue(Int64(bitPattern: one.seed)), .string(one.verdict.run),
            ])
        }
        Output.write(listing.printed(as: stage.json ? .ndjson : .table, header: true, width: Output.width))
        let asExpected = played.count { $0.verdict.exitStatus == 0 }
        if !stage.json {
            Console.say("\n\(asExpected) of \(played.count) as expected, in \(span.components.seconds) s")
        }
    }
}
