import ArgumentParser
import Clockwork
import Inspection
import JSON

/// `orderflow wait`: until numbers of the pipeline are as they should be.
struct WaitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until all conditions hold at once, in three looks in a row.",
        discussion: """
            A condition is the name of a number, one of = != < <= > >=, and what it should be; put quotes around it where \
            the shell knows < and >.

            Numbers: \(PipelineFigure.Whole.allCases.map(\.rawValue).joined(separator: ", ")) (dead for short); and for each \
            partner \(PipelineFigure.Lane.allCases.map { "NAME.\($0.rawValue)" }.joined(separator: ", ")). A number whose \
            ledger is missing fits nothing, nor does one that only another's queue or stream could tell. Such a queue is \
            asked for waiting, delayed, in_flight and dead_letters.

            Exits with 0 once they hold, 1 at the timeout with the numbers that did not fit, 2 for wrong usage, 4 when there \
            is no such data directory.
            """)

    @OptionGroup var data: DataOptions
    @Argument(help: "Such as waiting=0 'stored>=100'.", transform: PipelineCondition.init)
    var conditions: [PipelineCondition]
    @Option(
        help: ArgumentHelp("How long to wait at most (default: 30s).", valueName: "span"),
        transform: SpanOption.parsed)
    var timeout = PipelineWait.usualTimeout
    @Option(
        help: ArgumentHelp("Between two looks (default: 200ms).", valueName: "span"),
        transform: SpanOption.parsed)
    var poll = PipelineWait.usualPoll
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        if let complaint = PipelineWait.complaint(timeout: timeout, poll: poll) {
            throw ValidationError(complaint)
        }
    }

    func run() async throws {
        let path = await data.path()
        let watch = PipelineWatch(directory: path)
        let wantsTotals = conditions.contains(where: \.figure.isTotal)
        let wait = PipelineWait(for: conditions, timeout: timeout, poll: poll)
        let outcome = try await QueueSight(directory: path).whileOpen { ask in
            try await wait.run(by: SystemTime()) {
                try watch.look(withTotals: wantsTotals, elsewhere: try await ask())
            }
        }
        Output.write((json ? self.json(of: outcome).text : text(of: outcome)) + "\n")
        guard outcome.held else { throw ExitCode(1) }
    }

    private func text(of outcome: PipelineWait.Outcome) -> String {
        let waited = TimeSpan.written(outcome.waited)
        guard !outcome.held else { return "All hold after \(waited): \(numbers(outcome))" }
        let unfit = unfit(outcome).map { condition in
            let value = Self.value(of: condition, outcome)
            let reason = value == .null ? "nobody knows \(condition.figure.name)" : "it is \(value.text)"
            return "  \(PlainText.forTerminal(condition.text))   \(PlainText.forTerminal(reason))"
        }
        guard !unfit.isEmpty else {
            return "Not for \(PipelineWait.looksInARow) looks in a row within \(waited): \(numbers(outcome))"
        }
        return (["Not after \(waited):"] + unfit).joined(separator: "\n")
    }

    private func numbers(_ outcome: PipelineWait.Outcome) -> String {
        conditions.map { "\($0.figure.name) \(Self.value(of: $0, outcome).text)" }.joined(separator: ", ")
    }

    private func json(of outcome: PipelineWait.Outcome) -> JSONValue {
        var numbers = JSONObject()
        for condition in conditions { numbers[condition.figure.name] = Self.value(of: condition, outcome) }
        return [
            "held": .bool(outcome.held), "waited_ms": JSONValue(outcome.waited.milliseconds),
            "looks": JSONValue(outcome.looks), "numbers": .object(numbers),
            "unfit": .array(unfit(outcome).map { .string($0.text) }),
        ]
    }

    private func unfit(_ outcome: PipelineWait.Outcome) -> [PipelineCondition] {
        conditions.filter { !$0.holds(in: outcome.last) }
    }

    private static func value(of condition: PipelineCondition, _ outcome: PipelineWait.Outcome) -> JSONValue {
        guard let value = outcome.last.value(of: condition.figure) else { return .null }
        return Int64(exactly: value).map(JSONValue.integer) ?? .number(DecimalText.written(value, digits: 4))
    }
}
