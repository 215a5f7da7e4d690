import Synchronization

/// Where a role gets its chance from: the machine's generator, or a seed that always tells the same story.
public final class Chance: Sendable {
    private let generator: Mutex<any RandomNumberGenerator & Sendable>

    private init(_ generator: any RandomNumberGenerator & Sendable) {
        self.generator = Mutex(generator)
    }

    /// The operating system's generator: unpredictable, for everything outside a simulation.
    public static func system() -> Chance { Chance(SystemRandomNumberGenerator()) }

    /// A generator that yields the same numbers for the same seed, in every process.
    public static func seeded(_ seed: UInt64) -> Chance { Chance(SeededGenerator(seed: seed)) }

    /// Hands the generator to a decision that takes chance as an argument.
    public func draw<Result>(_ decision: (inout any RandomNumberGenerator & Sendable) -> Result) -> Result {
        generator.withLock { decision(&$0) }
    }

    /// A number from 0 up to, but not including, 1.
    public func unit() -> Double { draw { Double.random(in: 0..<1, using: &$0) } }

    /// A random UUID of version 4, in lower case with hyphens.
    public func uuid() -> String { draw { UniqueID(using: &$0).description } }
}

/// A small, fast generator with a seed: SplitMix64.
///
/// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
