import Clockwork

/// Outlines in the units of a ``TimeAxis``, as SVG writes them; y grows downwards, and a drawing's foot is its height.
///
/// Source: Scalable Vector Graphics 2, 9.3, "Path data".
enum Curve {
    /// Bars side by side without a gap, one for each part of the axis, standing on `below`.
    ///
    /// - Parameters:
    ///   - span: How long a part is; the last may be cut short by the axis' end.
    ///   - top: The value that would reach the drawing's upper edge; above 0.
    ///   - below: What each bar stands on, in the same values.
    /// - Returns: Empty when there is nothing to be seen.
    static func bars(
        _ values: [Int], standingOn below: [Int]? = nil, per span: Duration, on axis: TimeAxis, top: Int,
        height: Int
    ) -> String {
        var path = ""
        for (part, value) in values.enumerated() where value > 0 {
            let left = axis.place(of: axis.start + span * part)
            let right = axis.place(of: axis.start + span * (part + 1))
            let foot = height - scaled(below?[part] ?? 0, top, height)
            let head = height - scaled((below?[part] ?? 0) + value, top, height)
            path += "M\(left) \(foot)V\(head)H\(right)V\(foot)Z"
        }
        return path
    }

    /// The area below a line.
    ///
    /// - Parameter points: In the order of their moments.
    static func area(
        _ points: [(at: Timestamp, value: Int)], on axis: TimeAxis, top: Int, height: Int
    ) -> String {
        guard let first = points.first, let last = points.last, points.contains(where: { $0.value > 0 })
        else {
            return ""
        }
        let line = points.map { point in
            "L\(axis.place(of: point.at)) \(height - scaled(point.value, top, height))"
        }
        return "M\(axis.place(of: first.at)) \(height)\(line.joined())V\(height)H\(axis.place(of: last.at))Z"
    }

    /// An order's way: straight from station to station, each at its own height. One that has not ended breaks off with a
    /// short stroke, so that it is seen even where it never left the shop.
    ///
    /// - Parameter heights: Of the stations that count; others are passed by.
    static func way(
        of journey: OrderJourney, on axis: TimeAxis, heights: [OrderJourney.Station: Int]
    ) -> String {
        let points = OrderJourney.Station.allCases.compactMap { station -> String? in
            guard let height = heights[station], let moment = journey[station] else { return nil }
            return "\(axis.place(of: moment)) \(height)"
        }
        guard !points.isEmpty else { return "" }
        return "M" + points.joined(separator: "L") + (journey.ending == .open ? "v9" : "")
    }

    private static func scaled(_ value: Int, _ top: Int, _ height: Int) -> Int {
        guard value > 0 else { return 0 }
        return max(1, min(height, value * height / max(1, top)))
    }
}
