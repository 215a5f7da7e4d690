/// The name that somebody may have meant.
package enum NearestName {
    /// Of names that are known the one with the fewest letters written otherwise; of several the first.
    ///
    /// - Returns: Nil when none is known.
    package static func to(_ name: String, among known: [String]) -> String? {
        let wanted = letters(of: name)
        return known.min { distance(wanted, letters(of: $0)) < distance(wanted, letters(of: $1)) }
    }

    /// How many letters are written otherwise.
    package static func distance(from name: String, to other: String) -> Int {
        distance(letters(of: name), letters(of: other))
    }

    /// Capitals and the sign between two words are the first to be mistaken.
    private static func letters(of name: String) -> [Character] {
        name.lowercased().map { $0 == "_" || $0 == "." ? "-" : $0 }
    }

    /// How many letters must be put in, taken out, exchanged or changed over with their neighbour.
    ///
    /// Source: optimal string alignment, after Damerau and Levenshtein.
    private static func distance(_ one: [Character], _ other: [Character]) -> Int {
        var rows = [Array(0...other.count)]
        for (row, letter) in one.enumerated() {
            var next = [row + 1]
            for (column, counterpart) in other.enumerated() {
                var least = min(
                    rows[row][column] + (letter == counterpart ? 0 : 1), rows[row][column + 1] + 1,
                    next[column] + 1)
                if row > 0, column > 0, letter == other[column - 1], one[row - 1] == counterpart {
                    least = min(least, rows[row - 1][column - 1] + 1)
                }
                next.append(least)
            }
            rows.append(next)
        }
        return rows[one.count][other.count]
    }
}
