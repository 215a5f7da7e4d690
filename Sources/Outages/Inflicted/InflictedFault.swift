import Clockwork
import Inspection
import Shop

/// What a fault on the sheet means to the process that is to bring it about.
package struct InflictedFault: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// `crash-at`: something happens to whoever passes a moment.
        case tripwire(Tripwire)
        /// `jump`: the wall clock is off.
        case jump(Duration)
        /// `drift`: the wall clock runs wrong, and is off by so much when the fault ends.
        case drift(Duration)
        /// `full`: databases have room for so many more pages.
        case full(pages: Int)
        /// `full-os`: the operating system lets files grow no further; the log of a database has so many bytes of room.
        case fullByLimit(bytes: Int)
        /// `readonly`: databases refuse to be written.
        case readonly
        /// `slow`: every commit takes so much longer.
        case slow(Duration)
        /// `spike`: the shop sells so many times faster; `pause`: 0 times.
        case tempo(Double)
        /// `poison`, `conflict`, `resubmit`, `oversize`, `early_cancel`: the shop sends so many messages that it should not.
        case pranks(Prank.Kind, count: Int)
    }

    package let name: String
    package let kind: Kind
    package let until: Timestamp

    /// - Throws: ``FaultRefusal`` for a kind that no process brings upon itself, and for parameters that do not fit.
    package init(_ entry: FaultSheet.Entry) throws(FaultRefusal) {
        var said = SaidParameters(entry)
        name = entry.name
        until = entry.until
        kind =
            switch entry.kind {
            case "crash-at": .tripwire(try Tripwire(&said))
            case "jump": .jump(try said.offset("offset"))
            case "drift": .drift(try said.offset("offset"))
            case "full": .full(pages: try said.number("pages", in: 0...1_000_000, unsaid: 0))
            case "full-os": .fullByLimit(bytes: try said.number("bytes", in: 0...(1 << 30), unsaid: 0))
            case "readonly": .readonly
            case "slow": .slow(.milliseconds(try said.number("ms", in: 1...60_000, unsaid: 300)))
            case "spike": .tempo(try said.decimal("factor", in: 0.1...1_000, unsaid: 20))
            case "pause": .tempo(0)
            case "poison": .pranks(.poison, count: try said.count())
            case "conflict": .pranks(.conflict, count: try said.count())
            case "resubmit": .pranks(.again, count: try said.count())
            case "oversize": .pranks(.oversize, count: try said.count())
            case "early_cancel": .pranks(.earlyCancel, count: try said.count())
            default:
                throw FaultRefusal(
                    """
                    A process cannot bring \(entry.kind) upon itself. It can crash-at, jump, drift, full, full-os, readonly \
                    and slow, and a shop can poison, conflict, resubmit, oversize, early_cancel, spike and pause.
                    """)
            }
        try said.end()
    }
}

extension InflictedFault {
    var tripwire: Tripwire? { if case .tripwire(let wire) = kind { wire } else { nil } }

    /// Whether it concerns the databases that the process writes.
    var isOnDisks: Bool {
        switch kind {
        case .full, .fullByLimit, .readonly, .slow: true
        case .tripwire, .jump, .drift, .tempo, .pranks: false
        }
    }

    /// Whether it is about what a shop does.
    var isInShop: Bool {
        switch kind {
        case .tempo, .pranks: true
        case .tripwire, .jump, .drift, .full, .fullByLimit, .readonly, .slow: false
        }
    }

    /// How many times faster it makes the shop sell, if it does.
    var timesFaster: Double? { if case .tempo(let factor) = kind { factor } else { nil } }

    /// The pranks that it asks of the shop, if it does.
    ///
    /// - Parameter since: When it began, in this life of the process or an earlier one.
    func series(since: Timestamp, by time: any TimeSource) -> PrankSeries? {
        guard case .pranks(let prank, let count) = kind else { return nil }
        return PrankSeries(name, prank, count: count, over: span(since: since, by: time))
    }

    /// From its beginning to its end, by uptime.
    private func span(since: Timestamp, by time: any TimeSource) -> ClosedRange<Duration> {
        (time.uptime - max(.zero, time.now - since))...(time.uptime + max(.zero, until - time.now))
    }

