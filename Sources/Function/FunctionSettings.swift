import Clockwork
import Orders

/// What a function host is told before it begins: an event source mapping, in Lambda's words.
///
/// Source of names and ranges: AWS Lambda API Reference, `CreateEventSourceMapping`.
package struct FunctionSettings: Sendable {
    /// The stream to read, from its oldest record on where nothing has been handled yet.
    package var streamName: String
    /// The queue on which the OMS hears of what expired unread.
    package var gapQueue = Pipeline.gapQueue
    /// How readers hear of new records.
    package var waking = Waking.push
    /// The name under which records are pushed: 1 to 128 letters, digits, underscores, dots and hyphens.
    package var consumerName = Pipeline.function
    /// Between two looks where nobody tells of new records, 200 ms to 5 minutes.
    ///
    /// A shard answers five GetRecords a second, to all its readers together. Source: Amazon Kinesis Developer Guide,
    /// "Quotas and limits".
    package var pollInterval = Duration.milliseconds(250)
    /// Records in one batch at most, 1 to 10,000.
    package var batchSize = 100
    /// How long a shard rests at most between two tries of a batch that fails, 100 ms to 5 minutes.
    package var longestBackoff = Duration.seconds(30)

    package init(streamName: String) {
        self.streamName = streamName
    }

    /// How a reader that has read everything learns that there is more.
    package enum Waking: String, Hashable, Sendable, CaseIterable {
        /// The service pushes the records themselves: enhanced fan-out, as ours and Amazon have it.
        case push
        /// The service says so: ours alone knows that call.
        case watch
        /// It looks again after ``FunctionSettings/pollInterval``, as everybody does on Amazon.
        case poll
    }

    /// What a shard bears from its only reader.
    static let shortestPollInterval = Duration.milliseconds(200)

    private static func mayBeInName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Makes sure that a host can work with this.
    func check() throws(FunctionSettingsError) {
        guard !streamName.isEmpty else {
            throw FunctionSettingsError("The function has no stream. Name one.")
        }
        guard (1...10_000).contains(batchSize) else {
            throw FunctionSettingsError(
                "A batch of \(batchSize) records is not possible. Choose 1 to 10,000.")
        }
        guard (1...128).contains(consumerName.utf8.count), consumerName.utf8.allSatisfy(Self.mayBeInName)
        else {
            throw FunctionSettingsError(
                """
                The consumer cannot be called "\(consumerName)". Choose 1 to 128 letters, digits, underscores, dots and \
                hyphens.
                """)
        }
        guard pollInterval >= Self.shortestPollInterval, pollInterval <= .seconds(300) else {
            throw FunctionSettingsError(
                "A look every \(pollInterval) is not possible. Choose 200 ms to 5 minutes.")
        }
        guard longestBackoff >= .milliseconds(100), longestBackoff <= .seconds(300) else {
            throw FunctionSettingsError(
                "A rest of up to \(longestBackoff) is not possible. Choose 100 ms to 5 minutes.")
        }
    }
}

/// Settings that cannot be worked with, in words for the person who wrote them.
package struct FunctionSettingsError: Error, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
