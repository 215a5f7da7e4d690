import Clockwork
import Inspection
import JSON

extension RunStory {
    /// What stands above the picture.
    var findings: [ReportSection] { [outageSection, requirementSection] }

    /// What stands below it.
    var details: [ReportSection] {
        [
            remarkableSection, slowSection, partnerSection, measureSection, eventSection, scenarioSection,
            circumstanceSection, repeatSection,
        ]
        .compactMap(\.self)
    }

    /// The run in a sentence: the equation, and what it lacks.
    var summary: String {
        let equation = audit.equation
        let parts =
            [
                "\(equation.stored) stored", "\(equation.rejected) rejected", "\(equation.waiting) waiting",
                "\(equation.inFlight) in flight", "\(equation.deadLetters) dead-lettered",
            ] + (equation.discarded == 0 ? [] : ["\(equation.discarded) discarded"])
        let lost = equation.lost == 0 ? "None is lost." : "\(equation.lost) are lost."
        return
            "The shop was told yes for \(equation.acknowledged) orders: \(parts.joined(separator: ", ")). \(lost)"
    }

    /// When it began, such as `2026-11-22 22:15:30 UTC`.
    var beginning: String {
        "\(span.lowerBound.description.prefix(19).replacing("T", with: " ")) UTC"
    }

    // MARK: Findings

    private var outageSection: ReportSection {
        guard !outages.isEmpty else {
            return ReportSection(
                title: "What was broken",
                blocks: [.paragraph("Nothing, or nobody wrote it down: faults.ndjson names no fault.")])
        }
        let rows = outages.map { outage -> [ReportSection.Cell] in
            let length = outage.fault.endedAt.map { Self.words(for: $0 - outage.fault.effectiveAt) }
            return [
                .init(outage.fault.words), .init(clock(outage.fault.effectiveAt), .figure),
                .init(length ?? "until the end", .figure), .init(outage.proof ?? "", .quiet),
                .init(outage.recovery.map { "\($0.backlogAtEnd)" } ?? "", .figure),
                Self.cell(for: outage.recovery),
            ]
        }
        let table = ReportSection.Table(
            caption: "Faults, and how long it took until what they had held up was done",
            columns: ["fault", "at", "lasted", "how we know", "held up", "done after"], rows: rows)
        return ReportSection(title: "What was broken, and how it recovered", blocks: [.table(table)])
    }

    /// Whoever is killed and started again at once is not broken for a time.
    private static func words(for span: Duration) -> String {
        span < .milliseconds(10) ? "a moment" : TimeSpan.written(span)
    }

    private static func cell(for recovery: Recovery?) -> ReportSection.Cell {
        guard let recovery else { return .init("it never ended", .bad) }
        return recovery.seconds.map { .init(TimeSpan.written(.milliseconds(Int64($0 * 1_000))), .figure) }
            ?? .init("not done", .bad)
    }

    private var requirementSection: ReportSection {
        let asked = audit.requirements.filter { demanded.contains($0.requirement) }
        return ReportSection(
            title: "What had to hold",
            blocks: [Self.table(of: asked, "What had to hold")]
                + asked.filter { $0.held != true }.flatMap(Self.evidence))
    }

    private var measureSection: ReportSection? {
        let others = audit.requirements.filter { !demanded.contains($0.requirement) && $0.held != nil }
        guard !others.isEmpty else { return nil }
        return ReportSection(
            title: "Measured, and not demanded of this run",
            blocks: [Self.table(of: others, "What was measured and not demanded")])
    }

    private static func table(of results: [RequirementResult], _ caption: String) -> ReportSection.Block {
        .table(
            .init(
                caption: caption, columns: ["held", "name", "what it says", "by these figures"],
                rows: results.map(row)))
    }

    private static func row(for result: RequirementResult) -> [ReportSection.Cell] {
        let mark: ReportSection.Cell =
            switch result.held {
            case true?: .init("✔", .good)
            case false?: .init("✘", .bad)
            case nil: .init("?", .bad)
            }
        let figures = result.measured.filter { $0.value != .null }.map {
            "\($0.name.replacing("_", with: " ")) \($0.value.shown)"
        }
        return [
            mark, .init(result.requirement.rawValue, .name), .init(result.requirement.sentence),
            .init(figures.joined(separator: ", "), .quiet),
        ]
    }

