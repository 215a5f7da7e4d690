import Clockwork
import Inspection
import JSON

/// What goes wrong during a soak, and when: drawn from its seed and from nothing else.
///
/// A longer soak of the same seed begins with the same faults at the same times.
package struct SoakPlan: Hashable, Sendable {
    /// Faults that begin together, each at other processes.
    package struct Round: Hashable, Sendable {
        /// Since the shop's opening, if all goes as planned; never earlier.
        package var at: Duration
        /// One or two.
        package var faults: [FaultRequest]
        /// Until they are over and the street has had its rest.
        package var length: Duration
    }

    package let seed: UInt64
    /// How long the shop sells at least.
    package let length: Duration
    /// In the order of their times; none begins before the one before has passed.
    package let rounds: [Round]

    /// - Parameter length: One of ``lengths``. The last round has passed before it ends.
    package init(seed: UInt64, length: Duration) {
        var draw = SoakDraw(seed: seed)
        var rounds: [Round] = []
        var next = draw.round(at: Self.opening)
        while next.at + next.length <= length {
            rounds.append(next)
            next = draw.round(at: next.at + next.length)
        }
        self.seed = seed
        self.length = length
        self.rounds = rounds
    }

    package var faults: [FaultRequest] { rounds.flatMap(\.faults) }

    /// How long the shop sells in peace before the first fault.
    private static let opening = Duration.seconds(2)
    /// Long enough for at least one fault, whatever the seed.
    package static let lengths: ClosedRange<Duration> = .seconds(20)...(.seconds(86_400))
}

/// The numbers of a seed, made into rounds of faults.
private struct SoakDraw {
    private var random: SeededGenerator
    private var drawn = 0
    /// Layers whose turn has not come yet: each has one before any has another.
    private var layers: [FaultLayer] = []

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    mutating func round(at moment: Duration) -> SoakPlan.Round {
        let offer = offerOfNextLayer()
        let fault = offer.drawn(as: drawn + 1, using: &random)
        drawn += 1
        var round = SoakPlan.Round(at: moment, faults: [fault], length: fault.duration + offer.rest)
        if random.isLucky(Self.shareOfPairs) { join(random.pick(SoakOffer.all), to: &round) }
        round.length += .milliseconds(500 * Int.random(in: 0...4, using: &random))
        return round
    }

    private static let shareOfPairs = 0.4

    /// Adds a second fault, unless the two would be in each other's way: of two on one arrow, or of one on the way to a
    /// dead process, not each can be shown to be felt.
    private mutating func join(_ offer: SoakOffer, to round: inout SoakPlan.Round) {
        let fault = offer.drawn(as: drawn + 1, using: &random)
        guard round.faults.allSatisfy({ !fault.concernsSameProcesses(as: $0) }) else { return }
        drawn += 1
        round.faults.append(fault)
        round.length = max(round.length, fault.duration + offer.rest)
    }

    private mutating func offerOfNextLayer() -> SoakOffer {
        if layers.isEmpty {
            layers = FaultLayer.allCases.filter { layer in SoakOffer.all.contains { $0.kind.layer == layer } }
            layers.shuffle(using: &random)
        }
        let layer = layers.removeLast()
        return random.pick(SoakOffer.all.filter { $0.kind.layer == layer })
    }
}

extension FaultRequest {
    /// Whether there is a process that both befall, or that both need in order to be shown.
    func concernsSameProcesses(as other: FaultRequest) -> Bool {
        guard let ours = processes, let theirs = other.processes else { return true }
        return !ours.isDisjoint(with: theirs)
    }

    /// The processes that it befalls, or that it needs in order to be shown; nil for all.
    private var processes: Set<String>? {
        switch target {
        case .process(let process) where kind.layer == .data: [process.description, "broker"]
        case .process(let process), .clock(let process): [process.description]
        case .arrow(let arrow): arrow.ends
        case .orderDatabase: ["oms"]
        case .orderQueue: ["shop", "broker"]
        case .everyProcess: nil
        }
    }
}

extension FaultArrow {
    /// Who calls and who answers.
    fileprivate var ends: Set<String> {
        switch self {
        case .shopToBroker: ["shop", "broker"]
        case .omsToBroker, .relayToBroker: ["oms", "broker"]
        case .functionToBroker: ["function", "broker"]
        case .functionToCourier: ["function", "courier"]
        case .courierToPartner(let partner): ["courier", "partner-\(partner)"]
        }
    }
}

// MARK: For eyes and programs

extension SoakPlan {
    /// A row for each fault: the second of the soak at which it begins, and what stands behind `fault add`.
    package var listing: Listing {
        Listing(
            columns: ["at_s", "fault add"],
            rows: timed.map { at, fault in
                [
                    .number(DecimalText.written(at.fractionalSeconds, digits: 1)),
                    .string(fault.words.joined(separator: " ")),
                ]
            })
    }

    private var timed: [(at: Duration, fault: FaultRequest)] {
        rounds.flatMap { round in round.faults.map { (round.at, $0) } }
    }

    /// As it stands in the directory of a run. The same seed and length give the same text.
    package var json: JSONValue {
        [
            "seed": JSONValue(seed), "for": .string(TimeSpan.word(for: length)),
            "faults": .array(
                timed.map { at, fault in
                    [
                        "at_ms": JSONValue(at.milliseconds), "name": .string(fault.name),
                        "words": .string(fault.words.joined(separator: " ")),
                    ]
                }),
        ]
    }
}
