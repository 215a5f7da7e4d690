/// One thing that can go wrong between two processes.
///
/// Kinds and parameters have Toxiproxy's names where it knows them. Spans are whole milliseconds everywhere.
/// Source of the first eight: Toxiproxy, README, "Toxics".
package enum ArrowFault: Hashable, Sendable {
    /// Nobody listens: connections are refused, open ones are dropped.
    case down
    /// Connections are accepted, and all that is said on them is swallowed: half-open. With a span, each connection is
    /// closed that long after it met the fault.
    case timeout(closing: Duration?)
    /// A request or an answer is held back for `delay`, give or take `jitter`.
    case latency(delay: Duration, jitter: Duration, Directions, probability: Double)
    /// Bytes go no faster than so many KiB (1,024 bytes) a second, in each direction of each connection.
    case bandwidth(kibibytesPerSecond: Int, Directions)
    /// Bytes go in pieces of at most so many, with a pause after each.
    case slicer(bytes: Int, pause: Duration, Directions)
    /// The end of a connection is passed on late.
    case slowClose(delay: Duration)
    /// A connection is closed once so many bytes have gone one way.
    case limitData(bytes: Int, Directions)
    /// A connection is reset (TCP RST, so that even what is under way is lost) that long after it met the fault.
    case resetPeer(after: Duration)
    /// One direction is swallowed, and the other goes on: an asymmetric partition.
    case cut(Direction)
    /// Requests are answered with a status and never reach the target.
    ///
    /// - first: How many requests it happens to at most; nil for no end.
    case status(code: Int, retryAfterSeconds: Int?, probability: Double, first: Int?)
    /// A request reaches the target, and the connection is closed when the answer is there: the caller cannot know.
    case loseReply(probability: Double)
    /// A request reaches the target so many times; the caller hears the first answer.
    case repeats(times: Int)
}

extension ArrowFault {
    /// What the fault is called on the command line and on the wire.
    package var kind: String {
        switch self {
        case .down: "down"
        case .timeout: "timeout"
        case .latency: "latency"
        case .bandwidth: "bandwidth"
        case .slicer: "slicer"
        case .slowClose: "slow_close"
        case .limitData: "limit_data"
        case .resetPeer: "reset_peer"
        case .cut(.up): "cut_up"
        case .cut(.down): "cut_down"
        case .status: "status"
        case .loseReply: "lose_reply"
        case .repeats: "repeat"
        }
    }

    /// Every kind that can be asked for.
    package static let kinds = [
        "down", "timeout", "latency", "bandwidth", "slicer", "slow_close", "limit_data", "reset_peer",
        "cut_up", "cut_down", "status", "lose_reply", "repeat",
    ]

    /// True for a fault that is about requests and answers, not about bytes.
    var speaksHTTP: Bool {
        switch self {
        case .status, .loseReply, .repeats: true
        default: false
        }
    }

    /// Whether bytes of a direction get lost.
    func swallows(_ direction: Direction) -> Bool {
        switch self {
        case .timeout: true
        case .cut(let cut): cut == direction
        default: false
        }
    }
}
