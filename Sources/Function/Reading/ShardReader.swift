import Clockwork
import Logging
import Orders
import Synchronization
import Wire

/// Reads one shard: hands its records to the handler batch by batch, in order, and moves the checkpoint
/// behind each batch that was handled. A batch that fails holds up this shard and no other.
final class ShardReader: Sendable {
    private let shardID: String
    private let settings: FunctionSettings
    private let kinesis: any Client<Kinesis>
    private let handler: any BatchHandler
    private let ledger: FunctionLedger
    private let watch: StreamWatch
    /// Rung for each gap that is noticed.
    private let gaps: Bell
    private let surroundings: Surroundings
    private let planted: PlantedBug?
    private let logger: Logger
    private let bell = Bell()
    private let isClosing = Mutex(false)

    init(
        shardID: String, settings: FunctionSettings, kinesis: any Client<Kinesis>, handler: any BatchHandler,
        ledger: FunctionLedger, watch: StreamWatch, gaps: Bell, surroundings: Surroundings,
        planted: PlantedBug?,
        logger: Logger
    ) {
        self.shardID = shardID
        self.settings = settings
        self.kinesis = kinesis
        self.handler = handler
        self.ledger = ledger
        self.watch = watch
        self.gaps = gaps
        self.surroundings = surroundings
        self.planted = planted
        var logger = logger
        logger[metadataKey: "shard"] = "\(shardID)"
        self.logger = logger
    }

    /// Lets it finish the batch under way and end.
    func close() {
        isClosing.withLock { $0 = true }
        bell.ring()
    }

    /// Reads until it is closed, or until the shard has ended or is not to be found.
    func run() async {
        watch.enter(shardID, bell: bell)
        defer { watch.leave(shardID) }
        var setback = Setback(backoff: Backoff(), logger: logger)
        while goesOn {
            do {
                let (lease, checkpoint) = try ledger.take(shardID)
                var place = Place(checkpoint: checkpoint, iterator: nil)
                while goesOn {
                    do {
                        if try await advance(&place, under: lease) { return }
                        setback.isOver("The shard is read again")
                    } catch let error as ClientError {
                        await rest(
                            setback.met(
                                error, kind: "stream",
                                consequence: "The shard cannot be read; events wait in it",
                                base: error.isThrottling ? .seconds(1) : nil, chance: surroundings.chance))
                        // The host looks what is left.
                        if error.type == "ResourceNotFoundException" { return }
                    }
                }
            } catch let lost as LeaseLost {
                logger.warning("Reading stops", metadata: ["reason": "\(lost)"])
                return
            } catch {
                guard goesOn else { return }
                await rest(
                    setback.met(
                        error, kind: "ledger", consequence: "The checkpoints cannot be written; events wait",
                        chance: surroundings.chance))
            }
        }
    }

    private var goesOn: Bool { !isClosing.withLock(\.self) && !Task.isCancelled }

    /// Where reading goes on.
    private struct Place {
        /// The last record that was handled.
        var checkpoint: String?
        /// Behind everything that was read; nil when it has to be asked for.
        var iterator: String?
        /// True until it is seen whether the record at the checkpoint is still there.
        var isAtCheckpoint = false
    }

    /// Reads once, and deals with what was there; waits for news where there was nothing.
    ///
    /// - Returns: True when the shard has ended.
    private func advance(_ place: inout Place, under lease: Lease) async throws -> Bool {
        let isFresh = place.iterator == nil
        let iterator: String
        if let known = place.iterator { iterator = known } else { iterator = try await locate(&place) }
        let answer: GetRecords.Output
        do {
            answer = try await kinesis(GetRecords(shardIterator: iterator, limit: settings.batchSize))
        } catch let error as ClientError where error.type == "ExpiredIteratorException" {
            place.iterator = nil
            if isFresh { throw error }  // another one would fare no better at once
            return false
        }
        let records = try newRecords(in: answer, at: &place, under: lease)
        if !records.isEmpty { try await surroundings.pass(.functionReceived) }
        for batch in RecordBatch.cut(records, of: shardID, in: settings.streamName) {
            guard try await settle(batch, under: lease) else { return false }
            place.checkpoint = batch.records.last?.sequenceNumber
        }
        guard let next = answer.nextShardIterator else {
            try ledger.finish(under: lease)
            logger.info("Shard read to its end")
            return true
        }
        place.iterator = next
        if answer.millisBehindLatest == 0 {
            await watch.news(of: shardID, behind: next)
        } else if settings.waking == .poll {
            await rest(FunctionSettings.shortestPollInterval)  // more often, and the shard would refuse
        }
        return false
    }

