import Clockwork

/// Draws that come out the same in every process and with every compiler, which the standard library does not
/// promise.
struct Dice {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// Dice of their own for one place of an endless row, so that the place can be reached without those
    /// before it.
    init(seed: UInt64, place: Int) {
        var mixer = SeededGenerator(seed: seed)
        random = SeededGenerator(seed: mixer.next() ^ UInt64(bitPattern: Int64(place)))
        _ = random.next()
    }

    mutating func number() -> UInt64 { random.next() }

    /// An even draw from a range. The bias of the remainder is far below what anyone could count here.
    mutating func roll(_ range: ClosedRange<Int>) -> Int {
        let width = UInt64(range.upperBound - range.lowerBound) + 1
        return range.lowerBound + Int(random.next() % width)
    }

    /// True in so many of a thousand cases.
    mutating func isLucky(_ perMille: Int) -> Bool { roll(0...999) < perMille }

    mutating func pick<Item>(_ items: [Item]) -> Item { items[roll(0...(items.count - 1))] }

    /// `count` different numbers below `limit`, in a random order.
    mutating func pickDistinct(_ count: Int, below limit: Int) -> [Int] {
        var numbers = Array(0..<limit)
        for place in 0..<min(count, limit) { numbers.swapAt(place, roll(place...(limit - 1))) }
        return Array(numbers.prefix(count))
    }
}
