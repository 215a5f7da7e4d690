import Inspection

extension ActivityCommand {
    private static let verbs = [
        "fault add", "fault clear", "audit", "check shop-open", "queue stats", "dlq redrive", "wait",
    ]

    /// Reads the arguments behind `orderflow`.
    ///
    /// - Throws: Everything that is wrong, word by word.
    package init(words: [String]) throws(WordMistakes) {
        let verb = words.prefix(2).joined(separator: " ")
        switch verb {
        case "fault add":
            self = try Self.behind(2, words) { rest throws(WordMistakes) in
                .addFault(try FaultRequest(words: rest))
            }
        case "fault clear": self = try Self.behind(2, words, Self.clear)
        case "check shop-open": self = try Self.behind(2, words, Self.checkShopOpen)
        case "queue stats": self = try Self.behind(2, words, Self.queueStats)
        case "dlq redrive": self = try Self.behind(2, words, Self.redrive)
        default:
            switch words.first {
            case "audit": self = try Self.behind(1, words, Self.audit)
            case "wait": self = try Self.behind(1, words, Self.wait)
            default:
                let asked = verb.isEmpty ? "nothing" : verb
                let advice = Spelling.advice(for: verb, among: Self.verbs)
                throw WordMistakes([WordMistake(0, "No scenario can ask for \(asked). \(advice)")])
            }
        }
    }

    /// Reads what stands behind a verb, and counts mistakes from the line's beginning.
    private static func behind(
        _ count: Int, _ words: [String], _ reading: ([String]) throws(WordMistakes) -> ActivityCommand
    ) throws(WordMistakes) -> ActivityCommand {
        do throws(WordMistakes) {
            return try reading(Array(words.dropFirst(count)))
        } catch {
            throw WordMistakes(error.mistakes.map { WordMistake($0.word + count, $0.description) })
        }
    }

    private static func clear(_ words: [String]) throws(WordMistakes) -> ActivityCommand {
        var line = CommandWords(words, flags: ["all"])
        line.refuseStanding(behind: 1)
        let isAll = line.flags.contains("all")
        if line.standing.isEmpty != isAll {
            line.mistake(0, "fault clear takes either the name of a fault or --all. Write one of them.")
        }
        try line.end()
        return line.standing.first.map { .clearFault($0.text) } ?? .clearAllFaults
    }

    private static func audit(_ words: [String]) throws(WordMistakes) -> ActivityCommand {
        var line = CommandWords(
            words, options: ["require", "evidence"], flags: ["json", "at-rest", "parked-is-fine"])
        line.refuseStanding(behind: 0)
        var question = AuditQuestion(
            atRest: line.flags.contains("at-rest"), parkedIsFine: line.flags.contains("parked-is-fine"))
        if let required = line["require"] {
            question.demanded = required.text.split(separator: ",").compactMap { name in
                if let requirement = Requirement(rawValue: String(name)) { return requirement }
                let advice = Spelling.advice(for: String(name), among: Requirement.allCases.map(\.rawValue))
                line.mistake(required.place, "There is no requirement \(name). \(advice)")
                return nil
            }
        }
        _ = line.number("evidence", in: 1...10_000, "a whole number")
        try line.end()
        return .audit(question)
    }

    private static func checkShopOpen(_ words: [String]) throws(WordMistakes) -> ActivityCommand {
        var line = CommandWords(words, options: ["min-share", "max-p99-ms", "window"], flags: ["json"])
        line.refuseStanding(behind: 0)
        var check = ShopOpenCheck()
        if let share = line.number("min-share", in: 0...1, "a share") { check.leastShare = share }
        if let milliseconds = line.number("max-p99-ms", in: 0...3_600_000, "milliseconds") {
            check.mostAnswerP99 = .milliseconds(milliseconds)
        }
        if let window = line.span("window") { check.window = window }
        try line.end()
        return .checkShopOpen(check)
    }

    private static func queueStats(_ words: [String]) throws(WordMistakes) -> ActivityCommand {
        var line = CommandWords(words, flags: ["json"])
        line.refuseStanding(behind: 1)
        let queue = line.standing(0, orElse: "queue stats needs the name of a queue. Write orders.")
        try line.end()
        return .queueStats(queue: queue?.text ?? "")
    }

    private static func redrive(_ words: [String]) throws(WordMistakes) -> ActivityCommand {
        var line = CommandWords(words, options: ["queue", "rate", "timeout"], flags: ["all", "json"])
        line.refuseStanding(behind: 0)
        if !line.flags.contains("all") {
            line.mistake(0, "dlq redrive needs to know which letters. Write --all.")
        }
        var redrive = Redrive(queue: line["queue"]?.text)
        if let rate = line["rate"] {
            redrive.mostPerSecond = Redrive.rate(rate.text)
            if redrive.mostPerSecond == nil {
                line.mistake(
                    rate.place, "--rate cannot be \(rate.text). Write 10/s; 1/s to 500/s is possible.")
            }
        }
        if let timeout = line.span("timeout") { redrive.timeout = timeout }
        try line.end()
        return .redrive(redrive)
    }

    private static func wait(_ words: [String]) throws(WordMistakes) -> ActivityCommand {
        var line = CommandWords(words, options: ["timeout", "poll"], flags: ["json"])
        let conditions = line.standing.compactMap { word -> PipelineCondition? in
            do throws(PipelineCondition.Fault) {
                return try PipelineCondition(word.text)
            } catch {
                line.mistake(word.place, error.description)
                return nil
            }
        }
        if line.standing.isEmpty {
            line.mistake(0, "wait needs to know for what. Write waiting=0 or the like.")
        }
        let timeout = line.span("timeout") ?? PipelineWait.usualTimeout
        let poll = line.span("poll") ?? PipelineWait.usualPoll
        if let complaint = PipelineWait.complaint(timeout: timeout, poll: poll) {
            line.mistake((line["timeout"] ?? line["poll"])?.place ?? 0, complaint)
        }
        try line.end()
        return .wait(conditions, timeout: timeout)
    }
}

extension CommandWords {
    fileprivate func end() throws(WordMistakes) {
        if !mistakes.isEmpty { throw WordMistakes(mistakes) }
    }

    fileprivate mutating func number(_ option: String, in range: ClosedRange<Double>, _ what: String)
        -> Double?
    {
        guard let word = self[option] else { return nil }
        if let number = Double(word.text), range.contains(number) { return number }
        mistake(
            word.place,
            "--\(option) cannot be \(word.text). Write \(what), \(range.lowerBound) to \(range.upperBound).")
        return nil
    }

    fileprivate mutating func span(_ option: String) -> Duration? {
        guard let word = self[option] else { return nil }
        if let span = TimeSpan.parsed(word.text), span > .zero, span <= .seconds(86_400) { return span }
        mistake(
            word.place, "--\(option) cannot be \(word.text). Use a length of time such as 500ms, 20s or 5m.")
        return nil
    }
}
