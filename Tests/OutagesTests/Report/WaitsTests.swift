import Clockwork
import Testing

@testable import Outages

private let noon = Timestamp(seconds: 1_795_348_800)

@Suite struct `Things that waited` {
    private static func waits(_ spans: [(Int64, Int64?)]) -> Waits {
        Waits(spans.map { Waits.Wait(from: noon + .seconds($0.0), until: $0.1.map { noon + .seconds($0) }) })
    }

    private static let moments = (0...5).map { noon + .seconds($0) }

    @Test func `are counted at every moment`() {
        let waits = Self.waits([(1, 4), (2, 3), (2, nil)])

        #expect(waits.depths(at: Self.moments) == [0, 1, 3, 2, 1, 1])
        #expect(waits.most == 3)
    }

    @Test func `are as old as the first of them`() {
        let waits = Self.waits([(2, 3), (1, 4), (3, nil)])

        #expect(waits.oldestAges(at: Self.moments).map(\.milliseconds) == [0, 0, 1_000, 2_000, 1_000, 2_000])
        #expect(waits.longest == .seconds(3))
    }

    @Test func `did not wait when they ended before they began, by another house's clock`() {
        let waits = Self.waits([(3, 2), (1, 1)])

        #expect(waits.most == 0 && waits.longest == .zero)
        #expect(waits.depths(at: Self.moments).allSatisfy { $0 == 0 })
    }
}

@Suite struct `An order's journey` {
    private static func journey(_ moments: [OrderJourney.Station: Int64]) -> OrderJourney {
        OrderJourney(
            orderNumber: "W-1", sentAt: noon, moments: moments.mapValues { noon + .milliseconds($0) })
    }

    @Test(
        arguments: [
            (
                [
                    .acknowledged: 4, .decided: 14_000, .published: 14_020, .staged: 14_030,
                    .delivered: 14_100,
                ], .decided
            ),
            ([.acknowledged: 4, .decided: 10, .published: 20, .staged: 30, .delivered: 9_000], .delivered),
            ([.acknowledged: 5_000, .decided: 5_010], .acknowledged), ([:], nil),
        ] as [([OrderJourney.Station: Int64], OrderJourney.Station?)])
    func `tells where it took longest`(moments: [OrderJourney.Station: Int64], station: OrderJourney.Station?)
    {
        #expect(Self.journey(moments).longestWait == station)
    }

    @Test func `has a length once it has ended`() {
        var journey = Self.journey([.acknowledged: 4, .decided: 60, .delivered: 90])

        #expect(journey.length == nil)
        journey.ending = .arrived
        #expect(journey.length == .milliseconds(90))
    }

    @Test func `did not wait for a note that was made late`() {
        // The relay died before it could tick the event off, and did so after the partner had heard.
        let journey = Self.journey([
            .acknowledged: 4, .decided: 10, .published: 8_000, .staged: 30, .delivered: 90,
        ])

        #expect(journey[.published] == noon + .milliseconds(30))
        #expect(journey.longestWait == .delivered)
    }
}
