import Clockwork
import Inspection
import JSON

/// How soon records were acknowledged, and how soon they came to their consumer.
struct PushFinding {
    var exchanges: [PacedExchange]
    /// When each record came, by its number.
    var arrivals: [ContinuousClock.Instant]

    /// What plain SQLite took to write records of the same size singly, each durable before the next.
    var plainWrites: [Duration]

    /// Records that came before the answer to their put was read.
    var overtaking: Int { exchanges.count { arrivals[$0.number] < $0.answered } }

    var listing: Listing {
        Listing(
            columns: ["what", "records", "p50_ms", "p99_ms", "slowest_ms"],
            rows: [
                row("sent late", exchanges.map(\.lateness)),
                row("put to its acknowledgement", exchanges.map { $0.answered - $0.sent }),
                row("put to consumer", exchanges.map { arrivals[$0.number] - $0.sent }),
                row(
                    "acknowledgement to consumer",
                    exchanges.map { max(.zero, arrivals[$0.number] - $0.answered) }),
                row("plain SQLite, one durable write", plainWrites),
            ])
    }

    private func row(_ name: String, _ spans: [Duration]) -> [JSONValue] {
        let result = LoadResult(latencies: spans, elapsed: .zero)
        return [
            .string(name), JSONValue(result.requests), .milliseconds(result.latency(at: 0.5)),
            .milliseconds(result.latency(at: 0.99)), .milliseconds(result.latency(at: 1)),
        ]
    }
}
