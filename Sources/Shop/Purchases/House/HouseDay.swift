import Clockwork
import Orders

/// A trading day of our own making, with the shape of a real one: 127 orders in 9 hours and 9 minutes.
///
/// It has what real days have and invented ones lack: guests, free items, things that stand on two lines of
/// an order, one order of over 200 lines, and two customers from countries that do not exist. Everything is
/// made anew from one seed at each start, which takes a few milliseconds; `fixtures/house-day.csv` shows the
/// same day to people.
package enum HouseDay {
    package static let day = TradingDay(named: "house day", orders: orders())

    private static let seed: UInt64 = 1_127

    /// The day as rows of text, one for each line of an order.
    package static var csv: String {
        HouseSheet.text(of: day.orders)
    }

    private static func orders() -> [Order] {
        var dice = Dice(seed: seed)
        let till = HouseTill()
        return HouseRhythm.moments(&dice).enumerated().compactMap { place, moment in
            till.order(at: place, placedAt: moment, &dice)
        }
    }
}

/// When people come: few in the morning, most around noon.
private enum HouseRhythm {
    /// Monday 3 March 2025, 08:24:00 UTC.
    private static let opening = Timestamp(seconds: 1_740_990_240)
    /// Seconds: 9 hours and 9 minutes.
    private static let span = 32_940

    /// How many come in each of these hours, from 08:00 on.
    private static let perHour = [4, 10, 14, 17, 20, 17, 15, 14, 11, 5]

    static func moments(_ dice: inout Dice) -> [Timestamp] {
        let eight = -24 * 60  // 08:00, from the opening on
        var seconds: [Int] = []
        for (hour, customers) in perHour.enumerated() {
            let from = max(0, eight + hour * 3_600), to = min(span, eight + (hour + 1) * 3_600)
            for _ in 0..<customers { seconds.append(dice.roll(from...to)) }
        }
        seconds.sort()
        seconds[0] = 0
        seconds[seconds.count - 1] = span
        return seconds.map { opening + .seconds(Int64($0)) }
    }
}
