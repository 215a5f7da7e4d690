import JSON

/// Sets a listing in columns: numbers to the right, everything else to the left.
struct TablePrinter {
    private let header: [String]?
    private let cells: [[String]]
    private let isNumber: [Bool]

    init(_ listing: Listing, header: Bool) {
        self.header = header ? listing.columns : nil
        cells = listing.rows.map { $0.map { PlainText.forTerminal($0.shown) } }
        isNumber = listing.columns.indices.map { column in
            listing.rows.contains { $0[column] != .null }
                && listing.rows.allSatisfy { $0[column] == .null || $0[column].isNumber }
        }
    }

    /// - Parameter width: What the table should fit into; its widest columns of text give way, down to twelve
    ///   each.
    func printed(fitting width: Int?) -> String {
        let lines = (header.map { [$0] } ?? []) + cells
        guard let first = lines.first else { return "" }
        var widths = first.indices.map { column in lines.map { PlainText.width($0[column]) }.max() ?? 0 }
        if let width { shrink(&widths, to: width) }
        return lines.map { line(of: $0, widths) + "\n" }.joined()
    }

    private func line(of cells: [String], _ widths: [Int]) -> String {
        var text = ""
        for (column, cell) in cells.enumerated() {
            let shown = PlainText.cut(cell, to: widths[column])
            let space = String(repeating: " ", count: max(0, widths[column] - PlainText.width(shown)))
            if column > 0 { text += "  " }
            text += isNumber[column] ? space + shown : shown + space
        }
        while text.last == " " { text.removeLast() }
        return text
    }

    private func shrink(_ widths: inout [Int], to width: Int) {
        var excess = widths.reduce(0, +) + 2 * (widths.count - 1) - width
        while excess > 0 {
            let candidates = widths.indices.filter { !isNumber[$0] && widths[$0] > Self.narrowest }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
            widths[widest] -= 1
            excess -= 1
        }
    }

    private static let narrowest = 12
}

extension JSONValue {
    fileprivate var isNumber: Bool {
        switch self {
        case .integer, .number: true
        default: false
        }
    }
}
