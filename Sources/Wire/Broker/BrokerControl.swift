/// What a broker does that Amazon has no word for: has bad days, and sends back, corrects or discards chosen dead letters.
///
/// Ours, in the manner of Amazon's JSON services; answered on the broker's own port. Bad days it has only if it was started
/// with leave to (`--moods`).
public enum BrokerControl: WireService {
    public static let name = "broker"
    public static let targetPrefix = "Broker_20261101"
    public static let contentType = "application/x-amz-json-1.1"

    public static func response(to error: WireError) -> WireResponse { Kinesis.response(to: error) }
    public static func error(for mismatch: TypeMismatch) -> WireError { Kinesis.error(for: mismatch) }
    public static func error(forMissing members: [String], in operation: String) -> WireError {
        Kinesis.error(forMissing: members, in: operation)
    }
}

/// Puts a broker in a mood for a while. A mood of the same name ends where another one begins.
public struct SetMood: Operation {
    public typealias Service = BrokerControl

    /// 1 to 100 characters by which the mood is known in reports and in the log.
    public var name: String
    public var mood: MoodDescription
    /// Of all that the mood leaves to chance: the same seed meets the same requests.
    public var seed: Int
    /// 1 to 3,600,000.
    public var forMilliseconds: Int

    public init(name: String, mood: MoodDescription, seed: Int, forMilliseconds: Int) {
        self.name = name
        self.mood = mood
        self.seed = seed
        self.forMilliseconds = forMilliseconds
    }

    public var resource: ResourceName? { .broker }
}

/// Ends moods before their time, and tells what they did.
public struct ClearMoods: Operation {
    public typealias Service = BrokerControl
    public typealias Output = DescribeMoods.Output

    /// Those to end; nil for all. A name that no mood has does no harm.
    public var names: [String]?

    public init(names: [String]? = nil) {
        self.names = names
    }

    public var resource: ResourceName? { .broker }
}

/// Tells what moods a broker is in, and what they have done so far.
public struct DescribeMoods: Operation {
    public typealias Service = BrokerControl

    public init() {}

    public var resource: ResourceName? { .broker }

    public struct Output: Codable, Sendable {
        /// In the order in which they began.
        public var moods: [MoodReport]

        public init(moods: [MoodReport]) {
            self.moods = moods
        }
    }
}

/// A mood, how long it will last, and what it did.
public struct MoodReport: Codable, Hashable, Sendable {
    public var name: String
    public var mood: MoodDescription
    public var endsInMilliseconds: Int
    /// How often there was something that it might have spoiled.
    public var chances: Int
    /// How often it did: requests refused, entries failed, messages handed out again, records gone.
    public var strikes: Int

    public init(name: String, mood: MoodDescription, endsInMilliseconds: Int, chances: Int, strikes: Int) {
        self.name = name
        self.mood = mood
        self.endsInMilliseconds = endsInMilliseconds
        self.chances = chances
        self.strikes = strikes
    }
}

/// A mood as it crosses the wire: its kind, and the one or two figures that belong to it.
public struct MoodDescription: Codable, Hashable, Sendable {
    /// `throttle`, `partial_batch`, `redeliver`, `shuffle`, `expire_iterators` or `trim`.
    public var kind: String
    /// Of `throttle`: an operation such as `SendMessage`, or all of a service, `sqs` or `kinesis`; absent, all of both.
    public var operation: String?
    /// Of `throttle` and `partial_batch`: the share of requests, or of a batch's entries; above 0, up to 1.
    public var probability: Double?
    /// Of `redeliver`: how many receivers get each message, 2 to 10.
    public var copies: Int?
    /// Of `expire_iterators`, 100 to 300,000, and of `trim`, 0 to 86,400,000: what is older is gone.
    public var ageMilliseconds: Int?

    public init(
        kind: String, operation: String? = nil, probability: Double? = nil, copies: Int? = nil,
        ageMilliseconds: Int? = nil
    ) {
        self.kind = kind
        self.operation = operation
        self.probability = probability
        self.copies = copies
        self.ageMilliseconds = ageMilliseconds
    }
}
