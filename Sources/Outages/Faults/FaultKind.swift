/// What goes wrong. Network words are Toxiproxy's, process words Jepsen's, so that people know them.
package enum FaultKind: String, Hashable, Sendable, CaseIterable {
    case kill, stop, freeze
    case crashLoop = "crash-loop"
    case crashAt = "crash-at"

    case down, timeout, latency, bandwidth, slicer
    case slowClose = "slow_close"
    case limitData = "limit_data"
    case resetPeer = "reset_peer"
    case cutUp = "cut_up"
    case cutDown = "cut_down"

    case status
    case loseReply = "lose_reply"
    case `repeat`

    case throttle
    case partialBatch = "partial_batch"
    case redeliver, shuffle
    case expireIterators = "expire_iterators"
    case trim

    case lock, full
    case fullOS = "full-os"
    case readonly, slow, swap, damage

    case jump, drift

    case poison, conflict, resubmit, oversize
    case earlyCancel = "early_cancel"

    case spike, pause
}

/// Where on the way of an order a fault takes hold, and so who brings it about.
package enum FaultLayer: String, Hashable, Sendable, CaseIterable {
    /// Signals to processes, and crash points in them.
    case process
    /// Bytes between two processes.
    case arrow
    /// Requests and answers between two processes.
    case http
    /// What Amazon's services do on a bad day, done by our broker.
    case broker
    case database
    case clock
    /// What the shop sends.
    case data
    /// How much it sends.
    case load
}

extension FaultKind {
    package var layer: FaultLayer {
        switch self {
        case .kill, .stop, .freeze, .crashLoop, .crashAt: .process
        case .down, .timeout, .latency, .bandwidth, .slicer, .slowClose, .limitData, .resetPeer, .cutUp,
            .cutDown:
            .arrow
        case .status, .loseReply, .repeat: .http
        case .throttle, .partialBatch, .redeliver, .shuffle, .expireIterators, .trim: .broker
        case .lock, .full, .fullOS, .readonly, .slow, .swap, .damage: .database
        case .jump, .drift: .clock
        case .poison, .conflict, .resubmit, .oversize, .earlyCancel: .data
        case .spike, .pause: .load
        }
    }

    /// Whether it can happen there.
    package func fits(_ target: FaultTarget) -> Bool {
        switch (layer, target) {
        case (.process, .process), (.arrow, .arrow), (.http, .arrow), (.database, .orderDatabase),
            (.clock, .clock):
            true
        case (.process, .everyProcess): [.kill, .stop, .freeze].contains(self)
        case (.broker, .process(let process)): process == StreetProcess("broker")
        case (.data, .process(let process)), (.load, .process(let process)): process == StreetProcess("shop")
        case (.data, .orderQueue): self == .poison || self == .oversize
        default: false
        }
    }

    /// Which targets it fits, for the person who chose another.
    var targetsInWords: String {
        switch layer {
        case .process:
            [.kill, .stop, .freeze].contains(self) ? "a process such as oms, or all" : "a process such as oms"
        case .arrow, .http: "an arrow such as shop->broker"
        case .broker: "broker"
        case .database: "oms->orders.db"
        case .clock: "a clock such as oms.clock"
        case .data: self == .poison || self == .oversize ? "shop or queue" : "shop"
        case .load: "shop"
        }
    }
}
