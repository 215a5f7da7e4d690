/// The words behind a verb, told apart: those that stand by themselves, options with a value, and flags.
struct CommandWords {
    struct Word {
        var text: String
        /// Which word of the line it is, counted from 0.
        var place: Int
    }

    private(set) var standing: [Word] = []
    private(set) var flags: Set<String> = []
    private(set) var mistakes: [WordMistake] = []
    private var options: [String: Word] = [:]
    private let length: Int

    /// - Parameters:
    ///   - options: Names of the options that take a value, as `--for 20s` or `--for=20s`.
    ///   - flags: Names of those that take none.
    init(_ words: [String], options known: [String] = [], flags knownFlags: [String] = []) {
        length = words.count
        var rest = words.enumerated().makeIterator()
        while let (place, word) = rest.next() {
            guard word.hasPrefix("--"), word.count > 2 else {
                standing.append(Word(text: word, place: place))
                continue
            }
            let parts = word.dropFirst(2).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            switch (known.contains(name), knownFlags.contains(name), parts.count) {
            case (true, _, 2): keep(name, Word(text: String(parts[1]), place: place))
            case (true, _, _):
                guard let (place, value) = rest.next() else {
                    mistake(place, "--\(name) is without a value. Write one behind it.")
                    break
                }
                keep(name, Word(text: value, place: place))
            case (_, true, 1): flags.insert(name)
            case (_, true, _): mistake(place, "--\(name) takes no value. Leave out the = and what follows.")
            default:
                let advice = Spelling.advice(for: "--\(name)", among: (known + knownFlags).map { "--\($0)" })
                mistake(place, "There is no option --\(name). \(advice)")
            }
        }
    }

    subscript(option: String) -> Word? { options[option] }

    /// The word that stands by itself at a place; notes a mistake when there is none.
    mutating func standing(_ number: Int, orElse missing: @autoclosure () -> String) -> Word? {
        if standing.indices.contains(number) { return standing[number] }
        mistake(length, missing())
        return nil
    }

    /// Notes each word that stands by itself behind so many.
    mutating func refuseStanding(behind number: Int) {
        for word in standing.dropFirst(number) {
            mistake(word.place, "Nothing is known to do with \(word.text). Leave it out.")
        }
    }

    mutating func mistake(_ place: Int, _ words: String) {
        mistakes.append(WordMistake(place, words))
    }

    private mutating func keep(_ name: String, _ value: Word) {
        if options.updateValue(value, forKey: name) != nil {
            mistake(value.place, "--\(name) stands twice. Leave one out.")
        }
    }
}
