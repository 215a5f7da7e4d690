/// Guesses what somebody meant who wrote a word that nobody knows.
enum Spelling {
    /// The known word that is the fewest keystrokes away; nil when none is near enough to have been meant.
    static func nearest(to word: String, among known: [String]) -> String? {
        let most = max(1, word.count / 3)
        let guesses = known.map {
            (word: $0, distance: distance(from: word.lowercased(), to: $0.lowercased()))
        }
        guard let best = guesses.min(by: { $0.distance < $1.distance }), best.distance <= most else {
            return nil
        }
        return best.word
    }

    /// What to do about an unknown word: take the one that was meant, or else one of all.
    static func advice(for word: String, among known: [String]) -> String {
        if let meant = nearest(to: word, among: known) { return "Did you mean \(meant)?" }
        return known.isEmpty ? "There are none." : "Use one of: \(known.joined(separator: ", "))."
    }

    /// Letters that must be put in, taken out, changed or swapped with their neighbour.
    ///
    /// Source: Damerau, "A technique for computer detection and correction of spelling errors", 1964, in its restricted
    /// form.
    static func distance(from one: String, to other: String) -> Int {
        let (one, other) = (Array(one), Array(other))
        var twoAbove: [Int] = []
        var above = Array(0...other.count)
        for (row, letter) in one.enumerated() {
            var current = [row + 1]
            for (column, otherLetter) in other.enumerated() {
                var fewest = min(
                    above[column] + (letter == otherLetter ? 0 : 1), above[column + 1] + 1,
                    current[column] + 1)
                if row > 0, column > 0, letter == other[column - 1], one[row - 1] == otherLetter {
                    fewest = min(fewest, twoAbove[column - 1] + 1)
                }
                current.append(fewest)
            }
            (twoAbove, above) = (above, current)
        }
        return above[other.count]
    }
}
