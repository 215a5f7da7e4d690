import Inspection

/// Guesses what somebody meant who wrote a word that nobody knows.
enum Spelling {
    /// The known word that is the fewest keystrokes away; nil when none is near enough to have been meant.
    static func nearest(to word: String, among known: [String]) -> String? {
        let most = max(1, word.count / 3)
        guard let nearest = NearestName.to(word, among: known),
            NearestName.distance(from: word, to: nearest) <= most
        else { return nil }
        return nearest
    }

    /// What to do about an unknown word: take the one that was meant, or else one of all.
    static func advice(for word: String, among known: [String]) -> String {
        if let meant = nearest(to: word, among: known) { return "Did you mean \(meant)?" }
        return known.isEmpty ? "There are none." : "Use one of: \(known.joined(separator: ", "))."
    }
}
