import ArgumentParser
import Clockwork
import Foundation
import JSON
import Outages

/// `orderflow outage sweep`: one crash at every point at which one could matter.
struct SweepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Crash every process at every point where it could matter, and audit each time.",
        discussion: """
            Points are: before and after each commit of each process, each pass of a named moment in its work, and each \
            answer that it waits for, lost by its death. An undisturbed street in virtual time passes them all and is noted; then one street is played for each \
            point, on real files and through the same signed bytes as ever: the process dies there, is started again, \
            everything has to come to rest, and the ledgers have to balance.

            Exits with 0 when all held, 1 when one did not, 2 for wrong usage, 130 when interrupted.
            """)

    @Option(help: "Orders that each street sells.") var orders = 20
    @Option(
        help: "Only points with this in their description, such as 'intake.*', \"oms: after\" or PutRecords.")
    var points: String?
    @Option(help: "Streets that are played at the same time. Default: one for each core.") var threads: Int?
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        guard (1...1_000).contains(orders) else { throw ValidationError("--orders takes 1 to 1000.") }
        guard (1...256).contains(threads ?? 1) else { throw ValidationError("--threads takes 1 to 256.") }
    }

    func run() async throws {
        var sweep = try Sweep()
        sweep.orders = orders
        let time = SystemTime()
        let began = time.uptime
        let all = try sweep.points()
        let chosen = all.filter { point in points.map("\(point) \(point.kind)".has) ?? true }
        guard !chosen.isEmpty else {
            throw ValidationError("None of the \(all.count) points has \"\(points ?? "")\" in it.")
        }
        let cores = threads ?? ProcessInfo.processInfo.activeProcessorCount
        let tally = try await Interruption.cancelling { [sweep] in
            var tally = Tally()
            try await sweep.crash(at: chosen, threads: cores) { outcome in
                tally.add(outcome)
                if !outcome.held, !json { Console.say(Self.words(for: outcome)) }
            }
            return tally
        }
        Console.say(
            json ? tally.json(elapsed: time.uptime - began).text : tally.text(elapsed: time.uptime - began))
        guard tally.broken.isEmpty else { throw ExitCode(1) }
    }

    private static func words(for outcome: Sweep.Outcome) -> String {
        (["BROKEN  \(outcome.point)"] + outcome.breaches.map { "    \($0)" }).joined(separator: "\n")
    }

    /// How many points there were of each kind, and which did not hold.
    private struct Tally: Sendable {
        private(set) var points = 0
        private(set) var broken: [Sweep.Outcome] = []
        /// In the order in which a street passes them.
        private var kinds: [(name: String, points: Int, broken: Int)] = []

        mutating func add(_ outcome: Sweep.Outcome) {
            points += 1
            if !outcome.held { broken.append(outcome) }
            let kind = outcome.point.kind
            let place = kinds.firstIndex { $0.name == kind } ?? kinds.endIndex
            if place == kinds.endIndex { kinds.append((kind, 0, 0)) }
            kinds[place].points += 1
            kinds[place].broken += outcome.held ? 0 : 1
        }

        private var sorted: [(name: String, points: Int, broken: Int)] {
            kinds.sorted { $0.name < $1.name }
        }

        func text(elapsed: Duration) -> String {
            let width = kinds.map(\.name.count).max() ?? 0
            let lines = sorted.map { kind in
                let name = kind.name + String(repeating: " ", count: width - kind.name.count)
                return "  \(name)  \(kind.points)  \(kind.broken == 0 ? "held" : "\(kind.broken) BROKEN")"
            }
            let verdict =
                broken.isEmpty ? "HELD  \(points) points" : "BROKEN  \(broken.count) of \(points) points"
            let seconds = "\(elapsed.milliseconds / 1_000).\(elapsed.milliseconds % 1_000 / 100)"
            return (lines + ["\(verdict), in \(seconds) s"]).joined(separator: "\n")
        }

        func json(elapsed: Duration) -> JSONValue {
            [
                "verdict": .string(broken.isEmpty ? "held" : "broken"), "points": JSONValue(points),
                "kinds": .array(
                    sorted.map {
                        [
                            "kind": .string($0.name), "points": JSONValue($0.points),
                            "broken": JSONValue($0.broken),
                        ]
                    }),
                "broken": .array(
                    broken.map {
                        [
                            "point": .string("\($0.point)"),
                            "breaches": .array($0.breaches.map(JSONValue.string)),
                        ]
                    }),
                "elapsed_ms": JSONValue(elapsed.milliseconds),
            ]
        }
    }
}

extension String {
    /// Whether this text stands somewhere in it; a `*` there stands for anything.
    fileprivate func has(_ pattern: String) -> Bool {
        var rest = self[...]
        for part in pattern.split(separator: "*") {
            guard let place = rest.firstRange(of: part) else { return false }
            rest = rest[place.upperBound...]
        }
        return true
    }
}
