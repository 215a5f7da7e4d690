/// Something wrong with one word of a command line.
package struct WordMistake: Hashable, Sendable {
    /// Which word, counted from 0; the number of words when one is missing at the end.
    package var word: Int
    /// What is wrong, and what to do.
    package var description: String

    init(_ word: Int, _ description: String) {
        self.word = word
        self.description = description
    }
}

/// Everything that is wrong with a command line, so that it can be put right at once.
package struct WordMistakes: Error, Hashable, CustomStringConvertible {
    /// At least one, in the order of the words.
    package let mistakes: [WordMistake]

    init(_ mistakes: [WordMistake]) {
        self.mistakes = mistakes.sorted { $0.word < $1.word }
    }

    package var description: String { mistakes.map(\.description).joined(separator: "\n") }
}
