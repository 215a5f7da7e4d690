import Clockwork
import Wire

extension Duration {
    /// Reads `Retry-After`: seconds, or a date; nil for anything else.
    ///
    /// A date that has passed means no wait. Nobody may ask for more than ``RetrySchedule/longestWait``.
    /// Source: RFC 9110, section 10.2.3.
    package init?(retryAfter text: String, now: Timestamp) {
        let asked: Duration
        if !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            asked = Int64(text).map { .seconds(min($0, 1 << 32)) } ?? RetrySchedule.longestWait
        } else if let date = Timestamp(httpDate: text) {
            asked = date - now
        } else {
            return nil
        }
        self = min(max(asked, .zero), RetrySchedule.longestWait)
    }
}
