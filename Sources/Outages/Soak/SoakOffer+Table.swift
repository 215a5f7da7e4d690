import Orders

extension SoakOffer {
    /// All that a soak may draw: of each layer what the street promises to bear, for spans in which it can show it.
    ///
    /// Not among them is what takes something away for good (`trim`), what partners mean as a last word (a status of 410 or
    /// 422), what a FIFO queue does not do (`shuffle`), and a file that is damaged or exchanged (`damage`, `swap`).
    static let all: [SoakOffer] = [
        // Processes
        .init(.kill, of: processes, 1...4),
        .init(.kill, of: ["all"], 1...2),
        .init(.stop, of: processes, 1...4),
        .init(.freeze, of: processes, 1...5),
        .init(.crashLoop, of: callers, 3...5, ["every": ["1s", "1500ms"]]),
        .init(.crashAt, of: ["broker"], 3...5, ["point": points(of: "broker"), "skip": ["0", "3", "20"]]),
        .init(.crashAt, of: ["shop"], 3...5, ["point": points(of: "shop"), "skip": ["0", "3"]]),
        .init(
            .crashAt, of: ["oms"], 3...5,
            ["point": points(of: "oms"), "skip": ["0", "3"], "times": ["1", "2"]]),
        .init(.crashAt, of: ["function"], 3...5, ["point": points(of: "function"), "times": ["1", "2"]]),
        .init(.crashAt, of: ["courier"], 3...5, ["point": points(of: "courier"), "skip": ["0", "5"]]),

        // Bytes between processes
        .init(.down, of: arrows, 1...4),
        .init(.latency, of: arrows, 2...5, ["ms": ["50", "200", "600"], "jitter": ["0", "50"]]),
        .init(.bandwidth, of: arrows, 2...5, ["rate": ["16", "64"]]),
        .init(.slicer, of: arrows, 2...4, ["bytes": ["100", "1000"], "delay": ["0", "5"]]),
        .init(.resetPeer, of: arrows, 2...4, ["ms": ["0", "100"]]),
        .init(.timeout, of: arrows, 1...3, ["ms": ["0", "300"]], rest: .seconds(6)),
        .init(.cutUp, of: arrows, 1...3, rest: .seconds(6)),
        .init(.cutDown, of: arrows, 1...3, rest: .seconds(6)),

        // Requests between processes
        .init(.status, of: arrows, 2...4, ["code": ["500", "503"], "probability": ["0.3", "1"]]),
        .init(.status, of: waysToPartners, 2...4, ["code": ["429"], "retry_after": ["1", "2"]]),
        .init(.loseReply, of: arrows, 2...4, ["probability": ["0.1", "0.3"]]),
        .init(.repeat, of: arrows, 2...5, ["times": ["2", "3"]]),

        // The broker's bad days
        .init(.throttle, of: ["broker"], 2...5, ["probability": ["0.2", "0.5"]]),
        .init(.partialBatch, of: ["broker"], 2...5, ["probability": ["0.2", "0.5"]]),
        .init(.redeliver, of: ["broker"], 2...5, ["copies": ["2", "3"]]),
        .init(.expireIterators, of: ["broker"], 2...5, ["age": ["0s", "1s"]]),

        // The order database
        .init(.lock, of: [books], 1...5),
        .init(.full, of: [books], 1...4, ["pages": ["0", "8"]]),
        .init(.fullOS, of: [books], 1...4, ["bytes": ["0"]]),
        .init(.readonly, of: [books], 1...4),
        .init(.slow, of: [books], 2...5, ["ms": ["50", "300"]]),

        // The order system's clock
        .init(.jump, of: ["oms.clock"], 2...4, ["offset": ["2h", "-2h", "200s"]]),

        // What the shop sends, and how much of it
        .init(.poison, of: ["shop"], 2...4, ["count": ["1", "2", "3"]]),
        .init(.conflict, of: ["shop"], 2...4, ["count": ["1", "3"]]),
        .init(.resubmit, of: ["shop"], 2...4, ["count": ["1", "3"]]),
        .init(.spike, of: ["shop"], 2...4, ["factor": ["5", "10"]]),
        .init(.pause, of: ["shop"], 1...4),
    ]

    private static let callers = ["shop", "oms", "function", "courier"]
    private static let processes = ["broker"] + callers + Pipeline.partners.map { "partner-\($0)" }
    private static let waysToPartners = Pipeline.partners.map { "courier->partner-\($0)" }
    private static let arrows =
        ["shop->broker", "oms->broker", "relay->broker", "function->broker", "function->courier"]
        + waysToPartners
    private static let books = "oms->orders.db"

    private static func points(of role: String) -> [String] {
        FaultCatalogue.crashPoints.filter { FaultCatalogue.role(ofCrashPoint: $0) == role }
    }
}
