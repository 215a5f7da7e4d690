/// A moment as a calendar shows it, always in UTC.
///
/// The conversion between days and dates follows Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
public struct CalendarTime: Hashable, Sendable {
    public var year: Int
    /// 1 to 12.
    public var month: Int
    /// 1 to 31.
    public var day: Int
    /// 0 to 23.
    public var hour: Int
    public var minute: Int
    /// 0 to 59.
    public var second: Int
    public var microsecond: Int

    public init(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, microsecond: Int = 0
    ) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.microsecond = microsecond
    }

    public init(_ moment: Timestamp) {
        let days = moment.microseconds.flooredQuotient(86_400_000_000)
        let ofDay = Int(moment.microseconds.flooredRemainder(86_400_000_000))
        let shifted = Int(days) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        hour = ofDay / 3_600_000_000
        minute = ofDay / 60_000_000 % 60
        second = ofDay / 1_000_000 % 60
        microsecond = ofDay % 1_000_000
    }

    /// The moment this calendar time denotes, or nil when there is no such date or time of day.
    public var timestamp: Timestamp? {
        guard (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour),
            (0...59).contains(minute),
            (0...59).contains(second), (0...999_999).contains(microsecond),
            (-200_000...200_000).contains(year)
        else { return nil }
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        let secondOfDay = hour * 3_600 + minute * 60 + second
        let moment = Timestamp(
            microseconds: Int64(days * 86_400 + secondOfDay) * 1_000_000 + Int64(microsecond))
        let readBack = CalendarTime(moment)
        return readBack.month == month && readBack.day == day ? moment : nil  // refuses 30 February
    }
}
