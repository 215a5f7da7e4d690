import Clockwork

extension ArrowControl {
    /// Makes sure that a fault is felt: from outside where that can be seen from outside, else by what the relay counts.
    ///
    /// A probe meets this fault whatever its probability is, and uses up nothing of a `first`; so it changes no story. Of
    /// other faults it meets only those that concern bytes and connections, whatever is said on them.
    ///
    /// - Returns: What was seen, such as "connection refused after 1 ms".
    /// - Throws: ``ArrowControlError/unproven(_:seen:)`` when nothing was seen within 2 s.
    package func prove(_ name: String) async throws -> String {
        let limit = time.uptime + .seconds(2)
        var seen = "it was not looked at"
        repeat {
            let (arrow, fault) = try await find(name)
            let before = fault.touches
            let question = Question(for: fault.fault, atMost: max(.milliseconds(1), limit - time.uptime))
            let sighting = await ArrowProbe(address: arrow.listener, fault: name, time: time)
                .ask(for: question.aim, within: question.patience)
            let touches = try await find(name).fault.touches - before
            switch question.judge(sighting, touches: touches, name: name) {
            case .felt(let proof): return proof
            case .notFelt(let words): seen = words
            }
            try await time.sleep(for: .milliseconds(20))
        } while time.uptime < limit
        throw ArrowControlError.unproven(name, seen: seen)
    }

    private func find(_ name: String) async throws -> (arrow: ArrowStatus, fault: ArrowStatus.Fault) {
        for arrow in try await list() {
            if let fault = arrow.faults.first(where: { $0.name == name }) { return (arrow, fault) }
        }
        throw ArrowControlError.notInEffect(name)
    }
}

/// How to look for one fault, and what has to be seen.
private struct Question {
    enum Judgement {
        case felt(String)
        case notFelt(String)
    }

    let fault: ArrowFault
    /// How long the probe waits.
    let patience: Duration
    let aim: ArrowProbe.Aim

    init(for fault: ArrowFault, atMost most: Duration) {
        self.fault = fault
        let (wanted, aim): (Duration, ArrowProbe.Aim) =
            switch fault {
            case .timeout(nil), .cut: (Self.silence, .answer)
            case .timeout(let closing?): (closing + Self.silence, .end)
            case .resetPeer(let wait): (wait + Self.silence, .end)
            case .slowClose(let delay): (delay + Self.silence, .farewell)
            default: (most, .answer)
            }
        patience = min(wanted, most)
        self.aim = aim
    }

    /// How long nothing has to come before we call it silence.
    private static let silence = Duration.milliseconds(300)

    /// - Parameter touches: How often the relay noted, meanwhile, that the fault touched something.
    func judge(_ sighting: ArrowProbe.Sighting, touches: Int, name: String) -> Judgement {
        let isTouched = touches > 0
        switch fault {
        case .down:
            let isFelt = sighting.isRefused || (sighting.answeredAt == nil && sighting.end != nil)
            return isFelt ? .felt(sighting.words) : .notFelt(sighting.words)
        case .timeout(closing: nil), .cut:
            let isFelt = sighting.answeredAt == nil && sighting.endedAt == nil && isTouched
            return isFelt ? .felt("no answer within \(patience.milliseconds) ms") : .notFelt(sighting.words)
        case .timeout, .resetPeer:
            return judgeEnd(sighting, isTouched: isTouched)
        case .latency(let delay, let jitter, _, _):
            let least = max(.zero, delay - jitter)
            if let answeredAt = sighting.answeredAt {
                return answeredAt >= least && isTouched ? .felt(sighting.words) : .notFelt(sighting.words)
            }
            let isFelt = least >= patience && sighting.endedAt == nil && isTouched
            return isFelt ? .felt("no answer within \(patience.milliseconds) ms") : .notFelt(sighting.words)
        case .slowClose(let delay):
            let wait = sighting.endedAt.map { $0 - (sighting.answeredAt ?? .zero) } ?? patience
            let isFelt = isTouched && wait >= min(delay, patience - (sighting.answeredAt ?? .zero))
            return isFelt
                ? .felt("the end came \(wait.milliseconds) ms late or later") : .notFelt(sighting.words)
        case .status(let code, _, _, _):
            let isFelt = sighting.status == code && sighting.fault == name
            return isFelt ? .felt(sighting.words) : .notFelt(sighting.words)
        case .loseReply:
            let isFelt = isTouched && sighting.answeredAt == nil && sighting.end != nil
            return isFelt ? .felt("\(sighting.endWords) instead of an answer") : .notFelt(sighting.words)
        case .bandwidth, .slicer, .limitData, .repeats:
            return isTouched
                ? .felt("the relay noted it \(touches) times; \(sighting.words)") : .notFelt(sighting.words)
        }
    }

    /// Of a fault that ends connections after a while: within our patience, or not before.
    private func judgeEnd(_ sighting: ArrowProbe.Sighting, isTouched: Bool) -> Judgement {
        let (wait, end): (Duration, ArrowProbe.Sighting.End) =
            switch fault {
            case .resetPeer(let wait): (wait, .reset)
            case .timeout(let wait?): (wait, .closed)
            default: (.zero, .closed)
            }
        if let endedAt = sighting.endedAt {
            let isFelt = sighting.end == end && endedAt >= wait && isTouched
            return isFelt ? .felt(sighting.endWords) : .notFelt(sighting.words)
        }
        // Before its time a reset is not to be seen, and a `timeout` is by its silence.
        let isQuiet = end == .reset || (sighting.answeredAt == nil && isTouched)
        return wait >= patience && isQuiet
            ? .felt("due after \(wait.milliseconds) ms; not yet after \(patience.milliseconds) ms")
            : .notFelt(sighting.words)
    }
}

extension ArrowProbe.Sighting {
    /// Such as "connection refused after 1 ms".
    fileprivate var words: String {
        if isRefused { return "connection refused\(Self.after(endedAt))" }
        if let status { return "answered \(status)\(Self.after(answeredAt))" }
        return endWords
    }

    /// Only how it ended.
    fileprivate var endWords: String {
        switch end {
        case .closed: "connection closed\(Self.after(endedAt))"
        case .reset: "connection reset\(Self.after(endedAt))"
        case nil: "nothing came"
        }
    }

    private static func after(_ span: Duration?) -> String {
        span.map { " after \($0.milliseconds) ms" } ?? ""
    }
}
