import Clockwork
import Inspection
import JSON

/// How a run ended, by what the ledgers say.
package struct DemoVerdict: Sendable {
    package var run: String
    package var audit: AuditReport
    /// What had to hold.
    package var demanded = Requirement.demandedAlways
    package var final: PipelineSnapshot
    package var cost: Cost
    /// Why nothing was proven, where that is so.
    package var invalid: String?
    /// How everyone's memory went; nil where nobody was weighed, empty where that was too short to tell.
    package var memory: [MemoryTrend]?
    /// What did not hold beside the ledgers, in words.
    package var deviations: [String] = []
    /// True where a mistake is shown at work: then it has to break.
    package var expectsBreak = false

    /// What the run took from the machine.
    package struct Cost: Hashable, Sendable {
        package var processes: Int
        /// The most that all processes together had resident, pages they share counted once.
        package var residentBytes: Int64
        package var diskBytes: Int64
        package var span: Duration
    }

    package var word: String {
        switch ending {
        case .invalid: "INVALID"
        case .held: expectsBreak ? "HELD, AGAINST EXPECTATION" : audit.outcome(demanding: demanded).word
        case .broken: expectsBreak ? "BROKE AS EXPECTED" : "BROKEN"
        }
    }

    /// 0 as expected, 1 not, 3 nothing proven.
    package var exitStatus: Int32 {
        switch ending {
        case .invalid: 3
        case .held: expectsBreak ? 1 : 0
        case .broken: expectsBreak ? 0 : 1
        }
    }

    private enum Ending {
        case held, broken, invalid
    }

    private var ending: Ending {
        if invalid != nil { return .invalid }
        switch audit.outcome(demanding: demanded) {
        case .broken: return .broken
        case .held, .heldAsFarAsSeen: return deviations.isEmpty ? .held : .broken
        case .invalid: return deviations.isEmpty ? .invalid : .broken
        }
    }
}

extension DemoVerdict {
    /// The verdict for eyes.
    package var text: String {
        var lines = [" VERDICT  \(word.padded(to: 60))run \(run)"]
        if let invalid { lines.append("   why         \(invalid)") }
        if case .broken(let result) = audit.outcome(demanding: demanded) {
            lines.append("   broken      \(result.requirement.rawValue): \(result.requirement.sentence)")
            for evidence in result.evidence.prefix(10) { lines.append("               \(evidence)") }
        }
        if case .invalid(let result) = audit.outcome(demanding: demanded),
            let evidence = result.evidence.first
        {
            lines.append("   unproven    \(result.requirement.rawValue): \(evidence)")
        }
        if case .heldAsFarAsSeen(let unseen) = audit.outcome(demanding: demanded) {
            for result in unseen {
                lines.append(
                    "   not seen    \(result.requirement.rawValue): \(result.evidence.first?.description ?? "")"
                )
            }
        }
        for deviation in deviations.prefix(10) { lines.append("   deviation   \(deviation)") }
        lines.append("   shop        \(shopLine)")
        lines.append("   orders      \(ordersLine)")
        lines.append("   audit       \(auditLine)")
        lines.append("               \(audit.equation)")
        lines.append("   recovery    \(recoveryLine)")
        lines.append("   partners    \(partnersLine)")
        if let memory { lines.append("   memory      \(Self.line(for: memory))") }
        lines.append("   cost        \(costLine)")
        return lines.joined(separator: "\n")
    }

    private var shopLine: String {
        let deliberate = audit.counts.deliberate.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        return """
            \(final.shop.sent) orders, \(final.shop.acknowledged) acknowledged; p99 \
            \(final.shop.answerP99Milliseconds) ms; \(audit.counts.refused) refused; sent on purpose: \
            \(deliberate.isEmpty ? "nothing" : deliberate.joined(separator: ", "))
            """
    }

