import Clockwork
import Wire

/// What one simulated run is like: drawn once from its seed, so that one run has many small faults, another few long ones,
/// and a third none of a kind at all.
struct Storm: Sendable {
    /// Something that is done to the street again and again.
    enum Blow: CaseIterable, Sendable {
        case kill, killAll, crashAtCommit, freeze, stop, jumpClock, partition, temper, mood
    }

    /// A blow, and how long it takes on average until the next.
    struct Series: Sendable {
        var blow: Blow
        var mean: Duration
    }

    /// How long the faults go on.
    var span: Duration
    var weather = Weather()
    var series: [Series] = []
    /// Who is hit; names of processes.
    var targets: [String]
    /// How far a wall clock may be set off, in either direction.
    var largestJump: Duration

    /// No storm at all.
    static let none = Storm()

    private init() {
        span = .zero
        targets = []
        largestJump = .zero
    }

    /// - Parameter names: Of all processes.
    init(hitting names: [String], using random: inout SeededGenerator) {
        span = random.span(in: .seconds(8)...(.seconds(30)))
        targets = names.filter { _ in random.isLucky(0.6) }
        if targets.isEmpty { targets = names }
        for blow in Blow.allCases where random.isLucky(0.5) {
            let shortest: Duration = blow == .killAll ? .seconds(8) : .seconds(1)
            series.append(Series(blow: blow, mean: random.span(in: shortest...(shortest * 10))))
        }
        // Five minutes off, and signatures are refused.
        largestJump = random.isLucky(0.5) ? .seconds(200) : .seconds(7_200)
        if random.isLucky(0.3) { weather.delay = .milliseconds(1)...(.milliseconds(80)) }
        if random.isLucky(0.3) { weather.lateShare = 0.05 }
        if random.isLucky(0.5) { weather.lostRequests = share(upTo: 0.3, using: &random) }
        if random.isLucky(0.5) { weather.lostReplies = share(upTo: 0.3, using: &random) }
        if random.isLucky(0.5) { weather.repeatedRequests = share(upTo: 0.5, using: &random) }
    }

    private func share(upTo most: Double, using random: inout SeededGenerator) -> Double {
        let drawn = Double.random(in: 0..<1, using: &random)
        return most * drawn * drawn  // small shares are more likely
    }
}

extension MoodDescription {
    /// A bad mood for the broker, of those that lose nothing. What `trim` takes from the stream is gone, so a storm that
    /// must end well has none of it.
    static func bad(using random: inout SeededGenerator) -> MoodDescription {
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            MoodDescription(
                kind: "throttle",
                operation: random.pick([nil, "sqs", "kinesis", "SendMessage", "PutRecords"]),
                probability: random.pick([0.1, 0.3, 0.9]))
        case 1, 2: MoodDescription(kind: "partial_batch", probability: random.pick([0.1, 0.3, 0.9]))
        case 3: MoodDescription(kind: "redeliver", copies: Int.random(in: 2...3, using: &random))
        case 4: MoodDescription(kind: "shuffle")
        default:
            MoodDescription(
                kind: "expire_iterators", ageMilliseconds: Int.random(in: 100...1_000, using: &random))
        }
    }
}

extension TemperDescription {
    /// A bad temper for a partner, of those that pass.
    static func bad(using random: inout SeededGenerator) -> TemperDescription {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: TemperDescription(name: "slow", delayMilliseconds: Int.random(in: 1...25_000, using: &random))
        case 1: TemperDescription(name: "flapping", percent: 50)
        case 2: TemperDescription(name: "refusing", status: random.pick([400, 404, 500, 503]))
        case 3: TemperDescription(name: "down", retryAfterSeconds: random.isLucky(0.5) ? 3 : nil)
        case 4: TemperDescription(name: "forgetful", percent: 60)
        default: TemperDescription(name: "rate-limiting", perSecond: 2)
        }
    }
}
