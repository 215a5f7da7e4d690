import Clockwork
import Inspection
import JSON

/// What trimming cost a writer, and what became of the room.
struct TrimFinding {
    var records: Int
    /// Puts that were due before the trim.
    var before: [PacedExchange]
    /// Puts that were due while it went on.
    var during: [PacedExchange]
    var span: Duration
    var full: BrokerFile.Shape
    var trimmed: BrokerFile.Shape
    var filledAgain: BrokerFile.Shape

    var listing: Listing {
        Listing(
            columns: [
                "trimmed", "trim_s",
                "puts_before", "before_p50_ms", "before_p99_ms", "before_slowest_ms",
                "puts_during", "during_p50_ms", "during_p99_ms", "during_slowest_ms",
                "file_mib", "free_mib", "refilled_mib",
            ],
            rows: [
                [JSONValue(records), .decimal(span.fractionalSeconds, places: 1)]
                    + figures(of: before) + figures(of: during)
                    + [
                        JSONValue(full.mebibytes), JSONValue(trimmed.freeMebibytes),
                        JSONValue(filledAgain.mebibytes),
                    ]
            ])
    }

    /// From when each put was due, so that those count which had to wait behind a stop.
    private func figures(of exchanges: [PacedExchange]) -> [JSONValue] {
        let result = LoadResult(latencies: exchanges.map { $0.answered - $0.due }, elapsed: .zero)
        return [
            JSONValue(result.requests), .milliseconds(result.latency(at: 0.5)),
            .milliseconds(result.latency(at: 0.99)), .milliseconds(result.latency(at: 1)),
        ]
    }
}