    private var ordersLine: String {
        """
        \(audit.counts.stored) stored, \(audit.equation.rejected) rejected, \(audit.counts.repeats.counted("repeat")) \
        absorbed, \(audit.counts.conflicts.counted("conflict")) recorded, \
        \(audit.counts.deadLetters?.counted("dead letter") ?? "dead letters not known")\(audit.counts.cancellations.map { ", \($0)" } ?? "")
        """
    }

    private var auditLine: String {
        func count(_ verdict: Verdict) -> Int { audit.verdicts[verdict, default: 0] }
        let doubled = audit.result(for: .noDuplicate)?.breaches ?? 0
        let missing = audit.partners.reduce(0) { $0 + $1.missing }
        return """
            lost \(count(.lost)), invented \(count(.unexpected)), altered \(count(.altered)), doubled \(doubled), missing \
            at a partner \(missing), unknown \(count(.unknown))
            """
    }

    private var recoveryLine: String {
        guard !audit.recoveries.isEmpty else { return "nothing was broken" }
        // Of many recoveries of one target the slowest is told, and of many targets those that were slow.
        let byTarget = Dictionary(grouping: audit.recoveries, by: \.fault.target).compactMap {
            target, recoveries in
            recoveries.max { $0.span < $1.span }.map {
                (target: target, times: recoveries.count, slowest: $0)
            }
        }
        let told = byTarget.sorted { $0.slowest.span > $1.slowest.span }.prefix(Self.mostRecoveries)
        let lines = told.sorted { $0.target < $1.target }.map { target, times, slowest in
            let seconds = slowest.seconds.map { "in \(Self.decimal($0)) s" } ?? "not finished"
            let often = times == 1 ? "" : " \(times) times, at worst"
            return "\(target):\(often) \(slowest.backlogAtEnd) waiting -> 0 \(seconds)"
        }
        let others = byTarget.count - told.count
        return lines.joined(separator: "   ") + (others > 0 ? "   \(others) more: sooner" : "")
    }

    private static let mostRecoveries = 5

    private var partnersLine: String {
        let expected = audit.partners.reduce(0) { $0 + $1.expected }
        let delivered = audit.partners.reduce(0) { $0 + $1.once + $1.repeated }
        let repeats = audit.partners.reduce(0) { $0 + $1.repeats }
        let ages = audit.partners.map { "\($0.name) \($0.ageP95Milliseconds.map { "\($0) ms" } ?? "-")" }
        return """
            \(delivered) of \(expected) deliveries, \(repeats.counted("repeat")), all recognised; p95 age \
            \(ages.joined(separator: ", "))
            """
    }

    private static func line(for memory: [MemoryTrend]) -> String {
        guard !memory.isEmpty else { return "not judged: that takes a run of two minutes" }
        let word = memory.allSatisfy(\.isFlat) ? "flat" : "grew"
        return "\(word): \(memory.map(\.description).joined(separator: ", "))"
    }

    private var costLine: String {
        """
        \(cost.processes) processes, \(cost.residentBytes >> 20) MB resident together, \(cost.diskBytes >> 20) MB on disk, \
        \(cost.span.components.seconds) s
        """
    }

    private static func decimal(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }

    /// The verdict for programs.
    package var json: JSONValue {
        var object = JSONObject()
        object["run"] = .string(run)
        object["verdict"] = .string(word.lowercased())
        object["why"] = invalid.map(JSONValue.string)
        if !deviations.isEmpty { object["deviations"] = .array(deviations.map(JSONValue.string)) }
        for member in audit.json().object?.members ?? [] where member.name != "verdict" {
            object[member.name] = member.value
        }
        object["memory"] = memory.map { .array($0.map(\.json)) }
        object["cost"] = [
            "processes": JSONValue(cost.processes), "max_rss_bytes": JSONValue(cost.residentBytes),
            "disk_bytes": JSONValue(cost.diskBytes), "milliseconds": JSONValue(cost.span.milliseconds),
        ]
        return .object(object)
    }
}

extension Recovery {
    /// In seconds; without an end where it is not finished.
    fileprivate var span: Double { seconds ?? .infinity }
}

extension Int {
    /// `1 repeat`, `2 repeats`.
    fileprivate func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
