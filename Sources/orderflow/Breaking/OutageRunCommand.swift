import ArgumentParser
import Clockwork
import Foundation
import Inspection
import Logging
import Outages
import Wire

/// `orderflow outage run`: plays scenarios, each on a street of its own.
struct OutageRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Play scenarios on streets of their own, and say of each what held.",
        discussion: """
            A scenario is a file, or the name of one in config/outages. Each gets a fresh street with free ports in a \
            directory of its own under runs/, where everything is kept: ledgers, logs, journal.json, verdict.json. \
            Verdicts: HELD; BROKEN, with what broke first and whose orders; INVALID, when a fault did not take effect or too \
            few orders met it; BROKE AS EXPECTED, for scenarios that show a mistake at work.

            With --virtual they are played in one process under a simulated clock, and those with a fault that has no meaning \
            there are named and left out.

            Exits with 0 when every scenario ended as it expects, 1 when one did not, 2 for a file that cannot be read, 3 \
            when nothing was proven by one and none was broken, 130 when interrupted.
            """)

    @Argument(help: "Files, or names from config/outages.") var scenarios: [String]
    @Option(name: .customLong("repeat"), help: "How often each is played, seed by seed.") var times = 1
    @Flag(
        name: .customLong("virtual"),
        help: "Play them in virtual time, where no process dies for real. Keeps no directory.")
    var isVirtual = false
    @OptionGroup var stage: StageOptions

    func validate() throws {
        guard (1...1_000).contains(times) else { throw ValidationError("--repeat takes 1 to 1000.") }
    }

    func run() async throws {
        let files = try scenarios.map { try PlayableFile(ScenarioFile($0)) }
        guard !isVirtual else {
            return try await VirtualRuns(files, seed: stage.chosenSeed, times: times, isJSON: stage.json)
                .play()
        }
        var statuses: [Int32] = []
        for file in files {
            for round in 0..<UInt64(times) {
                let seed = (stage.chosenSeed ?? file.scenario.staging.seed) &+ round
                statuses.append(try await stage.play(file, seed: seed).exitStatus)
            }
        }
        if let worst = [1, 3].first(where: statuses.contains) { throw ExitCode(worst) }
    }
}

/// A file with a scenario in it: read before anything is played, so that a suite does not end in its middle.
struct PlayableFile {
    let file: ScenarioFile
    let scenario: Scenario

    init(_ file: ScenarioFile) throws(Ending) {
        self.file = file
        scenario = try file.scenario()
    }

    var name: String { ScenarioLibrary.name(of: file.path) }
}

extension StageOptions {
    /// Plays a scenario from its street's opening to its verdict.
    func play(_ file: PlayableFile, seed: UInt64) async throws -> DemoVerdict {
        let scenario = file.scenario
        let settings = try await settings(for: scenario, seed: seed)
        let title = "outage run \(file.name): \(scenario.title), seed \(seed)"
        return try await perform("\(file.name)-\(seed)", title: title) {
            directory, http, surroundings, logger in
            try Data(file.file.text.utf8).write(to: URL(filePath: "\(directory.path)/scenario.yaml"))
            let street = try Street(
                settings, in: directory, program: CommandLine.ownPath, surroundings: surroundings,
                logger: logger, http: http)
            if scenario.staging.workload.startAt > .zero { await street.supervisor.hold("shop") }
            let plot = ScenarioPlot(scenario, program: CommandLine.ownPath, surroundings: surroundings)
            let director = DemoDirector(
                street: street, plot: plot, title: "orderflow outage  \(file.name)  seed \(seed)",
                run: directory.name, screen: screen, surroundings: surroundings)
            let began = surroundings.now
            let verdict = try await Interruption.cancelling { try await director.play() }
            let journal = ScenarioJournal(
                scenario, record: plot.record, verdict: verdict, startedAt: began, endedAt: surroundings.now,
                seed: seed)
            try directory.write(journal.json, to: directory.journal)
            try report(on: directory) { $0.limits = scenario.staging.limits.audit }
            return verdict
        }
    }

    private func settings(for scenario: Scenario, seed: UInt64) async throws -> StreetSettings {
        var plan = scenario.staging.workload.plan
        plan.seed = seed
        return try await settings(for: scenario.staging.system, selling: plan)
    }
}
