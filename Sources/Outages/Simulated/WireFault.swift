import Clockwork
import Wire

/// What a scenario does to one way between two roles of a simulated street.
///
/// There are no connections and no pieces of bytes on it, only requests and answers: faults that are about those have no
/// meaning here.
struct WireFault {
    let arrow: FaultArrow
    let fault: FaultRequest
    /// How many requests it may still meet; nil for any number.
    private var left: Int?

    init(_ fault: FaultRequest, on arrow: FaultArrow) {
        self.fault = fault
        self.arrow = arrow
        left = fault.integer("first")
    }

    /// What becomes of a request that sets out, or of an answer that sets out back.
    enum Fate {
        case passes
        case late(Duration)
        /// So many more come of it.
        case repeated(Int)
        /// Nobody seems to listen.
        case refused
        /// It never arrives, and the caller is told when the fault ends, or after a while.
        case swallowed(toldAfter: Duration?)
        /// The caller sees a cut connection.
        case cut
        /// Somebody else answers.
        case answered(WireResponse)
    }

    mutating func fateOfRequest(using random: inout SeededGenerator) -> Fate {
        switch fault.kind {
        case .down: return .refused
        case .timeout:
            let wait = fault.integer("ms") ?? 0
            return .swallowed(toldAfter: wait > 0 ? .milliseconds(wait) : nil)
        case .cutUp: return .swallowed(toldAfter: nil)
        case .resetPeer: return .cut
        case .latency: return isMeant("up") ? late(using: &random) : .passes
        case .repeat: return .repeated((fault.integer("times") ?? 2) - 1)
        case .status:
            guard left != 0, isLucky(&random) else { return .passes }
            left = left.map { $0 - 1 }
            return .answered(answer)
        default: return .passes
        }
    }

    func fateOfReply(using random: inout SeededGenerator) -> Fate {
        switch fault.kind {
        case .cutDown: .swallowed(toldAfter: nil)
        case .latency: isMeant("down") ? late(using: &random) : .passes
        case .loseReply: isLucky(&random) ? .cut : .passes
        default: .passes
        }
    }

    /// What becomes of a part of an answer that goes on.
    mutating func fateOfPiece(using random: inout SeededGenerator) -> Fate {
        switch fault.kind {
        case .down, .resetPeer: .cut
        case .timeout: fateOfRequest(using: &random)
        case .loseReply: .passes  // it is decided where an answer begins
        default: fateOfReply(using: &random)
        }
    }

    private func isLucky(_ random: inout SeededGenerator) -> Bool {
        random.isLucky(fault.number("probability") ?? 1)
    }

    private func isMeant(_ direction: String) -> Bool {
        [direction, "both"].contains(fault["direction"] ?? "both")
    }

    private func late(using random: inout SeededGenerator) -> Fate {
        guard isLucky(&random) else { return .passes }
        let (usual, jitter) = (fault.integer("ms") ?? 0, fault.integer("jitter") ?? 0)
        return .late(
            .milliseconds(max(0, Int.random(in: (usual - jitter)...(usual + jitter), using: &random))))
    }

    private var answer: WireResponse {
        var response = WireResponse(status: fault.integer("code") ?? 503)
        if let seconds = fault.integer("retry_after") { response.headers.append("retry-after", "\(seconds)") }
        return response
    }
}
