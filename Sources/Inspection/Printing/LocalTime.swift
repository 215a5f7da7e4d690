import Clockwork
import JSON

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension Listing {
    /// The same with times as the clock on this machine's wall shows them. Without it everything is UTC.
    package var inLocalTime: Listing {
        let times = columns.indices.filter { columns[$0].hasSuffix("_at") || columns[$0] == "at" }
        var local = self
        for row in rows.indices {
            for column in times {
                guard let moment = rows[row][column].string.flatMap({ Timestamp($0) }) else { continue }
                local.rows[row][column] = .string(moment.onLocalClock)
            }
        }
        return local
    }
}

extension Timestamp {
    /// RFC 3339 with the offset of this machine's time zone, such as `2026-11-22T22:14:03.250+01:00`.
    package var onLocalClock: String {
        var seconds = time_t(seconds)
        var fields = tm()
        localtime_r(&seconds, &fields)
        let offset = fields.tm_gmtoff / 60
        let shown = (self + .seconds(Int64(fields.tm_gmtoff))).description.dropLast()
        let zone = [abs(offset) / 60, abs(offset) % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(
            separator: ":")
        return "\(shown)\(offset < 0 ? "-" : "+")\(zone)"
    }
}
