import Clockwork
import Logging
import Orders
import Wire

/// Reads one shard: hands its records to the handler batch by batch, in order, and moves the checkpoint
/// behind each batch that was handled. A batch that fails holds up this shard and no other.
final class ShardReader: Sendable {
    private let shardID: String
    private let settings: FunctionSettings
    private let source: @Sendable () -> any RecordSource
    private let handler: any BatchHandler
    private let ledger: FunctionLedger
    /// Rung for each gap that is noticed.
    private let gaps: Bell
    private let surroundings: Surroundings
    private let planted: PlantedBug?
    private let logger: Logger
    private let stop: StopSignal

    /// - Parameters:
    ///   - source: Makes what the records come from, each time that reading begins anew.
    ///   - stop: Lets it finish the batch under way and end.
    init(
        shardID: String, settings: FunctionSettings, source: @escaping @Sendable () -> any RecordSource,
        handler: any BatchHandler, ledger: FunctionLedger, gaps: Bell, until stop: StopSignal,
        surroundings: Surroundings, planted: PlantedBug?, logger: Logger
    ) {
        self.shardID = shardID
        self.settings = settings
        self.source = source
        self.handler = handler
        self.ledger = ledger
        self.gaps = gaps
        self.stop = stop
        self.surroundings = surroundings
        self.planted = planted
        var logger = logger
        logger[metadataKey: "shard"] = "\(shardID)"
        self.logger = logger
    }

    /// Reads until it is stopped, or until the shard has ended or is not to be found.
    func run() async {
        var setback = Setback(backoff: Backoff(), logger: logger)
        while goesOn {
            do {
                let (lease, checkpoint) = try ledger.take(shardID)
                var place = Place(checkpoint: checkpoint)
                var source = source()
                while goesOn {
                    do {
                        if try await advance(by: &source, &place, under: lease) { return }
                        setback.isOver("The shard is read again")
                    } catch let error as ClientError where error.type == "ResourceInUseException" {
                        _ = setback.met(
                            error, kind: "seat",
                            consequence:
                                "The shard was taken a moment ago; it can be taken over five seconds later",
                            chance: surroundings.chance)
                        await stop.rest(Self.seatRest)
                    } catch let error as ClientError {
                        await stop.rest(
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
                await stop.rest(
                    setback.met(
                        error, kind: "ledger", consequence: "The checkpoints cannot be written; events wait",
                        chance: surroundings.chance))
            }
        }
    }

    private var goesOn: Bool { stop.goesOn }

    /// Between two tries to take over a shard: whoever has it pushed keeps it for five seconds, whether he is still
    /// there or not, and a consumer may ask once a second. Source: Amazon Kinesis API Reference, `SubscribeToShard`.
    private static let seatRest = Duration.seconds(1)

    /// Where reading goes on.
    private struct Place {
        /// The last record that was handled.
        var checkpoint: String?
        /// True until it is seen whether the record at the checkpoint is still there.
        var isAtCheckpoint = false
    }

    /// Reads once, and deals with what was there.
    ///
    /// - Returns: True when the shard has ended.
    private func advance(
        by source: inout any RecordSource, _ place: inout Place, under lease: Lease
    ) async throws -> Bool {
        let reading: ShardReading?
        do {
            reading = try await source.read(from: place.checkpoint)
        } catch let unknown as UnknownCheckpoint {
            // The stream was deleted and made anew: all that it holds is new, too.
            logger.warning(
                "The checkpoint is of an earlier stream; reading begins at the oldest record",
                metadata: ["error": "\(unknown.reason)"])
            place.checkpoint = nil
            return false
        }
        guard let reading else { return false }
        if reading.beginsAnew { place.isAtCheckpoint = place.checkpoint != nil }
        let records = try newRecords(in: reading, at: &place, under: lease)
        if !records.isEmpty { try await surroundings.pass(.functionReceived) }
        for batch in RecordBatch.cut(
            records, of: shardID, in: settings.streamName, mostRecords: settings.batchSize)
        {
            guard try await settle(batch, under: lease) else { return false }
            place.checkpoint = batch.records.last?.sequenceNumber
        }
        guard reading.isEnd else { return false }
        try ledger.finish(under: lease)
        logger.info("Shard read to its end")
        return true
    }

    /// Leaves out the record at the checkpoint, where reading goes on. If it is gone, those behind it may be, too.
    private func newRecords(
        in reading: ShardReading, at place: inout Place, under lease: Lease
    ) throws -> [StreamRecord] {
        guard place.isAtCheckpoint, let checkpoint = place.checkpoint else { return reading.records }
        let first = reading.records.first?.sequenceNumber
        // Nothing may have come before the end is reached.
        guard first != nil || reading.millisBehindLatest == 0 else { return [] }
        place.isAtCheckpoint = false
        if first == checkpoint { return Array(reading.records.dropFirst()) }
        try note(gapAfter: checkpoint, before: first, under: lease)
        return reading.records
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

    /// Hands a batch over until it is handled.
    ///
    /// - Returns: False when the reader was stopped before that.
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
                await stop.rest(surroundings.chance.draw { backoff.rest(after: failures, using: &$0) })
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
}

extension ClientError {
    /// True when the service asks to come back later.
    fileprivate var isThrottling: Bool {
        if case .refused(let error) = self { error.isThrottling } else { false }
    }
}
