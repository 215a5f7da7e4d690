import Clockwork
import Inspection

extension TimeSpan {
    /// A length of time as `parsed` reads it, in the largest unit that keeps it whole; less than a millisecond is
    /// dropped.
    package static func word(for span: Duration) -> String {
        let milliseconds = span.milliseconds
        for (unit, length) in [("h", 3_600_000), ("m", 60_000), ("s", 1_000)] as [(String, Int64)]
        where milliseconds != 0 && milliseconds % length == 0 {
            return "\(milliseconds / length)\(unit)"
        }
        return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
    }

    /// A length of time forwards or, with a minus before it, backwards.
    package static func signed(_ text: String) -> Duration? {
        text.hasPrefix("-") ? parsed(String(text.dropFirst())).map { .zero - $0 } : parsed(text)
    }
}
