import Clockwork

extension FaultCatalogue {
    /// In the order in which they are written.
    package static func parameters(of kind: FaultKind) -> [FaultParameter] {
        switch kind.layer {
        case .process: ofProcesses(kind)
        case .arrow: ofArrows(kind)
        case .http: ofRequests(kind)
        case .broker: ofBroker(kind)
        case .database: ofDatabase(kind)
        case .clock, .data, .load: ofTheRest(kind)
        }
    }

    private static func ofProcesses(_ kind: FaultKind) -> [FaultParameter] {
        switch kind {
        case .kill:
            [
                FaultParameter(
                    "restart", .choice(["after", "never"]), .means("after"),
                    "Whether it is started again when the fault ends.")
            ]
        case .crashLoop:
            [
                FaultParameter(
                    "every", .span(.milliseconds(100)...hour), .means("3s"), "From one death to the next.")
            ]
        case .crashAt:
            [
                FaultParameter("point", .choice(crashPoints), .mustBeSaid, "Where in the code."),
                FaultParameter(
                    "skip", .integer(0...100_000, unit: "passes"), .means("0"), "Passes that go well before."),
                FaultParameter(
                    "times", .integer(1...1_000, unit: "deaths"), .means("1"), "How often it dies there."),
                FaultParameter(
                    "action", .choice(["crash", "error", "sleep", "freeze"]), .means("crash"),
                    "What happens to whoever passes."),
                FaultParameter(
                    "ms", .integer(1...600_000, unit: "milliseconds"), .leavesItOut,
                    "How long a sleep lasts."),
            ]
        default: []
        }
    }

    private static func ofArrows(_ kind: FaultKind) -> [FaultParameter] {
        switch kind {
        case .timeout: [milliseconds("ms", .means("0"), "Until a connection is closed; 0 is never.")]
        case .latency:
            [
                milliseconds("ms", .mustBeSaid, "How much later a request or an answer comes."),
                milliseconds("jitter", .means("0"), "How much more or less than that, by chance."),
                direction(.means("down")), probability,
            ]
        case .bandwidth:
            [
                FaultParameter(
                    "rate", .integer(1...10_000_000, unit: "KiB a second"), .mustBeSaid, "How much passes."),
                direction(.means("both")),
            ]
        case .slicer:
            [
                FaultParameter(
                    "bytes", .integer(1...1 << 20, unit: "bytes"), .mustBeSaid, "Size of a piece."),
                milliseconds("delay", .means("0"), "From one piece to the next."), direction(.means("both")),
            ]
        case .slowClose: [milliseconds("delay", .mustBeSaid, "How much later the end of a connection comes.")]
        case .limitData:
            [
                FaultParameter("bytes", .integer(0...1 << 40, unit: "bytes"), .mustBeSaid, "How many pass."),
                direction(.means("both")),
            ]
        case .resetPeer: [milliseconds("ms", .means("0"), "After this long; 0 is at once.")]
        default: []
        }
    }

    private static func ofRequests(_ kind: FaultKind) -> [FaultParameter] {
        switch kind {
        case .status:
            [
                FaultParameter(
                    "code", .integer(200...599, unit: "an HTTP status"), .mustBeSaid,
                    "The status that is answered."),
                FaultParameter(
                    "retry_after", .integer(0...86_400, unit: "seconds"), .leavesItOut,
                    "Seconds in a Retry-After header."),
                probability,
                FaultParameter(
                    "first", .integer(1...1_000_000, unit: "requests"), .leavesItOut,
                    "Only so many requests, from the first."),
            ]
        case .loseReply: [probability]
        case .repeat:
            [FaultParameter("times", .integer(2...10, unit: "times"), .means("2"), "How often in all.")]
        default: []
        }
    }

    private static func ofBroker(_ kind: FaultKind) -> [FaultParameter] {
        switch kind {
        case .throttle:
            [
                FaultParameter(
                    "operation", .choice(["any"] + operations), .means("any"), "Which calls are refused."),
                probability,
            ]
        case .partialBatch: [probability]
        case .redeliver:
            [FaultParameter("copies", .integer(2...10, unit: "receivers"), .means("3"), "How many.")]
        case .expireIterators, .trim:
            [FaultParameter("age", .span(.zero...day), .means("0s"), "Only what is older than this.")]
        default: []
        }
    }

    private static func ofDatabase(_ kind: FaultKind) -> [FaultParameter] {
        switch kind {
        case .full:
            [
                FaultParameter(
                    "pages", .integer(0...1_000_000, unit: "pages of 4 KiB"), .means("0"),
                    "Room that is left.")
            ]
        case .fullOS:
            [FaultParameter("bytes", .integer(0...1 << 30, unit: "bytes"), .means("0"), "Room that is left.")]
        case .slow:
            [
                FaultParameter(
                    "ms", .integer(1...60_000, unit: "milliseconds"), .means("300"),
                    "How much longer a commit takes.")
            ]
        default: []
        }
    }

    private static func ofTheRest(_ kind: FaultKind) -> [FaultParameter] {
        switch kind {
        case .jump: [FaultParameter("offset", .offset(within: year), .mustBeSaid, "How far.")]
        case .drift:
            [
                FaultParameter(
                    "offset", .offset(within: year), .mustBeSaid, "How far it is off when the fault ends.")
            ]
        case .poison, .conflict, .resubmit, .oversize, .earlyCancel:
            [
                FaultParameter(
                    "count", .integer(1...1_000, unit: "messages"), .means("1"), "How many, evenly spread.")
            ]
        case .spike:
            [
                FaultParameter(
                    "factor", .number(0.1...1_000, unit: "times"), .means("20"), "How many times faster.")
            ]
        default: []
        }
    }

    /// The named points of our own code at which a process can be made to crash.
    package static let crashPoints = Waypoint.allCases.map(\.rawValue)

    /// The role whose code a crash point lies in.
    package static func role(ofCrashPoint point: String) -> String {
        let house = String(point.prefix { $0 != "." })
        return house == "intake" || house == "relay" ? "oms" : house
    }

    private static let operations = [
        "SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch",
        "ChangeMessageVisibility", "ChangeMessageVisibilityBatch", "PutRecord", "PutRecords", "GetRecords",
        "GetShardIterator",
    ]
    private static let probability = FaultParameter(
        "probability", .number(0.0001...1, unit: ""), .means("1"), "Which share of all it happens to.")
    private static let hour = Duration.seconds(3_600)
    private static let day = Duration.seconds(86_400)
    private static let year = Duration.seconds(366 * 86_400)

    private static func direction(_ unsaid: FaultParameter.Unsaid) -> FaultParameter {
        FaultParameter(
            "direction", .choice(["up", "down", "both"]), unsaid, "Requests (up), answers (down), or both.")
    }

    private static func milliseconds(_ name: String, _ unsaid: FaultParameter.Unsaid, _ meaning: String)
        -> FaultParameter
    {
        FaultParameter(name, .integer(0...3_600_000, unit: "milliseconds"), unsaid, meaning)
    }
}
