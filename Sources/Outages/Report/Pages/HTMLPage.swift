import Clockwork
import Inspection

/// The report as one file of HTML: no script, nothing from elsewhere, so that it opens in ten years too.
struct HTMLPage {
    let story: RunStory

    var text: String {
        let page = Markup("html", ["lang": "en"]) {
            Markup("head") {
                Markup("meta", ["charset": "utf-8"])
                Markup("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
                // Should an order bring a script after all, no browser runs it.
                Markup(
                    "meta",
                    [
                        "http-equiv": "Content-Security-Policy",
                        "content": "default-src 'none'; style-src 'unsafe-inline'",
                    ])
                Markup("title") { "\(story.verdict.word): \(story.name)" }
                Markup("style") { Markup(trusted: StyleSheet.text) }
            }
            Markup("body") {
                heading
                Markup("main") {
                    for section in story.findings { Self.markup(for: section) }
                    Markup("h2") { "The run on one time axis" }
                    picture
                    for section in story.details { Self.markup(for: section) }
                }
            }
        }
        return "<!DOCTYPE html>\n\(page.source)\n"
    }

    private var heading: Markup {
        Markup("header") {
            Markup("p", ["class": "kicker"]) {
                "orderflow, the report of a run: \(story.name), \(story.beginning)"
            }
            Markup("h1", ["class": story.verdict.isGood ? "good" : "bad"]) { story.verdict.word }
            Markup("p", ["class": "lead"]) { story.summary }
            for remark in story.verdict.remarks { Markup("p", ["class": "remark"]) { remark } }
        }
    }

    // MARK: The picture

    private var picture: Markup {
        Markup("figure") {
            RunPicture(of: story).svg
            Markup("figcaption") {
                "In the last lane each line is one order, from the shop's first try at the top to the last partner at the "
                "bottom. "
                key("way", "Straight down: nothing held it up. ")
                key("slow-way", "A slope: it waited more than \(TimeSpan.written(RunStory.patience)). ")
                key("bad-way", "It did not reach every partner. ")
                key("shade", "Something was broken. ")
                if story.journeys.count > RunStory.mostLines {
                    "Of \(story.journeys.count) orders \(RunStory.mostLines) are drawn at most, evenly chosen, those that "
                    "did not arrive or were slow before the others."
                }
            }
        }
    }

    private func key(_ meaning: String, _ words: String) -> [Markup] {
        [Markup("span", ["class": "key \(meaning)", "aria-hidden": "true"]), Markup(text: words)]
    }

    // MARK: Sections

    static func markup(for section: ReportSection) -> Markup {
        Markup("section") {
            Markup("h2") { section.title }
            for block in section.blocks { markup(for: block) }
        }
    }

    private static func markup(for block: ReportSection.Block) -> Markup {
        switch block {
        case .paragraph(let text): Markup("p") { text }
        case .code(let text): Markup("pre") { Markup("code") { text } }
        case .table(let table): markup(for: table)
        }
    }

    private static func markup(for table: ReportSection.Table) -> Markup {
        Markup("div", ["class": "sheet", "tabindex": "0", "role": "region", "aria-label": table.caption]) {
            Markup("table") {
                Markup("caption") { table.caption }
                Markup("thead") {
                    Markup("tr") {
                        for column in table.columns {
                            Markup("th", ["scope": "col"]) { column }
                        }
                    }
                }
                Markup("tbody") {
                    for row in table.rows {
                        Markup("tr") {
                            for (column, cell) in zip(table.columns, row) { markup(for: cell, in: column) }
                        }
                    }
                }
            }
        }
    }

    /// On a narrow page figures stand in a line of text, each behind its column's name.
    private static func markup(for cell: ReportSection.Cell, in column: String) -> Markup {
        guard cell.tone == .figure else { return Markup("td", ["class": cell.tone.rawValue]) { cell.text } }
        return Markup("td", ["class": "figure", "data-column": column]) { cell.text }
    }
}
