/// The value below which so many of a hundred lie, by the nearest rank.
package enum Percentile {
    /// - Parameters:
    ///   - sorted: In ascending order.
    ///   - percent: 1 to 100.
    /// - Returns: Nil for no values.
    package static func of<Value>(_ sorted: [Value], _ percent: Int) -> Value? {
        guard !sorted.isEmpty else { return nil }
        let rank = (sorted.count * percent + 99) / 100
        return sorted[max(0, min(sorted.count, rank) - 1)]
    }
}
