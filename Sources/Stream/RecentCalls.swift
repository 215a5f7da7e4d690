import Clockwork

/// When the calls were made of which a stream bears only so many a day.
///
/// Source: Amazon Kinesis API Reference, `UpdateShardCount`, `UpdateStreamMode`, `StartStreamEncryption` and
/// `StopStreamEncryption`.
public struct RecentCalls: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case shardCount = "UpdateShardCount"
        case mode = "UpdateStreamMode"
        case encryption = "StartStreamEncryption"
        case endOfEncryption = "StopStreamEncryption"

        /// The most within 24 hours.
        var most: Int {
            switch self {
            case .shardCount: 10
            case .mode: 2
            case .encryption, .endOfEncryption: 25
            }
        }
    }

    private var moments: [Kind: [Timestamp]] = [:]

    public init() {}

    /// Counts a call.
    ///
    /// - Throws: `LimitExceededException` when there have been too many in the last 24 hours.
    public mutating func count(_ kind: Kind, on stream: String, now: Timestamp) throws(StreamFault) {
        let recent = moments[kind, default: []].filter { now - $0 < .seconds(86_400) }
        guard recent.count < kind.most else {
            throw StreamFault(
                "LimitExceededException",
                """
                Stream \(stream) has had \(recent.count) calls of \(kind.rawValue) in the last 24 hours, and no more are \
                allowed. Try again after \(recent[0] + .seconds(86_400)).
                """)
        }
        moments[kind] = recent + [now]
    }
}

/// As it is written down: `UpdateShardCount 1700000000000000, UpdateStreamMode 1700000000000000`, in microseconds.
extension RecentCalls: LosslessStringConvertible {
    public init?(_ text: String) {
        for entry in text.split(separator: ",") {
            let words = entry.split(separator: " ")
            guard words.count == 2, let kind = Kind(rawValue: String(words[0])), let moment = Int64(words[1])
            else { return nil }
            moments[kind, default: []].append(Timestamp(microseconds: moment))
        }
    }

    public var description: String {
        Kind.allCases.flatMap { kind in
            moments[kind, default: []].map { "\(kind.rawValue) \($0.microseconds)" }
        }.joined(separator: ", ")
    }
}
