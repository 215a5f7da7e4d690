import Clockwork
import Inspection
import JSON

/// What the conductor wrote down during a run, read back.
///
/// A file that is not there is read as empty; a line that a crash cut short is passed over.
struct RunNotes: Sendable {
    struct Event: Hashable, Sendable {
        var at: Timestamp
        var text: String
    }

    /// How full the queue of orders was at one moment.
    struct Sample: Hashable, Sendable {
        var at: Timestamp
        var waiting: Int
        var inFlight: Int
        /// Of the first message that was not deleted; nil when there was none.
        var oldestAgeMilliseconds: Int64?
    }

    private(set) var events: [Event] = []
    private(set) var samples: [Sample] = []
    private(set) var faults = FaultTimeline()
    /// The verdict as it was written at the end; nil when the run did not come to its end.
    private(set) var verdict: JSONValue?
    private(set) var settings: JSONValue?
    /// The scenario's text, where one was played.
    private(set) var scenario: String?
    /// The faults that a soak had drawn, where one was played.
    private(set) var soak: JSONValue?
    private var proofs: [String: String] = [:]

    init(in directory: RunDirectory) {
        events = Self.lines(of: directory.events).compactMap(Event.init)
        samples = Self.lines(of: directory.samples).compactMap(Sample.init)
        faults = FaultTimeline(in: directory.path)
        for line in Self.lines(of: directory.faults) {
            guard let name = line["name"]?.string, let began = line["effective_at"]?.string,
                let proof = line["proof"]?.string
            else { continue }
            proofs["\(name) \(began)"] = proof
        }
        verdict = directory.read(directory.verdict)
        settings = directory.read("\(directory.path)/settings.json")
        scenario = TextFile.read("\(directory.path)/scenario.yaml")
        soak = directory.read(directory.soak)
    }

    /// How it is known that a fault took effect, in words.
    func proof(of fault: FaultTimeline.Fault) -> String? { proofs["\(fault.name) \(fault.effectiveAt)"] }

    /// Every moment that the conductor's own clock has told.
    var moments: [Timestamp] {
        events.map(\.at) + samples.map(\.at) + faults.faults.map(\.effectiveAt)
            + faults.faults.compactMap(\.endedAt)
    }

    private static func lines(of file: String) -> [JSONValue] {
        (TextFile.read(file) ?? "").split(whereSeparator: \.isNewline).compactMap {
            try? JSONValue(parsing: Array($0.utf8))
        }
    }
}

extension RunNotes.Event {
    fileprivate init?(_ line: JSONValue) {
        guard let at = line["at"]?.string.flatMap({ Timestamp($0) }), let text = line["text"]?.string else {
            return nil
        }
        self.init(at: at, text: text)
    }
}

extension RunNotes.Sample {
    fileprivate init?(_ line: JSONValue) {
        guard let at = line["at"]?.string.flatMap({ Timestamp($0) }), let waiting = line["waiting"]?.integer
        else { return nil }
        self.init(
            at: at, waiting: Int(waiting + (line["delayed"]?.integer ?? 0)),
            inFlight: Int(line["in_flight"]?.integer ?? 0),
            oldestAgeMilliseconds: line["oldest_age_ms"]?.integer)
    }
}
