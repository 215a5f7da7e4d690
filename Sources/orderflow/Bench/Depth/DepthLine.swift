import Clockwork
import Inspection
import JSON

/// What the turns of one broker took.
struct DepthTurns {
    /// Of one message.
    struct Turn {
        var send: Duration
        var receive: Duration
        var delete: Duration

        static func / (lhs: Turn, rhs: Turn) -> (send: Double, receive: Double, delete: Double) {
            (lhs.send / rhs.send, lhs.receive / rhs.receive, lhs.delete / rhs.delete)
        }
    }

    private var turns: [Turn] = []

    mutating func append(_ turn: Turn) { turns.append(turn) }

    /// The median of each, so that one turn that met a checkpoint or a busy neighbour says nothing.
    var medians: Turn { Turn(send: median(\.send), receive: median(\.receive), delete: median(\.delete)) }

    private func median(_ part: (Turn) -> Duration) -> Duration { turns.map(part).sorted()[turns.count / 2] }
}

/// One depth: what a message costs there, and what the broker weighs.
struct DepthLine {
    var queues: String
    var messages: Int
    /// Beside an empty queue.
    var ratios: (send: Double, receive: Double, delete: Double)
    var perMessage: DepthTurns.Turn
    var start: Duration
    var firstReceive: Duration
    var residentBytes: Int64

    static func listing(_ lines: [DepthLine]) -> Listing {
        Listing(
            columns: [
                "queues", "messages", "send_us", "send_ratio", "receive_us", "receive_ratio", "delete_us",
                "delete_ratio", "start_ms",
                "first_receive_ms", "resident_mib",
            ],
            rows: lines.map { line in
                [
                    .string(line.queues), JSONValue(line.messages),
                    .microseconds(line.perMessage.send), .decimal(line.ratios.send, places: 2),
                    .microseconds(line.perMessage.receive), .decimal(line.ratios.receive, places: 2),
                    .microseconds(line.perMessage.delete), .decimal(line.ratios.delete, places: 2),
                    JSONValue(line.start.milliseconds), JSONValue(line.firstReceive.milliseconds),
                    JSONValue(line.residentBytes >> 20),
                ]
            })
    }
}
