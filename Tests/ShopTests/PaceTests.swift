import Clockwork
import Testing

@testable import Shop

@Suite struct `The pace of a day` {
    @Test(
        arguments: [
            (Pace.replay(speed: 549), 3, Duration.seconds(5_490), Duration.seconds(10)),
            (.replay(speed: 1), 3, .seconds(5_490), .seconds(5_490)),
            (.replay(speed: 2), 10, nil, .seconds(5)),
            (.rate(perSecond: 20), 0, .seconds(5_490), .zero),
            (.rate(perSecond: 20), 50, .seconds(5_490), .milliseconds(2_500)),
            (.rate(perSecond: 0.5), 3, nil, .seconds(6)),
            (.rate(perSecond: 1e-300), 1, nil, .microseconds(10_000_000_000_000_000)),
            (.burst, 1_000, .seconds(5_490), .zero),
        ] as [(Pace, Int, Duration?, Duration)])
    func `says when each customer is due`(pace: Pace, place: Int, placed: Duration?, due: Duration) {
        #expect(pace.due(at: place, placed: placed) == due)
    }

    @Test func `goes on at the day's own time after the shop was shut`() {
        let elapsed = Pace.replay(speed: 549).elapsed(
            whenResumingAt: 10, placed: .seconds(600), after: .seconds(30))

        #expect(elapsed == .seconds(30))
    }

    @Test func `does not catch up on a rate`() {
        let elapsed = Pace.rate(perSecond: 20).elapsed(
            whenResumingAt: 100, placed: nil, after: .seconds(86_400))

        #expect(elapsed == .seconds(5))
    }

    @Test func `does not wait for a clock that was set back`() {
        #expect(
            Pace.replay(speed: 1).elapsed(whenResumingAt: 1, placed: .seconds(5), after: .seconds(-50))
                == .zero)
    }
}

@Suite struct `A batch` {
    static func filled(_ sizes: [Int]) -> Int {
        var filler = BatchFiller()
        return sizes.prefix { filler.takes($0) }.count
    }

    @Test(
        arguments: [
            ([], 0), ([100], 1), (Array(repeating: 100, count: 20), 10),
            ([1_048_576, 1], 1), ([1_048_575, 1, 1], 2), ([600_000, 600_000], 1), ([2_000_000, 1], 1),
            (Array(repeating: 150_000, count: 10), 6), ([187_000, 187_000, 3_000, 700_000], 3),
        ] as [([Int], Int)])
    func `is filled by bytes and by count`(sizes: [Int], fit: Int) {
        #expect(Self.filled(sizes) == fit)
    }
}
