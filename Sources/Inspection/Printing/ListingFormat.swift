import JSON

/// What a listing is printed as.
package enum ListingFormat: String, CaseIterable, Sendable {
    /// For eyes.
    case table
    /// One array of objects.
    case json
    /// One object a line.
    case ndjson
    case csv
    /// A table in Markdown.
    case md
}

extension Listing {
    /// The listing as text, each line ended.
    ///
    /// - Parameters:
    ///   - header: Whether tables and CSV name their columns.
    ///   - width: Columns of the terminal into which a table should fit; nil for as wide as it gets.
    package func printed(as format: ListingFormat, header: Bool = true, width: Int? = nil) -> String {
        switch format {
        case .table: TablePrinter(self, header: header).printed(fitting: width)
        case .json: PlainText.escapingCommands(inJSON: JSONValue.array(objects).indentedText) + "\n"
        case .ndjson: objects.map { PlainText.escapingCommands(inJSON: $0.text) + "\n" }.joined()
        case .csv: csv(header: header)
        case .md: markdown
        }
    }

    /// Source: RFC 4180, lines ended by LF.
    private func csv(header: Bool) -> String {
        let lines = (header ? [columns.map(JSONValue.string)] : []) + rows
        return lines.map { $0.map(CSVField.written).joined(separator: ",") + "\n" }.joined()
    }

    private var markdown: String {
        let lines = [columns, columns.map { _ in "---" }] + rows.map { $0.map(\.shown) }
        return lines.map { line in
            "| " + line.map { PlainText.forTerminal($0).replacing("|", with: "\\|") }.joined(separator: " | ")
                + " |\n"
        }.joined()
    }
}

extension JSONValue {
    /// How a value stands in a table: texts bare, nothing for null.
    package var shown: String {
        switch self {
        case .null: ""
        case .string(let text): text
        default: text
        }
    }
}

/// One field of a CSV file.
enum CSVField {
    /// Quoted where need be. A text that a spreadsheet would take for a formula gets an apostrophe in front.
    static func written(_ value: JSONValue) -> String {
        guard case .string(let text) = value else { return quoted(value.shown) }
        return quoted(text.unicodeScalars.first.map(starters.contains) == true ? "'" + text : text)
    }

    private static let starters: Set<Unicode.Scalar> = ["=", "+", "-", "@", "\t", "\r"]

    private static func quoted(_ text: String) -> String {
        let mustBeQuoted = text.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
        return mustBeQuoted ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
}
