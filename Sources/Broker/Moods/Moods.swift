import Clockwork
import Logging
import Queue
import Stream
import Synchronization
import Wire

/// The moods that a broker is in. The desks ask here, at the few places where a mood may have a say.
///
/// While there is none, asking costs one look at an atomic. Moods live in memory: a broker that is started again is in
/// none.
final class Moods: Sendable {
    /// True from the first mood until one is asked for and all have ended.
    private let mayBeInOne = Atomic(false)
    /// In the order in which they began.
    private let moods = Mutex<[BrokerMood]>([])
    /// In microseconds since 1970: what arrived before is gone for good, also when the mood that let it go has ended.
    private let gone = Atomic(Int64.min)
    private let time: any TimeSource
    private let logger: Logger
    private let struck: (@Sendable (_ kind: String) -> Void)?
    /// Rings when a mood begins.
    let bell = Bell()

    /// The most moods at a time.
    static let most = 100

    /// - Parameter struck: Told whenever a mood has done something, with its kind.
    init(time: any TimeSource, logger: Logger, struck: (@Sendable (_ kind: String) -> Void)?) {
        self.time = time
        self.logger = logger
        self.struck = struck
    }

    // MARK: Beginning and ending

    /// - Throws: `LimitExceededException`.
    func begin(_ mood: BrokerMood) throws(WireError) {
        let isTaken = settled { moods in
            moods.removeAll { $0.name == mood.name }
            guard moods.count < Self.most else { return false }
            moods.append(mood)
            mayBeInOne.store(true, ordering: .relaxed)
            return true
        }
        guard isTaken else {
            throw WireError("LimitExceededException", "\(Self.most) moods are on. Clear some of them.")
        }
        bell.ring()
    }

    /// Ends the moods of these names, or all. - Returns: Those that were on.
    func end(_ names: [String]?) -> [MoodReport] {
        settled { [uptime = time.uptime] moods in
            let ended = moods.filter { names?.contains($0.name) ?? true }
            moods.removeAll { names?.contains($0.name) ?? true }
            return ended.map { $0.report(at: uptime) }
        }
    }

    var reports: [MoodReport] {
        settled { [uptime = time.uptime] moods in moods.map { $0.report(at: uptime) } }
    }

    /// Lets go of what has ended, and then looks.
    private func settled<Answer>(_ look: (inout [BrokerMood]) -> Answer) -> Answer {
        let uptime = time.uptime
        let (ended, answer) = moods.withLock { moods in
            let ended = moods.filter { $0.end <= uptime }
            if !ended.isEmpty { moods.removeAll { $0.end <= uptime } }
            if moods.isEmpty { mayBeInOne.store(false, ordering: .relaxed) }
            return (ended, look(&moods))
        }
        for mood in ended { tell("A mood has passed", mood.report(at: uptime)) }
        return answer
    }

    func tell(_ message: Logger.Message, _ report: MoodReport) {
        logger.warning(
            message,
            metadata: [
                "mood": "\(report.name)", "kind": "\(report.mood.kind)", "chances": "\(report.chances)",
                "strikes": "\(report.strikes)", "ends.in.milliseconds": "\(report.endsInMilliseconds)",
            ])
    }

    // MARK: Asking

    /// Asks each mood in turn.
    private func ask<Answer>(_ question: (inout BrokerMood) -> Answer) -> [Answer] {
        guard mayBeInOne.load(ordering: .relaxed) else { return [] }
        let (answers, strikers) = settled { moods in
            var strikers: [BrokerMood] = []
            let answers = moods.indices.map { place in
                let before = moods[place].strikes
                let answer = question(&moods[place])
                if moods[place].strikes > before { strikers.append(moods[place]) }
                return answer
            }
            return (answers, strikers)
        }
        if let struck { for mood in strikers { struck(mood.kind.description.kind) } }
        return answers
    }

    /// Whether a request is to be refused.
    func refuse(_ operation: String, of service: String) -> Bool {
        ask { $0.refuses(operation, of: service) }.contains(true)
    }

    /// Which entries of a batch are to fail, by their places in it.
    func failures(among entries: Int) -> Set<Int> {
        ask { $0.failures(among: entries) }.reduce(into: []) { $0.formUnion($1) }
    }

    /// Which of the messages just handed out are to be there for another receiver, too.
    func handsOutAgain(_ leases: [Lease]) -> [Lease] {
        ask { $0.handsOutAgain(leases) }.first { !$0.isEmpty } ?? []
    }

    /// By what a standard queue is to pick its messages instead of by their age.
    ///
    /// - Parameter messages: How many there are to pick from.
    func disorder(among messages: Int) -> SeededGenerator? {
        ask { $0.disorder(among: messages) }.lazy.compactMap(\.self).first
    }

    /// - Throws: `ExpiredIteratorException`, before its time.
    func check(_ iterator: ShardIterator, now: Timestamp) throws(StreamFault) {
        let refusals = ask { $0.refusal(of: iterator, now: now) }
        if let refusal = refusals.lazy.compactMap(\.self).first { throw refusal }
    }

    /// Records that arrived before this are gone, whatever their stream's retention. It never moves back.
    func horizon(now: Timestamp) -> Timestamp {
        for case let horizon? in ask({ $0.horizon(now: now) }) {
            gone.max(horizon.microseconds, ordering: .relaxed)
        }
        return Timestamp(microseconds: gone.load(ordering: .relaxed))
    }

    /// True while a mood lets records go.
    var isTrimming: Bool { ask { $0.isTrimming }.contains(true) }

    func noteTrimmed(_ records: Int) {
        if records > 0 { _ = ask { $0.noteTrimmed(records) } }
    }
}
