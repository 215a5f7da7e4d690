import Clockwork
import Inspection

/// The report as Markdown, with a row of little bars for each lane where the page has its picture.
///
/// Source: GitHub Flavored Markdown, for tables.
struct MarkdownPage {
    let story: RunStory

    var text: String {
        let head =
            [
                "# \(Self.escaped("\(story.verdict.word): \(story.name)"))",
                Self.escaped("\(story.beginning). \(story.summary)"),
            ] + story.verdict.remarks.map(Self.escaped)
        let parts =
            head + story.findings.flatMap(Self.parts)
            + ["## The run on one time axis", "```text\n\(lanes)\n```"] + story.details.flatMap(Self.parts)
        return parts.joined(separator: "\n\n") + "\n"
    }

    // MARK: Lanes

    private var lanes: String {
        let axis = TimeAxis(story.span)
        let span = axis.length / Double(Self.bars)
        func row(_ name: String, _ values: [Int], most: String) -> String {
            let bars = Sparkline.text(values).padded(to: Self.bars)
            return "\(PlainText.cut(name, to: 17).padded(to: 18))\(bars)  \(most)"
        }
        let moments = axis.moments(Self.bars)
        var lines = FaultRow.rows(of: story.outages.map(\.fault)).map { row in
            let broken = moments.map { moment in
                row.faults.contains { $0.overlaps(moment, moment + span) }
            }
            return "\(PlainText.cut(row.faults[0].words, to: 17).padded(to: 18))\(Sparkline.bands(broken))"
        }
        lines += [
            row("acknowledged", axis.counts(of: story.shop.acknowledged, per: span), most: ""),
            row("under way", story.queueWaits.depths(at: moments), most: "at most \(story.queueWaits.most)"),
            row("stored", axis.counts(of: story.intake.stored, per: span), most: ""),
        ]
        lines += story.partners.flatMap { partner in
            [
                row("to \(partner.name)", axis.counts(of: partner.delivered, per: span), most: ""),
                row(
                    "pending", partner.waits.depths(at: moments), most: "at most \(partner.waits.most)"),
            ]
        }
        return lines.map(PlainText.forTerminal).joined(separator: "\n")
    }

    private static let bars = 60

    // MARK: Sections

    private static func parts(of section: ReportSection) -> [String] {
        ["## \(escaped(section.title))"]
            + section.blocks.map { block in
                switch block {
                case .paragraph(let text): escaped(text)
                case .code(let text): fenced(text)
                case .table(let table): text(of: table)
                }
            }
    }

    private static func text(of table: ReportSection.Table) -> String {
        let lines =
            [table.columns.map(escaped), table.columns.map { _ in "---" }]
            + table.rows.map { $0.map { escaped($0.text) } }
        return lines.map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
    }

    /// Fenced by more backticks than stand inside.
    private static func fenced(_ text: String) -> String {
        let longest = text.split { $0 != "`" }.map(\.count).max() ?? 0
        let fence = String(repeating: "`", count: max(3, longest + 1))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            PlainText.forTerminal(String($0))
        }
        return "\(fence)\n\(lines.joined(separator: "\n"))\n\(fence)"
    }

    /// A text that stays in its line and its cell, and means nothing to Markdown or HTML.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in PlainText.forTerminal(text) {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case "\\", "`", "*", "_", "[", "]", "|", "#", "~", ">": escaped += "\\\(character)"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
