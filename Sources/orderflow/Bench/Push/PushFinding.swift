import Clockwork
import Inspection
import JSON

/// How soon records were acknowledged, and how soon they came to their consumer.
struct PushFinding {
    var exchanges: [PacedExchange]
    /// When each record came, by its number.
    var arrivals: [ContinuousClock.Instant]

    /// Records that came before the answer to their put was read.
    var overtaking: Int { exchanges.count { arrivals[$0.number] < $0.answered } }

    var listing: Listing {
        Listing(
            columns: ["what", "records", "p50_ms", "p99_ms", "slowest_ms"],
            rows: [
                row("sent late") { $0.lateness },
                row("put to its acknowledgement") { $0.answered - $0.sent },
                row("put to consumer") { arrivals[$0.number] - $0.sent },
                row("acknowledgement to consumer") { max(.zero, arrivals[$0.number] - $0.answered) },
            ])
    }

    private func row(_ name: String, _ span: (PacedExchange) -> Duration) -> [JSONValue] {
        let result = LoadResult(latencies: exchanges.map(span), elapsed: .zero)
        return [
            .string(name), JSONValue(result.requests), .milliseconds(result.latency(at: 0.5)),
            .milliseconds(result.latency(at: 0.99)), .milliseconds(result.latency(at: 1)),
        ]
    }
}
