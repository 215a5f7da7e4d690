import ArgumentParser
import Clockwork
import Foundation
import JSON
import Outages

/// `orderflow simulate`: the whole street in virtual time, once for each seed.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Play the street in virtual time, a storm of faults for each seed, and audit every run.",
        discussion: """
            Every role runs in this process on a simulated computer, on real files, through the same signed bytes as ever. \
            For some seconds of its own time each street is killed, frozen, cut off and rained upon as its seed will have \
            it; then it must come to rest, and its ledgers must balance. The same seed always tells the same story: \
            `--from SEED --seeds 1 --story` tells it line by line.

            Exits with 0 when every seed held, 1 when one did not, 130 when interrupted.
            """)

    @Option(help: "How many seeds to play.") var seeds = 1_000
    @Option(help: "The first seed.") var from: UInt64 = 1
    @Option(help: "Orders that each street sells.") var orders = 20
    @Option(help: "Seeds that are played at the same time. Default: one for each core.") var threads: Int?
    @Flag(help: "Tell what happened, line by line. For a single seed.") var story = false
    @Flag(help: "Stop at the first seed that does not hold.") var first = false
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        guard seeds >= 1, from <= UInt64.max - UInt64(seeds) else {
            throw ValidationError("Play one seed or more.")
        }
        guard (1...10_000).contains(orders) else { throw ValidationError("--orders takes 1 to 10000.") }
        guard (1...256).contains(threads ?? 1) else { throw ValidationError("--threads takes 1 to 256.") }
        guard !story || seeds == 1 else {
            throw ValidationError("--story is for a single seed: add --seeds 1.")
        }
    }

    func run() async throws {
        var simulation = try Simulation()
        simulation.orders = orders
        if story { return try tell(simulation) }
        let time = SystemTime()
        let began = time.uptime
        let cores = threads ?? ProcessInfo.processInfo.activeProcessorCount
        let summary = try await Interruption.cancelling { [simulation] in
            try await simulation.play(seeds: from...from + UInt64(seeds) - 1, threads: cores) { outcome in
                if !outcome.held, !json { Console.say(Self.words(for: outcome)) }
                return outcome.held || !first
            }
        }
        let report = Report(summary: summary, elapsed: time.uptime - began)
        Console.say(json ? report.json.text : report.text)
        guard summary.broken.isEmpty else { throw ExitCode(1) }
    }

    private func tell(_ simulation: Simulation) throws {
        let outcome = try simulation.play(seed: from, isTold: true)
        for line in outcome.story { Console.say(line) }
        Console.say(Self.words(for: outcome))
        guard outcome.held else { throw ExitCode(1) }
    }

    private static func words(for outcome: SimulatedOutcome) -> String {
        let verdict = outcome.held ? "held" : "BROKEN"
        let head = "seed \(outcome.seed) \(verdict), trace \(outcome.traceHash.hexadecimal)"
        return ([head] + outcome.breaches.map { "    \($0)" }).joined(separator: "\n")
    }

    private struct Report {
        let summary: SimulationSummary
        let elapsed: Duration

        private var speed: Int { Int(summary.simulated / elapsed) }

        var text: String {
            let verdict =
                summary.broken.isEmpty
                ? "HELD  \(summary.runs) seeds"
                : "BROKEN  \(summary.broken.count) of \(summary.runs) seeds"
            let missing = summary.sightings.missing.map(\.description)
            return """
                \(verdict)
                  orders      \(summary.acknowledged) acknowledged, each stored, rejected or dead-lettered
                  time        \(summary.simulated.components.seconds) simulated seconds in \
                \(elapsed.milliseconds / 1_000).\(elapsed.milliseconds % 1_000 / 100) s: \(speed) a second
                  steps       \(summary.steps)
                  trace       \(summary.traceHash.hexadecimal)
                  never seen  \(missing.isEmpty ? "nothing: every fault and every recovery has happened" : missing.joined(separator: ", "))
                """
        }

        var json: JSONValue {
            [
                "verdict": .string(summary.broken.isEmpty ? "held" : "broken"),
                "seeds": JSONValue(summary.runs),
                "broken": .array(summary.broken.map { .string("\($0)") }),
                "acknowledged": JSONValue(summary.acknowledged),
                "simulated_ms": JSONValue(summary.simulated.milliseconds),
                "elapsed_ms": JSONValue(elapsed.milliseconds), "steps": JSONValue(summary.steps),
                "trace": .string(summary.traceHash.hexadecimal),
                "never_seen": .array(summary.sightings.missing.map { .string($0.description) }),
            ]
        }
    }
}

extension UInt64 {
    /// Sixteen hexadecimal digits.
    fileprivate var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
