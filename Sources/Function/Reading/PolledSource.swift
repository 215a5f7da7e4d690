import Wire

/// Asks for a shard's records by iterator, and for more once a ``StreamWatch`` says that there may be some.
struct PolledSource: RecordSource {
    private let shardID: String
    private let settings: FunctionSettings
    private let kinesis: any Client<Kinesis>
    private let watch: StreamWatch
    private let stop: StopSignal
    /// Behind everything that was read; nil when it has to be asked for.
    private var iterator: String?
    private var pause = Pause.none

    /// What to wait for before the next question.
    private enum Pause {
        case none
        case untilNews
        /// Asked more often, the shard would refuse.
        case short
    }

    init(
        of shardID: String, settings: FunctionSettings, kinesis: any Client<Kinesis>, watch: StreamWatch,
        until stop: StopSignal
    ) {
        self.shardID = shardID
        self.settings = settings
        self.kinesis = kinesis
        self.watch = watch
        self.stop = stop
    }

    mutating func read(from checkpoint: String?) async throws -> ShardReading? {
        await rest()
        guard stop.goesOn else { return nil }
        let beginsAnew = iterator == nil
        let place: String
        if let iterator { place = iterator } else { place = try await locate(checkpoint) }
        let answer: GetRecords.Output
        do {
            answer = try await kinesis(GetRecords(shardIterator: place, limit: settings.batchSize))
        } catch let error as ClientError where error.type == "ExpiredIteratorException" {
            iterator = nil
            if beginsAnew { throw error }  // another one would fare no better at once
            return nil
        }
        iterator = answer.nextShardIterator
        if answer.millisBehindLatest == 0 {
            pause = .untilNews
        } else if settings.waking == .poll {
            pause = .short
        }
        return ShardReading(
            records: answer.records, beginsAnew: beginsAnew, millisBehindLatest: answer.millisBehindLatest,
            isEnd: answer.nextShardIterator == nil)
    }

    private mutating func rest() async {
        defer { pause = .none }
        switch pause {
        case .none: break
        case .untilNews: if let iterator { await watch.news(of: shardID, behind: iterator) }
        case .short: await stop.rest(FunctionSettings.shortestPollInterval)
        }
    }

    /// Asks for an iterator at the checkpoint; where nothing was handled yet, before the oldest record.
    private func locate(_ checkpoint: String?) async throws -> String {
        let request = GetShardIterator(
            streamName: settings.streamName, shardId: shardID,
            shardIteratorType: checkpoint == nil ? "TRIM_HORIZON" : "AT_SEQUENCE_NUMBER",
            startingSequenceNumber: checkpoint)
        do {
            return try await kinesis(request).shardIterator
        } catch let error as ClientError
            where error.type == "InvalidArgumentException" && checkpoint != nil
        {
            throw UnknownCheckpoint(reason: error)
        }
    }
}
