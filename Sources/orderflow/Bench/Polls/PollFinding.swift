import Clockwork
import Inspection
import JSON

/// What waiting cost, and how soon it ended.
struct PollFinding {
    var polls: Int
    var queues: Int
    /// Of one core, while nothing was sent.
    var idleShare: Double
    var residentBytes: Int64
    var sent: Int
    var latencies: [Duration]

    var listing: Listing {
        let result = LoadResult(latencies: latencies, elapsed: .zero)
        return Listing(
            columns: [
                "polls", "queues", "idle_core_percent", "resident_mib", "sent", "received", "p50_ms",
                "p99_ms",
                "slowest_ms",
            ],
            rows: [
                [
                    JSONValue(polls), JSONValue(queues), .decimal(idleShare * 100, places: 1),
                    JSONValue(residentBytes >> 20), JSONValue(sent), JSONValue(latencies.count),
                    .milliseconds(result.latency(at: 0.5)), .milliseconds(result.latency(at: 0.99)),
                    .milliseconds(result.latency(at: 1)),
                ]
            ])
    }
}
