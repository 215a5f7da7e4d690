import Inspection
import JSON

/// What is different between two runs, by what their directories tell.
package struct RunDifference: Sendable {
    /// Names of the directories.
    package let first: String
    package let second: String
    /// The gravest first: what is worse, then by topic.
    let lines: [Line]
    /// How many figures are the same.
    let agreeing: Int

    struct Line: Hashable {
        var topic: RunFigure.Topic
        var name: String
        /// Nil where a run has no such figure.
        var first: JSONValue?
        var second: JSONValue?
    }

    /// Reads both directories.
    ///
    /// - Throws: ``NotARun`` for a directory in which no run has been.
    package init(from first: RunDirectory, to second: RunDirectory) throws(NotARun) {
        self.init(
            (first.name, try Self.figures(in: first)), (second.name, try Self.figures(in: second)))
    }

    init(_ first: (name: String, figures: [RunFigure]), _ second: (name: String, figures: [RunFigure])) {
        self.first = first.name
        self.second = second.name
        let compared = Self.lines(first.figures, second.figures)
        let differing = compared.filter { $0.first != $0.second }
        agreeing = compared.count - differing.count
        lines = differing.filter(\.isWorse) + differing.filter { !$0.isWorse }
    }

    /// Whether the second run's verdict is worse, or a requirement is broken that was not.
    package var isWorse: Bool { lines.contains(where: \.isWorse) }

    private static func figures(in directory: RunDirectory) throws(NotARun) -> [RunFigure] {
        let notes = RunNotes(in: directory)
        guard notes.verdict != nil || notes.settings != nil else { throw NotARun(path: directory.path) }
        return RunFigure.all(of: notes)
    }

    /// A line for each figure that either has, by topic; of each topic those of the first run stand first.
    private static func lines(_ first: [RunFigure], _ second: [RunFigure]) -> [Line] {
        RunFigure.Topic.allCases.flatMap { topic -> [Line] in
            let ours = first.filter { $0.topic == topic }, theirs = second.filter { $0.topic == topic }
            let values = Dictionary(theirs.map { ($0.name, $0.value) }) { one, _ in one }
            let names = Set(ours.map(\.name))
            return ours.map { Line(topic: topic, name: $0.name, first: $0.value, second: values[$0.name]) }
                + theirs.filter { !names.contains($0.name) }.map {
                    Line(topic: topic, name: $0.name, first: nil, second: $0.value)
                }
        }
    }
}

extension RunDifference.Line {
    var isWorse: Bool {
        switch topic {
        case .verdict: RunEnding(second) > RunEnding(first)
        case .demanded: first != "broken" && second == "broken"
        default: false
        }
    }

    var isBetter: Bool {
        switch topic {
        case .verdict: RunEnding(second) < RunEnding(first)
        case .demanded: first == "broken" && second == "held"
        default: false
        }
    }
}

/// What a verdict comes to, the best first.
private enum RunEnding: Int, Comparable {
    case asExpected, unproven, broken

    init(_ verdict: JSONValue?) {
        self =
            switch verdict?.string {
            case "held", "broke as expected": .asExpected
            case "broken", "held, against expectation": .broken
            default: .unproven
            }
    }

    static func < (one: RunEnding, other: RunEnding) -> Bool { one.rawValue < other.rawValue }
}

/// A directory in which no run has been.
package struct NotARun: Error, Hashable, CustomStringConvertible {
    let path: String

    package var description: String {
        "No run has been in \(path): there is neither verdict.json nor settings.json. `ls runs` shows those that were."
    }
}
