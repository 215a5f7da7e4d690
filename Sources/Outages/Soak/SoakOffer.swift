import Clockwork

/// A fault that a soak may draw, with everything that is left to the draw.
struct SoakOffer: Hashable, Sendable {
    var kind: FaultKind
    /// Where it may happen.
    var targets: [String]
    /// Values among which each parameter is drawn, in the order of the draws.
    var choices: [Choice]
    /// How long it may last.
    var seconds: ClosedRange<Int>
    /// How long the street is left alone afterwards. Whoever waits for an answer that will not come does so for up to 5 s
    /// more, and can show nothing else meanwhile.
    var rest: Duration

    struct Choice: Hashable, Sendable {
        var parameter: String
        var values: [String]
    }

    init(
        _ kind: FaultKind, of targets: [String], _ seconds: ClosedRange<Int>,
        _ choices: KeyValuePairs<String, [String]> = [:], rest: Duration = .seconds(3)
    ) {
        self.kind = kind
        self.targets = targets
        self.choices = choices.map { Choice(parameter: $0.key, values: $0.value) }
        self.seconds = seconds
        self.rest = rest
    }
}

extension SoakOffer {
    /// Draws where, how and for how long.
    ///
    /// - Parameter number: Which fault of the soak it is; its name begins with it, so that no name is there twice.
    func drawn(as number: Int, using random: inout SeededGenerator) -> FaultRequest {
        let target = random.pick(targets)
        let said = choices.map { "\($0.parameter)=\(random.pick($0.values))" }
        let halves = Int.random(in: seconds.lowerBound * 2...seconds.upperBound * 2, using: &random)
        let words =
            [target, kind.rawValue] + said
            + ["--for", "\(halves * 500)ms", "--name", "\(number)-\(kind.rawValue)"]
        do {
            return try FaultRequest(words: words)
        } catch {
            preconditionFailure("The table offers what the catalogue does not know: \(error)")
        }
    }
}
