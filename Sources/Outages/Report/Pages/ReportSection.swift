/// A part of the report in words and figures, however it is written: as HTML or as Markdown.
struct ReportSection: Hashable, Sendable {
    var title: String
    var blocks: [Block]

    enum Block: Hashable, Sendable {
        case paragraph(String)
        case table(Table)
        /// Kept as it is, line by line.
        case code(String)
    }

    struct Table: Hashable, Sendable {
        /// What the table is about, for those who cannot see it.
        var caption: String
        var columns: [String]
        /// As many cells in each row as there are columns.
        var rows: [[Cell]]
    }

    /// A text, and how it is meant.
    struct Cell: Hashable, Sendable, ExpressibleByStringLiteral {
        var text: String
        var tone = Tone.plain

        init(_ text: String, _ tone: Tone = .plain) {
            self.text = text
            self.tone = tone
        }

        init(stringLiteral text: String) { self.init(text) }
    }

    enum Tone: String, Hashable, Sendable {
        case plain
        /// It held.
        case good
        case bad
        /// Said in passing.
        case quiet
        /// A figure: aligned with those above and below.
        case figure
        /// A name, kept in one piece.
        case name
    }
}

extension ReportSection.Table {
    /// The table with at most so many rows, and a sentence about the others.
    ///
    /// - Parameter whereAll: Where all of them are to be found.
    func cut(to most: Int, whereAll: String) -> [ReportSection.Block] {
        guard rows.count > most else { return [.table(self)] }
        var short = self
        short.rows = Array(rows.prefix(most))
        return [.table(short), .paragraph("\(rows.count - most) more are left out here. \(whereAll)")]
    }
}
