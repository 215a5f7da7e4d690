import Clockwork

/// A place in a shard from which reading goes on: a bound, not a record, so it holds good whatever is trimmed.
public struct ReadingPlace: Hashable, Sendable {
    /// The bound's counter and second of arrival.
    public var counter: UInt64
    public var arrivalSecond: Int64
    /// Whether a record at the very bound is still to be read.
    public var isInclusive: Bool

    public init(counter: UInt64, arrivalSecond: Int64, isInclusive: Bool) {
        self.counter = counter
        self.arrivalSecond = arrivalSecond
        self.isInclusive = isInclusive
    }

    /// Before everything.
    public static let beginning = ReadingPlace(counter: 0, arrivalSecond: 0, isInclusive: true)

    /// Right behind a record.
    public static func after(counter: UInt64, arrival: Timestamp) -> ReadingPlace {
        ReadingPlace(counter: counter, arrivalSecond: arrival.seconds, isInclusive: false)
    }

    /// Right behind the newest record of a shard, whenever it arrived.
    public static func end(of shard: Shard) -> ReadingPlace {
        ReadingPlace(counter: shard.lastCounter, arrivalSecond: .max >> 28, isInclusive: false)
    }

    /// Whether a record lies behind this place, and so is still to be read.
    public func precedes(counter: UInt64, arrival: Timestamp) -> Bool {
        if counter != self.counter { return counter > self.counter }
        return isInclusive ? arrival.seconds >= arrivalSecond : arrival.seconds > arrivalSecond
    }
}

/// Where GetShardIterator shall begin.
public enum ReadingStart: Hashable, Sendable {
    case place(ReadingPlace)
    /// The first record that arrived at or after a moment, which only the shell can look up.
    case moment(Timestamp)
}

extension DataStream {
    /// Understands the arguments of GetShardIterator.
    ///
    /// - Parameters:
    ///   - newest: The newest record that readers may know of.
    /// - Throws: `InvalidArgumentException` in the service's own words.
    ///
    /// Source: observed on Amazon Kinesis by the authors of kinesalite.
    public func readingStart(
        in shard: Shard, type: String, startingSequenceNumber: String?, moment: Timestamp?, now: Timestamp
    ) throws(StreamFault) -> ReadingStart {
        switch (type, startingSequenceNumber) {
        case ("AT_SEQUENCE_NUMBER", let text?): return .place(try place(text, in: shard, isInclusive: true))
        case ("AFTER_SEQUENCE_NUMBER", let text?):
            return .place(try place(text, in: shard, isInclusive: false))
        case ("TRIM_HORIZON", nil): return .place(.beginning)
        case ("LATEST", nil): return .place(.end(of: shard))
        case ("AT_TIMESTAMP", nil):
            guard let moment else {
                throw .invalidArgument(
                    """
                    Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no \
                    timestamp parameter.
                    """)
            }
            guard moment <= now else {
                throw .invalidArgument(
                    """
                    The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. \
                    timestampInMillis: \(moment.milliseconds), currentTimestampInMillis: \(now.milliseconds)
                    """)
            }
            return .moment(moment)
        case (_, let text):
            let rest = text == nil ? "and no StartingSequenceNumber." : "and also a StartingSequenceNumber."
            throw .invalidArgument(
                """
                Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) \
                TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified \(type) \(rest)
                """)
        }
    }

    private func place(
        _ text: String, in shard: Shard, isInclusive: Bool
    ) throws(StreamFault) -> ReadingPlace {
        let opening =
            "StartingSequenceNumber \(text) used in GetShardIterator on shard \(shard.id) in stream \(name) under account "
            + account
        guard let number = SequenceNumber(text) else {
            if text == "0" { return .beginning }
            throw .invalidArgument("\(opening) is invalid.")
        }
        guard number.shard == Int32(shard.number) else {
            throw .invalidArgument(
                """
                Invalid StartingSequenceNumber. It encodes \(Shard.id(of: Int(number.shard))), while it was used in a \
                call to a shard with \(shard.id)
                """)
        }
        guard number.shardCreation == shard.creation else {
            throw .invalidArgument("\(opening) is invalid because it did not come from this stream.")
        }
        return ReadingPlace(counter: number.counter, arrivalSecond: number.arrival, isInclusive: isInclusive)
    }
}
