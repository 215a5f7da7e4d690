/// Takes the parameters of a fault apart, and knows at the end which ones nobody asked for.
struct FaultParameters {
    private let kind: String
    private let told: [String: String]
    private var known: [String] = []

    init(of kind: String, _ told: [String: String]) {
        self.kind = kind
        self.told = told
    }

    /// A whole number that has to be there unless there is a default.
    mutating func whole(
        _ name: String, _ range: ClosedRange<Int>, default usual: Int? = nil
    ) throws(ArrowRefusal) -> Int {
        if let number = try wholeIfTold(name, range) ?? usual { return number }
        throw .missing(name, kind: kind, needed: Self.words(for: range))
    }

    mutating func wholeIfTold(_ name: String, _ range: ClosedRange<Int>) throws(ArrowRefusal) -> Int? {
        known.append(name)
        guard let text = told[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .badValue(text, of: name, kind: kind, needed: Self.words(for: range))
        }
        return number
    }

    /// A span in whole milliseconds, up to an hour.
    mutating func span(_ name: String, default usual: Int? = nil) throws(ArrowRefusal) -> Duration {
        .milliseconds(try whole(name, 0...3_600_000, default: usual))
    }

    /// How likely it is that a request meets the fault; always unless told otherwise.
    mutating func probability() throws(ArrowRefusal) -> Double {
        known.append("probability")
        guard let text = told["probability"] else { return 1 }
        guard let share = Double(text), share > 0, share <= 1 else {
            throw .badValue(text, of: "probability", kind: kind, needed: "a number above 0 and up to 1")
        }
        return share
    }

    mutating func directions(default usual: Directions) throws(ArrowRefusal) -> Directions {
        known.append("direction")
        guard let text = told["direction"] else { return usual }
        guard let directions = Directions(rawValue: text) else {
            throw .badValue(text, of: "direction", kind: kind, needed: "up, down or both")
        }
        return directions
    }

    /// Makes sure that nothing was told in vain.
    func finish() throws(ArrowRefusal) {
        if let stranger = told.keys.sorted().first(where: { !known.contains($0) }) {
            throw .unknownParameter(stranger, kind: kind, known: known)
        }
    }

    private static func words(for range: ClosedRange<Int>) -> String {
        "a whole number from \(range.lowerBound) to \(range.upperBound)"
    }
}