    /// What it does to the clock, if it does.
    ///
    /// - Parameter since: When it began, in this life of the process or an earlier one.
    func deviation(since: Timestamp, by time: any TimeSource) -> WrongClock.Deviation? {
        switch kind {
        case .jump(let offset): WrongClock.Deviation(offset: offset)
        case .drift(let offset):
            WrongClock.Deviation(offset: offset, gained: span(since: since, by: time))
        default: nil
        }
    }
}

extension DiskHardship {
    /// All that some faults ask for together.
    init(of faults: [InflictedFault]) {
        for fault in faults {
            switch fault.kind {
            case .full(let pages): self.pages = min(self.pages ?? pages, pages)
            case .fullByLimit(let bytes): self.bytes = min(self.bytes ?? bytes, bytes)
            case .readonly: isReadonly = true
            case .slow(let delay): self.delay += delay
            case .tripwire, .jump, .drift, .tempo, .pranks: break
            }
        }
    }
}

/// Why a fault is not brought about, and what to do.
package struct FaultRefusal: Error, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension Tripwire {
    fileprivate init(_ said: inout SaidParameters) throws(FaultRefusal) {
        let text = try said.text("point")
        guard let place = Place(text) else {
            throw FaultRefusal(
                """
                There is no point \(text). Use one of \(Waypoint.allCases.map(\.rawValue).joined(separator: ", ")), or a \
                commit as commit:orders.db:before or commit:orders.db:after:12.
                """)
        }
        self.init(at: place)
        skip = try said.number("skip", in: 0...100_000, unsaid: 0)
        times = try said.number("times", in: 1...1_000, unsaid: 1)
        switch said.optionalText("action") ?? "crash" {
        case "crash": deed = .crash
        case "error": deed = .error
        case "sleep": deed = .sleep(.milliseconds(try said.number("ms", in: 1...600_000, unsaid: nil)))
        case "freeze": deed = .freeze
        case let other:
            throw FaultRefusal("There is no action \(other). Use crash, error, sleep or freeze.")
        }
    }
}

/// Takes a fault's parameters off the sheet one by one, and sees to it that none is left.
private struct SaidParameters {
    private let kind: String
    private var left: [String: String]

    init(_ entry: FaultSheet.Entry) {
        kind = entry.kind
        left = entry.parameters
    }

    mutating func optionalText(_ name: String) -> String? { left.removeValue(forKey: name) }

    mutating func text(_ name: String) throws(FaultRefusal) -> String {
        guard let text = optionalText(name) else {
            throw FaultRefusal("\(kind) needs \(name). Say \(name)=….")
        }
        return text
    }

    /// - Parameter unsaid: What it means to say nothing; nil when something must be said.
    mutating func number(
        _ name: String, in range: ClosedRange<Int>, unsaid: Int?
    ) throws(FaultRefusal) -> Int {
        if let unsaid, left[name] == nil { return unsaid }
        let text = try text(name)
        guard let number = Int(text), range.contains(number) else {
            throw FaultRefusal(
                "\(name)=\(text) does not fit. Use a whole number, \(range.lowerBound) to \(range.upperBound)."
            )
        }
        return number
    }

    /// How many messages.
    mutating func count() throws(FaultRefusal) -> Int { try number("count", in: 1...1_000, unsaid: 1) }

    /// A number with or without decimals.
    mutating func decimal(
        _ name: String, in range: ClosedRange<Double>, unsaid: Double
    ) throws(FaultRefusal) -> Double {
        guard let text = optionalText(name) else { return unsaid }
        guard let number = Double(text), range.contains(number) else {
            throw FaultRefusal(
                "\(name)=\(text) does not fit. Use a number, \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// A length of time forwards or backwards: `2h`, `+2h`, `-30s`.
    mutating func offset(_ name: String) throws(FaultRefusal) -> Duration {
        let text = try text(name)
        let isBackwards = text.hasPrefix("-")
        let span = text.hasPrefix("+") || isBackwards ? String(text.dropFirst()) : text
        guard let span = TimeSpan.parsed(span), span <= Self.farthest else {
            throw FaultRefusal(
                "\(name)=\(text) does not fit. Use a length of time such as +2h or -30s, up to 366d.")
        }
        return isBackwards ? .zero - span : span
    }

    private static let farthest = Duration.seconds(366 * 86_400)

    func end() throws(FaultRefusal) {
        guard let name = left.keys.min() else { return }
        throw FaultRefusal("\(kind) does not know \(name) here. Leave it out.")
    }
}
