import Wire

/// Where a reader gets the records of its shard: it asks for them, or they are pushed.
///
/// Asked by one reader, which is done with one answer before it wants the next.
protocol RecordSource {
    /// Gives the next records as soon as there are some.
    ///
    /// - Parameter checkpoint: The last record that was handled. A source that has no place of its own, or has lost it,
    ///   begins at that very record, or without one at the oldest, and says so.
    /// - Returns: Nil where there is nothing to tell yet, or the reader is to end.
    /// - Throws: ``UnknownCheckpoint``; `ClientError`, and whoever asks again goes on where the records ended.
    mutating func read(from checkpoint: String?) async throws -> ShardReading?
}

/// What a source has found.
struct ShardReading {
    var records: [StreamRecord]
    /// True when these begin at the checkpoint that the source was told.
    var beginsAnew: Bool
    /// How far behind the newest record these are; 0 where nothing is left.
    var millisBehindLatest: Int64?
    /// True when the shard was closed and nothing is left in it.
    var isEnd: Bool
}

/// A checkpoint of which the stream knows nothing: it was deleted and made anew.
struct UnknownCheckpoint: Error {
    let reason: ClientError
}
