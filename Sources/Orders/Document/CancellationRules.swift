import Clockwork

/// What a cancellation must keep beside its shape.
enum CancellationRules {
    /// Every rule that it breaks by itself.
    static func reasons(against cancellation: Cancellation, now: Timestamp) -> [Reason] {
        var reasons: [Reason] = []
        if cancellation.cancelledAt > now + ReferenceRules.tolerance {
            reasons.append(
                Reason(
                    .cancelledInFuture, at: "/cancelled_at",
                    "This is more than 24 hours ahead of our clock, which says \(now)."))
        }
        var known: Set<Int> = []
        for (place, line) in (cancellation.lines ?? []).enumerated()
        where !known.insert(line.number).inserted {
            reasons.append(
                Reason(
                    .invalidValue, at: "/lines/\(place)/line",
                    "Line \(line.number) is named before. Name each line once."))
        }
        return reasons
    }
}

extension Cancellation {
    /// Every reason why an order cannot be cancelled as this asks; none where it can.
    ///
    /// Only a whole order can be cancelled: lines that are named must be all of them, and in full.
    ///
    /// - Parameter ordered: How many pieces the order has of each of its lines, by number.
    package func reasons(againstLines ordered: [Int: Int]) -> [Reason] {
        guard let lines else { return [] }
        var reasons = lines.enumerated().compactMap { place, line -> Reason? in
            guard let quantity = ordered[line.number] else {
                return Reason(
                    .unknownLine, at: "/lines/\(place)/line", "The order has no line \(line.number).")
            }
            let path = "/lines/\(place)/quantity"
            if line.quantity > quantity {
                return Reason(.outOfRange, at: path, "The order has only \(quantity) of it.")
            }
            return line.quantity < quantity ? Reason(.partialCancellation, at: path, Self.wholeOrder) : nil
        }
        let left = Set(ordered.keys).subtracting(lines.map(\.number)).sorted()
        if !left.isEmpty {
            let numbers = left.prefix(10).map(String.init).joined(separator: ", ")
            reasons.append(
                Reason(
                    .partialCancellation, at: "/lines",
                    "Of the order's lines \(left.count) would be left: \(numbers). \(Self.wholeOrder)"))
        }
        return reasons
    }

    private static let wholeOrder =
        "Only a whole order can be cancelled. Name every line in full, or no lines at all."
}
