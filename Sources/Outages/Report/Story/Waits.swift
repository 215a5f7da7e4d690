import Clockwork

/// Things that waited, each from one moment to another.
struct Waits: Hashable, Sendable {
    struct Wait: Hashable, Sendable {
        var from: Timestamp
        /// Nil while it still waits.
        var until: Timestamp?
    }

    private let waits: [Wait]
    private let ends: [Timestamp]

    /// Clocks of two houses may differ by a little: what seems to end before it began did not wait.
    init(_ waits: [Wait]) {
        self.waits = waits.filter { wait in wait.until.map { $0 > wait.from } ?? true }
            .sorted { $0.from < $1.from }
        ends = self.waits.compactMap(\.until).sorted()
    }

    /// How many waited at each of these moments, which ascend.
    func depths(at moments: [Timestamp]) -> [Int] {
        var (begun, ended) = (0, 0)
        return moments.map { moment in
            while begun < waits.count, waits[begun].from <= moment { begun += 1 }
            while ended < ends.count, ends[ended] <= moment { ended += 1 }
            return begun - ended
        }
    }

    /// How long the one that had waited longest had waited, at each of these moments, which ascend.
    func oldestAges(at moments: [Timestamp]) -> [Duration] {
        var first = 0  // everyone before it has ended, and so has at every later moment
        return moments.map { moment in
            while first < waits.count, let until = waits[first].until, until <= moment { first += 1 }
            guard first < waits.count, waits[first].from <= moment else { return .zero }
            return moment - waits[first].from
        }
    }

    /// The most that waited at the same time.
    var most: Int { depths(at: waits.map(\.from)).max() ?? 0 }

    /// The longest wait that has ended.
    var longest: Duration { waits.compactMap { wait in wait.until.map { $0 - wait.from } }.max() ?? .zero }
}