    /// Leaves out the record at the checkpoint, where reading goes on. If it is gone, those behind it may be, too.
    private func newRecords(
        in answer: GetRecords.Output, at place: inout Place, under lease: Lease
    ) throws -> [StreamRecord] {
        guard place.isAtCheckpoint, let checkpoint = place.checkpoint else { return answer.records }
        let first = answer.records.first?.sequenceNumber
        // An answer may be empty before the end is reached.
        guard first != nil || answer.millisBehindLatest == 0 else { return [] }
        place.isAtCheckpoint = false
        if first == checkpoint { return Array(answer.records.dropFirst()) }
        try note(gapAfter: checkpoint, before: first, under: lease)
        return answer.records
    }

    private func note(gapAfter checkpoint: String, before first: String?, under lease: Lease) throws {
        guard planted != .gapKeptQuiet else { return }
        let gap = StreamGap(
            stream: settings.streamName, shardID: shardID, after: checkpoint, before: first)
        guard try ledger.note(gap, under: lease) else { return }
        logger.error(
            "Gap: the record at the checkpoint has expired, and events behind it may have, unread",
            metadata: ["after": "\(gap.after)", "before": "\(gap.before ?? "the end")"])
        gaps.ring()
    }

    /// Asks for an iterator at the checkpoint; where nothing was handled yet, before the oldest record.
    private func locate(_ place: inout Place) async throws -> String {
        if let checkpoint = place.checkpoint {
            do {
                let iterator = try await kinesis(
                    GetShardIterator(
                        streamName: settings.streamName, shardId: shardID,
                        shardIteratorType: "AT_SEQUENCE_NUMBER", startingSequenceNumber: checkpoint)
                ).shardIterator
                place.isAtCheckpoint = true
                return iterator
            } catch let error as ClientError where error.type == "InvalidArgumentException" {
                // The stream was deleted and made anew: all that it holds is new, too.
                logger.warning(
                    "The checkpoint is of an earlier stream; reading begins at the oldest record",
                    metadata: ["error": "\(error)"])
                place.checkpoint = nil
            }
        }
        return try await kinesis(
            GetShardIterator(
                streamName: settings.streamName, shardId: shardID, shardIteratorType: "TRIM_HORIZON")
        ).shardIterator
    }

    /// Hands a batch over until it is handled.
    ///
    /// - Returns: False when the reader was closed before that.
    private func settle(_ batch: RecordBatch, under lease: Lease) async throws -> Bool {
        if planted == .checkpointedBeforeHandled { try ledger.moveCheckpoint(behind: batch, under: lease) }
        let backoff = BatchBackoff(longest: settings.longestBackoff)
        var invocation = Invocation(
            attempt: 0, startedAt: surroundings.now, duration: .zero, iteratorAge: .zero)
        while goesOn {
            invocation.attempt += 1
            invocation.startedAt = surroundings.now
            if let arrival = batch.records.last?.approximateArrivalTimestamp {
                invocation.iteratorAge = max(.zero, invocation.startedAt - arrival)
            }
            let start = surroundings.time.uptime
            do {
                let skipped = try await handler.handle(batch)
                try await surroundings.pass(.functionHandledBeforeCheckpoint)
                invocation.duration = surroundings.time.uptime - start
                try ledger.complete(batch, under: lease, skipped: skipped, invocation: invocation)
                tell(skipped, after: invocation)
                return true
            } catch let lost as LeaseLost {
                throw lost
            } catch {
                if Task.isCancelled { throw CancellationError() }
                invocation.duration = surroundings.time.uptime - start
                try ledger.noteFailure(of: batch, invocation: invocation, error: "\(error)")
                if planted == .failedBatchPassedOver {
                    try ledger.moveCheckpoint(behind: batch, under: lease)
                    return true
                }
                if invocation.attempt == 1 {
                    logger.warning(
                        "A batch failed and is tried again; its shard waits",
                        metadata: ["records": "\(batch.records.count)", "error": "\(error)"])
                }
                let failures = invocation.attempt
                await rest(surroundings.chance.draw { backoff.rest(after: failures, using: &$0) })
            }
        }
        return false
    }

    private func tell(_ skipped: [SkippedRecord], after invocation: Invocation) {
        if invocation.attempt > 1 {
            logger.info("The batch was handled after all", metadata: ["attempt": "\(invocation.attempt)"])
        }
        for record in skipped {
            logger.warning(
                "Record skipped",
                metadata: ["sequence.number": "\(record.sequenceNumber)", "reason": "\(record.reason)"])
        }
    }

    /// Waits; ends early when the reader is closed.
    private func rest(_ span: Duration) async {
        let end = surroundings.time.uptime + span
        while goesOn, surroundings.time.uptime < end {
            await bell.heard(within: end - surroundings.time.uptime, by: surroundings.time)
        }
    }
}

extension ClientError {
    /// True when the service asks to come back later.
    fileprivate var isThrottling: Bool {
        if case .refused(let error) = self { error.isThrottling } else { false }
    }
}
