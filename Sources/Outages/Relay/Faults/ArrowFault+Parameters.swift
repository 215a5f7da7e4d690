import Clockwork

extension ArrowFault {
    /// Reads a fault as people write it: `latency` with `ms=200 jitter=50`.
    ///
    /// - Throws: ``ArrowRefusal`` for a kind or a parameter that there is not, one that is missing, or a value out of
    ///   its range.
    package init(kind: String, parameters: [String: String] = [:]) throws(ArrowRefusal) {
        var reader = FaultParameters(of: kind, parameters)
        self = try Self.read(kind, &reader)
        try reader.finish()
    }

    private static func read(
        _ kind: String, _ told: inout FaultParameters
    ) throws(ArrowRefusal) -> ArrowFault {
        switch kind {
        case "down": return .down
        case "timeout":
            let wait = try told.span("ms", default: 0)
            return .timeout(closing: wait == .zero ? nil : wait)
        case "latency":
            return .latency(
                delay: try told.span("ms"), jitter: try told.span("jitter", default: 0),
                try told.directions(default: .down), probability: try told.probability())
        case "bandwidth":
            return .bandwidth(
                kibibytesPerSecond: try told.whole("rate", 1...10_000_000),
                try told.directions(default: .both))
        case "slicer":
            return .slicer(
                bytes: try told.whole("bytes", 1...(1 << 20)), pause: try told.span("delay", default: 0),
                try told.directions(default: .both))
        case "slow_close": return .slowClose(delay: try told.span("delay"))
        case "limit_data":
            return .limitData(
                bytes: try told.whole("bytes", 0...(1 << 40)), try told.directions(default: .both))
        case "reset_peer": return .resetPeer(after: try told.span("ms", default: 0))
        case "cut_up": return .cut(.up)
        case "cut_down": return .cut(.down)
        case "status":
            return .status(
                code: try told.whole("code", 200...599),
                retryAfterSeconds: try told.wholeIfTold("retry_after", 0...86_400),
                probability: try told.probability(), first: try told.wholeIfTold("first", 1...1_000_000))
        case "lose_reply": return .loseReply(probability: try told.probability())
        case "repeat": return .repeats(times: try told.whole("times", 2...10, default: 2))
        default: throw .unknownKind(kind)
        }
    }

    /// The parameters as they are read, those with a default included.
    package var parameters: [String: String] {
        switch self {
        case .down, .cut: [:]
        case .timeout(let wait): ["ms": "\(wait?.milliseconds ?? 0)"]
        case .latency(let delay, let jitter, let directions, let probability):
            [
                "ms": "\(delay.milliseconds)", "jitter": "\(jitter.milliseconds)",
                "direction": directions.rawValue, "probability": "\(probability)",
            ]
        case .bandwidth(let rate, let directions): ["rate": "\(rate)", "direction": directions.rawValue]
        case .slicer(let bytes, let pause, let directions):
            ["bytes": "\(bytes)", "delay": "\(pause.milliseconds)", "direction": directions.rawValue]
        case .slowClose(let delay): ["delay": "\(delay.milliseconds)"]
        case .limitData(let bytes, let directions): ["bytes": "\(bytes)", "direction": directions.rawValue]
        case .resetPeer(let wait): ["ms": "\(wait.milliseconds)"]
        case .status(let code, let wait, let probability, let first):
            [
                "code": "\(code)", "retry_after": wait.map { "\($0)" }, "probability": "\(probability)",
                "first": first.map { "\($0)" },
            ].compactMapValues(\.self)
        case .loseReply(let probability): ["probability": "\(probability)"]
        case .repeats(let times): ["times": "\(times)"]
        }
    }
}
