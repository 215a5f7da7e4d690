import ArgumentParser
import Inspection
import JSON
import Outages

/// What a check found: one line and its reasons for eyes, one object for programs.
struct CheckReport {
    private let name: String
    /// Nil when there was nothing to judge.
    private let held: Bool?
    private let measured: JSONObject
    private let evidence: [String]

    init(_ result: RequirementResult) {
        name = result.requirement.rawValue
        held = result.held
        measured = result.measured.reduce(into: JSONObject()) { $0[$1.name] = $1.value }
        evidence = result.evidence.map(\.description)
    }

    /// - Parameter leftovers: Nil when nothing tells of a run there.
    init(_ leftovers: Leftovers?) {
        name = "no-leftover"
        held = leftovers.map(\.isEmpty)
        var measured = JSONObject()
        guard let leftovers else {
            self.measured = measured
            evidence = ["no street was ever opened here, and nothing was broken"]
            return
        }
        measured["up"] = .bool(leftovers.isUp)
        measured["faults"] = JSONValue(leftovers.faults.count)
        measured["processes"] = JSONValue(leftovers.processes.count)
        measured["ports"] = JSONValue(leftovers.ports.count)
        self.measured = measured
        evidence =
            leftovers.faults.map { "still broken: \($0)" } + leftovers.processes.map { "still alive: \($0)" }
            + leftovers.ports.map { "still in use: port \($0)" }
    }

    /// Prints it.
    ///
    /// - Throws: An exit status other than 0 where it did not hold.
    func conclude(inJSON json: Bool) throws {
        Output.write(json ? PlainText.escapingCommands(inJSON: self.json.text) + "\n" : text)
        switch held {
        case true?: return
        case false?: throw ExitCode(1)
        case nil: throw ExitCode(3)
        }
    }

    private var text: String {
        let mark = held.map { $0 ? "✔" : "✘" } ?? "?"
        let figures = measured.members.filter { $0.value != .null }.map { "\($0.name) \($0.value.shown)" }
        let first = "\(mark) \(name)" + (figures.isEmpty ? "" : "  \(figures.joined(separator: ", "))")
        let lines = [first] + evidence.map { "    \($0)" }
        return lines.map { "\(PlainText.forTerminal($0))\n" }.joined()
    }

    private var json: JSONValue {
        var object = JSONObject()
        object["check"] = .string(name)
        object["held"] = held.map(JSONValue.bool) ?? .null
        for measure in measured.members { object[measure.name] = measure.value }
        object["evidence"] = .array(evidence.map(JSONValue.string))
        return .object(object)
    }
}
