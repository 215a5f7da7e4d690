import Wire

/// What a function does with the records of a stream: the function itself.
///
/// It is handed the batches of one shard in order, one at a time, and each again until it has succeeded, also
/// after a crash: whatever it does, doing it twice must come to the same.
package protocol BatchHandler: Sendable {
    /// Deals with every record of a batch, in order.
    ///
    /// - Returns: Records that nobody could ever deal with; they stay on record as skipped.
    /// - Throws: When the whole batch is to be handed over again.
    func handle(_ batch: RecordBatch) async throws -> [SkippedRecord]
}

/// Records of one shard that stand one behind the other.
package struct RecordBatch: Hashable, Sendable {
    package let stream: String
    package let shardID: String
    /// One or more.
    package let records: [StreamRecord]

    package init(stream: String, shardID: String, records: [StreamRecord]) {
        self.stream = stream
        self.shardID = shardID
        self.records = records
    }
}

/// A record that was left out, and why.
package struct SkippedRecord: Hashable, Sendable {
    package let sequenceNumber: String
    package let reason: String

    package init(sequenceNumber: String, reason: String) {
        self.sequenceNumber = sequenceNumber
        self.reason = reason
    }
}

extension RecordBatch {
    /// Cuts what was read into batches that an invocation can carry.
    ///
    /// - Parameter mostBytes: Of the records' data in base64; a record larger than this goes alone.
    static func cut(
        _ records: [StreamRecord], of shardID: String, in stream: String, mostRecords: Int = 10_000,
        mostBytes: Int = 6_000_000
    ) -> [RecordBatch] {
        var batches: [RecordBatch] = []
        var current: [StreamRecord] = []
        var bytes = 0
        for record in records {
            let size = (record.data.bytes.count + 2) / 3 * 4
            if !current.isEmpty, current.count == mostRecords || bytes + size > mostBytes {
                batches.append(RecordBatch(stream: stream, shardID: shardID, records: current))
                (current, bytes) = ([], 0)
            }
            current.append(record)
            bytes += size
        }
        if !current.isEmpty {
            batches.append(RecordBatch(stream: stream, shardID: shardID, records: current))
        }
        return batches
    }
}
