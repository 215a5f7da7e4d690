import Clockwork

/// Times as HTTP's own headers write them: `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// Source: RFC 9110, section 5.6.7.
package enum HTTPDate {
    package static func text(for moment: Timestamp) -> String {
        let time = CalendarTime(moment)
        let day = moment.seconds.flooredQuotient(86_400)
        let weekday = weekdays[Int(day.flooredRemainder(7))]
        var text = Array("\(weekday), ".utf8)
        text.reserveCapacity(29)
        text.appendDigits(time.day, width: 2)
        text.append(contentsOf: " \(months[time.month - 1]) ".utf8)
        text.appendDigits(time.year, width: 4)
        text.append(UInt8(ascii: " "))
        text.appendDigits(time.hour, width: 2)
        text.append(UInt8(ascii: ":"))
        text.appendDigits(time.minute, width: 2)
        text.append(UInt8(ascii: ":"))
        text.appendDigits(time.second, width: 2)
        text.append(contentsOf: " GMT".utf8)
        return String(decoding: text, as: UTF8.self)
    }

    /// 1 January 1970 was a Thursday.
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    fileprivate static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

extension Timestamp {
    /// Reads what ``HTTPDate`` writes, also with the `-0000` of mail that botocore signs; nil for anything else, and
    /// for the two older forms that nobody sends.
    package init?(httpDate text: String) {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT" || words[5] == "-0000", let day = Int(words[1]),
            let year = Int(words[3]),
            let month = HTTPDate.months.firstIndex(of: String(words[2]))
        else { return nil }
        let clock = words[4].split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3 else { return nil }
        let time = CalendarTime(
            year: year, month: month + 1, day: day, hour: clock[0], minute: clock[1], second: clock[2])
        guard let moment = time.timestamp else { return nil }
        self = moment
    }
}
