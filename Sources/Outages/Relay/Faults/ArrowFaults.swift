/// All faults that are in effect on one arrow, and what they come to together.
///
/// Delays add up, the narrowest bandwidth and the smallest slice count, and any swallowing wins.
struct ArrowFaults {
    private(set) var active: [ActiveFault] = []

    /// Bytes that may go at once, and how long to rest afterwards.
    struct Pace: Hashable {
        var bytes: Int
        var rest: Duration
    }

    /// What becomes of one request.
    struct Treatment: Hashable {
        /// How it is answered in the target's place.
        struct Answer: Hashable {
            var code: Int
            var retryAfterSeconds: Int?
            /// The fault that answers.
            var fault: String
        }

        var answer: Answer?
        var losesReply = false
        /// How often the target hears it once more.
        var copies = 0
    }

    mutating func add(_ fault: ActiveFault) { active.append(fault) }

    /// - Returns: Whether there was one of this name.
    mutating func remove(_ name: String) -> Bool {
        let before = active.count
        active.removeAll { $0.name == name }
        return active.count < before
    }

    mutating func noteTouch(of name: String) {
        if let place = active.firstIndex(where: { $0.name == name }) { active[place].touches += 1 }
    }

    /// Notes a touch of every fault that a claim is true of.
    mutating func noteTouches(where isTouching: (ArrowFault) -> Bool) {
        for place in active.indices where isTouching(active[place].fault) { active[place].touches += 1 }
    }

    func has(_ name: String) -> Bool { active.contains { $0.name == name } }

    var isDown: Bool { active.contains { $0.fault == .down } }

    /// True while requests have to be told apart.
    var speakHTTP: Bool { active.contains { $0.fault.speaksHTTP } }

    func swallow(_ direction: Direction) -> Bool { active.contains { $0.fault.swallows(direction) } }

    func delays(_ direction: Direction) -> Bool {
        active.contains {
            if case .latency(_, _, let directions, _) = $0.fault {
                directions.contains(direction)
            } else {
                false
            }
        }
    }

    /// How long the next request or answer is held back.
    mutating func delay(_ direction: Direction, probed: String?) -> Duration {
        var sum = Duration.zero
        for place in active.indices {
            guard case .latency(let delay, let jitter, let directions, let probability) = active[place].fault,
                directions.contains(direction),
                active[place].strikes(with: probability, probed: probed)
            else { continue }
            sum += active[place].delay(of: delay, jitter: jitter)
        }
        return sum
    }

    /// How fast bytes may go; nil for as fast as they can.
    func pace(_ direction: Direction) -> Pace? {
        var piece = Int.max
        var rest = Duration.zero
        var narrowest = Int.max
        for fault in active {
            switch fault.fault {
            case .slicer(let bytes, let pause, let directions) where directions.contains(direction):
                piece = min(piece, bytes)
                rest += pause
            case .bandwidth(let rate, let directions) where directions.contains(direction):
                narrowest = min(narrowest, rate)
            default: break
            }
        }
        if narrowest < .max {
            // Fifty pieces a second are smooth enough, and few enough for a timer.
            piece = min(piece, max(1, narrowest * 1_024 / 50))
            rest = max(rest, .seconds(Double(piece) / Double(narrowest * 1_024)))
        }
        return piece < .max ? Pace(bytes: piece, rest: rest) : nil
    }

    /// How late the end of a connection is passed on.
    var closingDelay: Duration {
        active.reduce(.zero) { sum, fault in
            if case .slowClose(let delay) = fault.fault { sum + delay } else { sum }
        }
    }

    /// How many bytes a connection may carry in one direction, by the name of the fault that says so.
    func limits(_ direction: Direction) -> [(fault: String, bytes: Int)] {
        active.compactMap {
            guard case .limitData(let bytes, let directions) = $0.fault, directions.contains(direction) else {
                return nil
            }
            return ($0.name, bytes)
        }
    }

    /// What becomes of the next request. An answer in the target's place goes before everything else.
    mutating func treatment(probed: String?) -> Treatment {
        var treatment = Treatment()
        for place in active.indices {
            guard case .status(let code, let wait, let probability, let first) = active[place].fault,
                active[place].answers(upTo: first, probability: probability, probed: probed)
            else { continue }
            treatment.answer = .init(code: code, retryAfterSeconds: wait, fault: active[place].name)
            return treatment
        }
        for place in active.indices {
            switch active[place].fault {
            case .loseReply(let probability):
                if active[place].strikes(with: probability, probed: probed) { treatment.losesReply = true }
            case .repeats(let times) where probed == nil || probed == active[place].name:
                treatment.copies += times - 1
            default: break
            }
        }
        return treatment
    }
}
