import JSON

/// A stretch of a shard whose records expired before they were read, or may have: whoever reads cannot tell from what
/// is left whether there was anything in it. The outbox can, by the sequence numbers that it keeps.
///
/// Its ``text`` is a message to the OMS, which then publishes the events of the stretch again.
package struct StreamGap: Hashable, Sendable {
    package var stream: String
    package var shardID: String
    /// The last record that was handled, which has expired itself.
    package var after: String
    /// The oldest record that is left; nil when none was.
    package var before: String?

    package init(stream: String, shardID: String, after: String, before: String?) {
        self.stream = stream
        self.shardID = shardID
        self.after = after
        self.before = before
    }
}

extension StreamGap {
    package var text: String {
        let gap: JSONValue = [
            "type": .string(Self.type),
            "stream": .string(stream),
            "shard_id": .string(shardID),
            "after_sequence_number": .string(after),
            "before_sequence_number": before.map(JSONValue.string) ?? .null,
        ]
        return gap.text
    }

    /// - Returns: Nil for a text that tells of no gap.
    package init?(parsing text: String) {
        guard let gap = try? JSONValue(parsing: text.utf8), gap["type"]?.string == Self.type,
            let stream = gap["stream"]?.string, let shardID = gap["shard_id"]?.string,
            let after = gap["after_sequence_number"]?.string
        else { return nil }
        self.init(
            stream: stream, shardID: shardID, after: after, before: gap["before_sequence_number"]?.string)
    }

    private static let type = "order-events.gap"
}
