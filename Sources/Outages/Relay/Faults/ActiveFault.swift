import Clockwork

/// A fault that is in effect.
struct ActiveFault {
    let name: String
    let fault: ArrowFault
    let beganAt: Timestamp
    /// The uptime at which it ends by itself.
    let endsAt: Duration
    /// How often it has touched something: a connection, a request, a piece of bytes.
    var touches = 0
    /// How many requests a `status` has answered that counts them.
    private var answered = 0
    /// What it decides by. A generator for each fault, so that one does not disturb another's story.
    private var random: SeededGenerator

    /// - Parameter seed: The run's; together with the name it tells what chance brings.
    init(name: String, fault: ArrowFault, beganAt: Timestamp, endsAt: Duration, seed: UInt64) {
        self.name = name
        self.fault = fault
        self.beganAt = beganAt
        self.endsAt = endsAt
        random = SeededGenerator(
            seed: name.utf8.reduce(seed ^ 0xCBF2_9CE4_8422_2325) { hash, byte in
                (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3  // FNV-1a: the same in every process
            })
    }

    /// Whether the next request or answer meets the fault.
    ///
    /// - Parameter probed: The fault that a probe asks after; nil for what is no probe. A probe meets that one for certain
    ///   and no other, so that each of several on one arrow can be seen; and it uses nothing up.
    mutating func strikes(with probability: Double, probed: String?) -> Bool {
        let isMet =
            if let probed { probed == name } else {
                probability >= 1 || Double.random(in: 0..<1, using: &random) < probability
            }
        if isMet { touches += 1 }
        return isMet
    }

    /// Whether a `status` answers the next request.
    mutating func answers(upTo first: Int?, probability: Double, probed: String?) -> Bool {
        if let first, answered >= first, probed == nil { return false }
        guard strikes(with: probability, probed: probed) else { return false }
        if probed == nil { answered += 1 }
        return true
    }

    /// How long the next request or answer is held back by a `latency`.
    mutating func delay(of delay: Duration, jitter: Duration) -> Duration {
        guard jitter > .zero else { return delay }
        let most = jitter.microseconds
        return max(.zero, delay + .microseconds(Int64.random(in: -most...most, using: &random)))
    }
}