    private static func evidence(for result: RequirementResult) -> [ReportSection.Block] {
        let shown = result.evidence.prefix(10).map(\.description)
        let more = result.breaches > shown.count ? ["… and \(result.breaches - shown.count) more"] : []
        return [
            .paragraph("What speaks against \(result.requirement.rawValue):"),
            .code((shown + more).joined(separator: "\n")),
        ]
    }

    private var partnerSection: ReportSection? {
        guard !audit.partners.isEmpty else { return nil }
        let rows = audit.partners.map { partner -> [ReportSection.Cell] in
            [.init(partner.name)]
                + [
                    partner.expected, partner.once, partner.repeated, partner.missing, partner.pending,
                    partner.parked,
                ].map { .init("\($0)", .figure) }
                + [
                    .init(
                        partner.ageP95Milliseconds.map { TimeSpan.written(.milliseconds($0)) } ?? "", .figure)
                ]
        }
        let table = ReportSection.Table(
            caption: "What each partner heard",
            columns: [
                "partner", "events", "heard once", "more often, recognised", "missing", "pending", "given up",
                "p95 from acceptance",
            ], rows: rows)
        return ReportSection(title: "What the partners heard", blocks: [.table(table)])
    }

    // MARK: Details

    private var remarkableSection: ReportSection {
        guard !remarkable.isEmpty else {
            return ReportSection(
                title: "Orders out of the ordinary", blocks: [.paragraph("There is none.")])
        }
        let rows = remarkable.map { order -> [ReportSection.Cell] in
            [
                .init(order.orderNumber, order.isGrave ? .bad : .plain),
                .init(order.remarks.map(\.words).joined(separator: "; ")), .init(order.lastPlace, .quiet),
            ]
        }
        let table = ReportSection.Table(
            caption: "Every order that was not plainly well, with its last known place",
            columns: ["order", "what happened", "last seen"], rows: rows)
        return ReportSection(
            title: "Orders out of the ordinary",
            blocks: table.cut(to: Self.mostRows, whereAll: "All: orderflow sql --data \(path)"))
    }

    private var slowSection: ReportSection? {
        let slow = slow.sorted { ($1.length ?? .zero, $0.sentAt) < ($0.length ?? .zero, $1.sentAt) }
        guard !slow.isEmpty else { return nil }
        let rows = slow.map { journey -> [ReportSection.Cell] in
            let faults = outages.map(\.fault).filter { $0.overlaps(journey.sentAt, journey.lastSeenAt) }
            return [
                .init(journey.orderNumber), .init(clock(journey.sentAt), .figure),
                .init(journey.length.map(TimeSpan.written) ?? "", .figure),
                .init(
                    (journey.longestWait?.waitingRoom ?? "")
                        + (journey.longestWait == .delivered
                            ? journey.lastPartner.map { ", for \($0)" } ?? "" : "")),
                .init(FaultRow.rows(of: faults).map { $0.faults[0].words }.joined(separator: ", "), .quiet),
            ]
        }
        let table = ReportSection.Table(
            caption: "Orders that arrived, the slowest first",
            columns: ["order", "sent at", "took", "waited longest", "broken meanwhile"], rows: rows)
        let limit = TimeSpan.written(Self.patience)
        return ReportSection(
            title: "Orders that had to wait",
            blocks: [
                .paragraph(
                    "\(slow.count) of \(journeys.count) orders took longer than \(limit) from the shop's first try to the last partner."
                )
            ] + table.cut(to: Self.mostRows, whereAll: "All: orderflow sql --data \(path)"))
    }

    private var eventSection: ReportSection? {
        guard !notes.events.isEmpty else { return nil }
        let table = ReportSection.Table(
            caption: "Events of the run", columns: ["at", "what happened"],
            rows: notes.events.map { [.init(clock($0.at), .figure), .init($0.text)] })
        return ReportSection(
            title: "What happened, line by line",
            blocks: table.cut(to: Self.mostRows, whereAll: "All: \(path)/events.ndjson"))
    }

    private var scenarioSection: ReportSection? {
        notes.scenario.map { ReportSection(title: "The scenario as it was played", blocks: [.code($0)]) }
    }

    /// Longer tables help nobody.
    static let mostRows = 500
}
