import Inspection
import JSON
import Orders

/// One thing that can be said of a run and held against the same of another: its value under a topic and a name.
struct RunFigure: Hashable {
    /// What it is about, the gravest first.
    enum Topic: String, CaseIterable {
        case verdict
        /// A requirement that the run had to meet: `held`, `broken`, or `untold`.
        case demanded
        /// A requirement that was looked at all the same.
        case measured
        case count
        /// What each partner got, and how old it was.
        case partner
        /// Seconds from a fault's end until what it had held up was done; none where that never came.
        case recovery
        case cost
        /// Bytes that a process had resident late in the run.
        case memory
        /// What was broken: its target and kind.
        case fault
        case setting
    }

    var topic: Topic
    var name: String
    var value: JSONValue
}

extension RunFigure {
    /// All that a run's directory tells, in the order of its topics. Where everybody listened and lay, and what they kept
    /// secret, is nobody's business here.
    static func all(of notes: RunNotes) -> [RunFigure] {
        let verdict = notes.verdict ?? .null
        return [
            RunFigure(topic: .verdict, name: "verdict", value: verdict["verdict"] ?? .string(unfinished))
        ]
            + requirements(.demanded, verdict["must_hold"]) + requirements(.measured, verdict["measured"])
            + members(.count, verdict["counts"]) + partners(verdict["partners"])
            + recoveries(verdict["recovery"]) + members(.cost, verdict["cost"])
            + memory(verdict["memory"]) + faults(notes.faults) + settings(notes)
    }

    /// The verdict of a run that did not come to its end.
    static let unfinished = "unfinished"

    private static func requirements(_ topic: Topic, _ list: JSONValue?) -> [RunFigure] {
        rows(list) { row in
            let word = row["held"]?.bool.map { $0 ? "held" : "broken" } ?? "untold"
            return row["name"]?.string.map { RunFigure(topic: topic, name: $0, value: .string(word)) }
        }
    }

    private static func partners(_ list: JSONValue?) -> [RunFigure] {
        (list?.array ?? []).flatMap { partner in
            ["expected", "missing", "repeats", "p95_age_ms"].compactMap { figure in
                partner[figure].map {
                    RunFigure(
                        topic: .partner, name: "\(partner["name"]?.shown ?? "") \(figure)", value: $0)
                }
            }
        }
    }

    private static func recoveries(_ list: JSONValue?) -> [RunFigure] {
        numbered(
            rows(list) { row in
                row["fault"]?.string.map {
                    RunFigure(topic: .recovery, name: $0, value: row["seconds"] ?? .null)
                }
            })
    }

    private static func memory(_ list: JSONValue?) -> [RunFigure] {
        rows(list) { row in
            row["process"]?.string.map {
                RunFigure(topic: .memory, name: $0, value: row["late_bytes"] ?? .null)
            }
        }
    }

    private static func faults(_ timeline: FaultTimeline) -> [RunFigure] {
        numbered(timeline.faults.map { RunFigure(topic: .fault, name: $0.name, value: .string($0.title)) })
    }

    private static func settings(_ notes: RunNotes) -> [RunFigure] {
        let scenario = notes.scenario.map { text in
            RunFigure(
                topic: .setting, name: "scenario sha256",
                value: .string(String(ContentHash(ofBytes: Array(text.utf8)).rawValue.prefix(12))))
        }
        return (scenario.map { [$0] } ?? []) + members(.setting, notes.settings, without: places)
    }

    /// Settings that are another in each run, or that are secret.
    private static let places: Set = ["data", "host", "port", "keys", "secret", "arrows"]

    // MARK: JSON

    private static func rows(_ list: JSONValue?, _ figure: (JSONValue) -> RunFigure?) -> [RunFigure] {
        (list?.array ?? []).compactMap(figure)
    }

    /// A figure for each value that stands somewhere below, named after the way to it: `queue.kind`.
    private static func members(
        _ topic: Topic, _ value: JSONValue?, below path: String? = nil, without left: Set<String> = []
    ) -> [RunFigure] {
        guard let value else { return [] }
        guard let object = value.object else {
            let text = value.array.map { JSONValue.string($0.map(\.shown).joined(separator: ", ")) }
            return [RunFigure(topic: topic, name: path ?? topic.rawValue, value: text ?? value)]
        }
        return object.members.filter { !left.contains($0.name) }.flatMap { name, value in
            members(topic, value, below: path.map { "\($0).\(name)" } ?? name, without: left)
        }
    }

    /// Tells those apart that have one name, by their order.
    private static func numbered(_ figures: [RunFigure]) -> [RunFigure] {
        var times: [String: Int] = [:]
        return figures.map { figure in
            var figure = figure
            times[figure.name, default: 0] += 1
            if let time = times[figure.name], time > 1 { figure.name += " (\(time))" }
            return figure
        }
    }
}
