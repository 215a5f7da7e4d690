import Clockwork

/// So much may pass each second: a bucket that fills steadily, holds a second's worth, and is full at first.
public struct TokenBucket: Hashable, Sendable {
    private let perSecond: Double
    private var level: Double
    private var filledAt: Duration

    /// - Parameter now: By a clock that never jumps.
    public init(perSecond: Double, now: Duration) {
        self.perSecond = perSecond
        level = perSecond
        filledAt = now
    }

    private mutating func fill(now: Duration) {
        level = min(perSecond, level + perSecond * max(0, (now - filledAt).fractionalSeconds))
        filledAt = max(filledAt, now)
    }

    /// Whether so much may pass now. What is more than the bucket holds passes when it is full.
    public mutating func has(_ amount: Double, now: Duration) -> Bool {
        fill(now: now)
        return level >= min(amount, perSecond)
    }

    /// Lets something pass. Below nothing, the bucket has to be filled up again first, so that the average holds.
    public mutating func take(_ amount: Double) { level -= amount }

    /// Takes one, if there is one now. - Returns: Whether there was.
    public mutating func takeOne(now: Duration) -> Bool {
        guard has(1, now: now) else { return false }
        take(1)
        return true
    }

    /// Whether anything may pass.
    public mutating func isOpen(now: Duration) -> Bool {
        fill(now: now)
        return level > 0
    }

    /// How long until anything may pass.
    public mutating func untilOpen(now: Duration) -> Duration {
        fill(now: now)
        // At nothing it is still shut, and it opens behind that by a microsecond.
        return level > 0 ? .zero : .seconds(-level / perSecond) + .microseconds(1)
    }

    /// Lets something pass whose size was not known before. What is more than the bucket holds shuts it for as many
    /// seconds as it would fill.
    public mutating func spill(_ amount: Double) {
        level = amount <= level ? level - amount : -amount
    }
}
