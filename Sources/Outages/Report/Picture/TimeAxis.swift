import Clockwork
import Inspection

/// The one axis on which all lanes of the picture stand.
///
/// A drawing's width is ``width`` units, whatever the page makes of it.
struct TimeAxis: Hashable, Sendable {
    static let width = 10_000

    let start: Timestamp
    let length: Duration

    init(_ span: ClosedRange<Timestamp>) {
        start = span.lowerBound
        length = max(.milliseconds(1), span.upperBound - span.lowerBound)
    }

    /// Where a moment stands, 0 to ``width``; what lies outside stands at the edge.
    func place(of moment: Timestamp) -> Int {
        let share = (moment - start) / length
        return Int((min(1, max(0, share)) * Double(Self.width)).rounded())
    }

    /// The same for attributes that take a share of the whole: `12.34%`.
    func percent(of moment: Timestamp) -> String { Self.percent(place(of: moment)) }

    static func percent(_ place: Int) -> String {
        "\(DecimalText.written(Double(place) * 100 / Double(width), digits: 2))%"
    }

    struct Tick: Hashable, Sendable {
        var place: Int
        /// Since the start: `00:20`.
        var label: String
    }

    /// Six at most, at round times.
    var ticks: [Tick] {
        let step = Self.steps.first { length / $0 <= 6 } ?? Self.steps[Self.steps.count - 1]
        return stride(from: 0, through: Int(length / step), by: 1).map { number in
            Tick(place: place(of: start + step * number), label: (step * number).runClock)
        }
    }

    private static let steps: [Duration] =
        [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400]
        .map { .seconds($0) }

    // MARK: Equal parts

    /// How things are counted over time: in spans of this length, at most so many.
    func spanOfParts(atMost most: Int) -> Duration {
        Self.spans.first { length / $0 <= Double(most) } ?? length / Double(most)
    }

    private static let spans: [Duration] =
        [100, 200, 500].map { .milliseconds($0) }
        + [1, 2, 5, 10, 30, 60, 300, 900, 3_600].map { .seconds($0) }

    /// How many of these moments fall into each part of the axis.
    func counts(of moments: [Timestamp], per span: Duration) -> [Int] {
        var counts = Array(repeating: 0, count: max(1, Int((length / span).rounded(.up))))
        for moment in moments {
            let part = Int((moment - start) / span)
            counts[min(counts.count - 1, max(0, part))] += 1
        }
        return counts
    }

    /// Moments that divide the axis evenly, both ends among them.
    func moments(_ count: Int) -> [Timestamp] {
        (0..<count).map { start + length * (Double($0) / Double(max(1, count - 1))) }
    }
}
