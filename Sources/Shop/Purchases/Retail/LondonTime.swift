import Clockwork

/// What clocks in London show.
///
/// Summer time lasts from the last Sunday of March to the last Sunday of October, each at 01:00 UTC.
/// Source: Directive 2000/84/EC, in force in the United Kingdom in the years of the data.
enum LondonTime {
    /// The moment at which London showed this time; nil when there is no such date.
    ///
    /// An hour that came twice means its first coming; an hour that was left out is read as winter time.
    static func moment(of shown: CalendarTime) -> Timestamp? {
        guard let asWinter = shown.timestamp else { return nil }
        let asSummer = asWinter - .seconds(3_600)
        guard let begin = lastSunday(ofMonth: 3, in: shown.year),
            let end = lastSunday(ofMonth: 10, in: shown.year)
        else { return asWinter }
        return (begin..<end).contains(asSummer) ? asSummer : asWinter
    }

    /// 01:00 UTC on the last Sunday of March or October.
    private static func lastSunday(ofMonth month: Int, in year: Int) -> Timestamp? {
        let lastDay = CalendarTime(year: year, month: month, day: 31, hour: 1).timestamp
        return lastDay.map { lastDay in
            // 1970-01-04 was a Sunday.
            let daysSinceSunday = (lastDay.seconds / 86_400 - 3) % 7
            return lastDay - .seconds(daysSinceSunday * 86_400)
        }
    }
}
