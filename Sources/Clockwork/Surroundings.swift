/// What a role may not decide for itself: what time it is, and what chance brings.
public struct Surroundings: Sendable {
    public var time: any TimeSource
    public var chance: Chance

    public init(time: any TimeSource, chance: Chance) {
        self.time = time
        self.chance = chance
    }

    /// The machine's clocks and its generator.
    public static func system() -> Surroundings {
        Surroundings(time: SystemTime(), chance: .system())
    }

    public var now: Timestamp { time.now }
}
