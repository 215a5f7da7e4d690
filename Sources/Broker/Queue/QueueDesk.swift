import Clockwork
import Crypto
import DequeModule
import Disk
import GRDB
import HeapModule
import Queue
import Synchronization
import Wire

/// Answers SQS: asks the rules what happens, writes it down, and only then tells anyone.
///
/// Deciding and handing the change to the commit happen under one lock, so what lies on disk is in the order of the
/// decisions. An answer that leans on a change not yet durable waits for it, even when it changes nothing itself.
final class QueueDesk: Sendable {
    struct Settings: Sendable {
        var account = "000000000000"
        /// How long a deleted name cannot be taken again, and how long after a purge the next one is refused. Amazon's
        /// 60 seconds help nobody who develops.
        var quietSpan = Duration.zero
    }

    let settings: Settings
    let commit: GroupCommit
    let reader: Disk.Reader
    let surroundings: Surroundings
    let seal: ReceiptSeal
    /// Nil where none are permitted.
    let moods: Moods?
    let state = Mutex(State())
    let alarmSet = Bell()
    /// Rung when a move task has begun or is to stop.
    let moveWanted = Bell()
    private let counters = QueueCounters()

    struct State {
        var queues: [QueueKey: OpenQueue] = [:]
        var names: [QueueID: QueueKey] = [:]
        var lastID: Int64 = 0
        var deletedAt: [QueueKey: Timestamp] = [:]
        var alarms = Heap<Alarm>()
        var waitersMade: UInt64 = 0
        /// Long polls whose end is decided, and not told yet.
        var ended: [(waiter: OpenQueue.Waiter, outcome: OpenQueue.Outcome)] = []
        /// Whether rows of deleted or purged queues are left.
        var needsSweep = true
    }

    /// A moment at which a queue wants to be looked at.
    struct Alarm: Comparable {
        var moment: Timestamp
        var queue: QueueKey

        static func < (lhs: Alarm, rhs: Alarm) -> Bool { (lhs.moment, lhs.queue) < (rhs.moment, rhs.queue) }
    }

    init(
        settings: Settings, commit: GroupCommit, reader: Disk.Reader, surroundings: Surroundings,
        seal: SymmetricKey, moods: Moods?
    ) throws {
        self.settings = settings
        self.commit = commit
        self.reader = reader
        self.surroundings = surroundings
        self.moods = moods
        self.seal = ReceiptSeal(key: seal.withUnsafeBytes { Array($0) })
        try reader.read { try self.load($0) }
        commit.beforeCommit { [counters] db in try counters.write(in: db) }
        commit.onFailure { [weak self] db in
            self?.counters.forget()
            try self?.load(db)
        }
    }

    /// Forgets all and loads it again: at the start, and after a failed commit. Those who wait go on waiting.
    private func load(_ db: Database) throws {
        let rows = try QueueStore.loadAll(db)
        var tags = try QueueStore.loadTags(db)
        let lastID = try QueueStore.lastQueueID(db)
        let now = surroundings.now
        decide { state in
            var waiting = state.queues.mapValues(\.waiters)
            let changes = state.queues.mapValues(\.engine.changesMade)
            state.queues = [:]
            state.names = [:]
            state.lastID = lastID
            for row in rows {
                let open = OpenQueue(
                    engine: MessageQueue(restoring: row.state, now: now, after: changes[row.name] ?? 0),
                    arn: QueueARN(region: row.name.region, account: row.account, name: row.name.name),
                    createdAt: row.createdAt, modifiedAt: row.modifiedAt)
                open.tags = tags.removeValue(forKey: row.state.id) ?? [:]
                open.waiters = waiting.removeValue(forKey: row.name) ?? []
                open.moves = QueueMoves(row.moveTasks)
                state.queues[row.name] = open
                state.names[row.state.id] = row.name
            }
            state.ended += waiting.values.joined().map { ($0, .queueDeleted) }
            linkDeadLetters(&state)
            for name in rows.map(\.name) { setAlarm(for: name, &state, now: now) }
        }
    }

    /// Decides something under the lock, and tells those whose long poll it ends once the lock is free.
    ///
    /// Never before: to resume a task takes a lock of the runtime's, and whoever hangs up is cancelled under that very lock
    /// and then asks for ours (``giveUp(_:on:)``). Source: Swift standard library, `withTaskCancellationHandler`.
    func decide<Answer: Sendable, Failure: Error>(
        _ decision: (inout sending State) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        let (answer, ended) = state.withLock { state in
            let answer: Result<Answer, Failure>
            do throws(Failure) { answer = .success(try decision(&state)) } catch { answer = .failure(error) }
            defer { state.ended = [] }
            return (answer, state.ended)
        }
        for (waiter, outcome) in ended { waiter.continuation.resume(returning: outcome) }
        return try answer.get()
    }

    /// Tells every queue which other one takes its dead letters.
    private func linkDeadLetters(_ state: inout State) {
        for (name, open) in state.queues {
            let target = open.engine.attributes.redrivePolicy?.deadLetterTarget
            state.queues[name]?.engine.deadLetterTarget =
                target.flatMap { state.queues[QueueKey(region: $0.region, name: $0.name)]?.engine.id }
        }
    }

    /// The operations that this desk answers.
    var operations: ServiceDesk<SQS> {
        var desk = ServiceDesk<SQS>(admitting: admission)
        desk.on(CreateQueue.self) { [self] in try await create($0, for: $1) }
        desk.on(DeleteQueue.self) { [self] in try await delete($0, for: $1) }
        desk.on(GetQueueUrl.self) { [self] in try url($0, for: $1) }
        desk.on(ListQueues.self) { [self] in try list($0, for: $1) }
        desk.on(GetQueueAttributes.self) { [self] in try await attributes($0, for: $1) }
        desk.on(SetQueueAttributes.self) { [self] in try await set($0, for: $1) }
        desk.on(TagQueue.self) { [self] in try await tag($0, for: $1) }
        desk.on(UntagQueue.self) { [self] in try await untag($0, for: $1) }
        desk.on(ListQueueTags.self) { [self] in try tags($0, for: $1) }
        desk.on(AddPermission.self) { [self] in try await permit($0, for: $1) }
        desk.on(RemovePermission.self) { [self] in try await forbid($0, for: $1) }
        desk.on(PurgeQueue.self) { [self] in try await purge($0, for: $1) }
        desk.on(SendMessage.self) { [self] in try await send($0, for: $1) }
        desk.on(SendMessageBatch.self) { [self] in try await send($0, for: $1) }
        desk.on(ReceiveMessage.self) { [self] in try await receive($0, for: $1) }
        desk.on(DeleteMessage.self) { [self] in try await delete($0, for: $1) }
        desk.on(DeleteMessageBatch.self) { [self] in try await delete($0, for: $1) }
        desk.on(ChangeMessageVisibility.self) { [self] in try await changeVisibility($0, for: $1) }
        desk.on(ChangeMessageVisibilityBatch.self) { [self] in try await changeVisibility($0, for: $1) }
        desk.on(ListDeadLetterSourceQueues.self) { [self] in try listSources($0, for: $1) }
        desk.on(StartMessageMoveTask.self) { [self] in try await start($0, for: $1) }
        desk.on(ListMessageMoveTasks.self) { [self] in try await listMoves($0, for: $1) }
        desk.on(CancelMessageMoveTask.self) { [self] in try await cancel($0, for: $1) }
        return desk
    }

    /// Nil where nothing ever stands in the way.
    private var admission: ServiceDesk<SQS>.Admission? {
        guard let moods else { return nil }
        return { operation, _ throws(WireError) in try moods.admit(toQueues: operation) }
    }

    // MARK: Queues

    func create(_ request: CreateQueue, for caller: Caller) async throws -> CreateQueue.Output {
        let given = request.attributes?.entries.map { (name: $0.key, value: $0.value) } ?? []
        let name = QueueKey(region: caller.region, name: request.queueName)
        let now = surroundings.now
        let ticket = try state.withLock { state throws -> CommitTicket<Void> in
            try commit.acceptMore()
            let attributes = try WireError.mapping { () throws(QueueFault) in
                // A name that cannot be is told before attributes that cannot be.
                let isFIFO = given.contains { $0.name == "FifoQueue" && $0.value.lowercased() == "true" }
                _ = try QueueName(request.queueName, kind: isFIFO ? .fifo : .standard)
                return try QueueAttributes(creating: given)
            }
            let tags = request.tags ?? [:]
            try QueueTags.check(tags, making: tags.count, on: request.queueName)
            if let known = state.queues[name] {
                try WireError.mapping { () throws(QueueFault) in
                    guard let other = try known.engine.attributes.firstDifference(from: given) else { return }
                    throw .nameExists(differing: other)
                }
                return commit.enqueue(bytes: 0) { _ in }  // its creation may still be on its way
            }
            if let deleted = state.deletedAt[name], now - deleted < settings.quietSpan {
                throw WireError(.deletedRecently)
            }
            let arn = QueueARN(region: name.region, account: settings.account, name: name.name)
            try check(attributes, of: arn, in: state)
            state.lastID += 1
            let engine = MessageQueue(id: QueueID(state.lastID), attributes: attributes)
            let open = OpenQueue(engine: engine, arn: arn, createdAt: now, modifiedAt: now)
            open.tags = Dictionary(tags.entries.map { ($0.key, $0.value) }) { $1 }
            state.queues[name] = open
            state.names[engine.id] = name
            linkDeadLetters(&state)
            let row = QueueStore.QueueRow(
                name: name, account: settings.account, createdAt: now, modifiedAt: now,
                state: QueueState(
                    id: engine.id, attributes: attributes, deduplicationScope: attributes.deduplicationScope,
                    nextSequence: engine.nextSequence, untouchedCount: 0, touched: [], deduplication: []))
            return commit.enqueue { db in
                try QueueStore.insert(row, in: db)
                try QueueStore.put(tags.entries, on: row.state.id, in: db)
            }
        }
        try await ticket.durable()
        return CreateQueue.Output(queueUrl: url(of: name, for: caller))
    }

    /// Refuses a redrive policy whose target does not suit.
    private func check(_ attributes: QueueAttributes, of arn: QueueARN, in state: State) throws(WireError) {
        guard let policy = attributes.redrivePolicy else { return }
        let target = policy.deadLetterTarget
        let known =
            target == arn
            ? (attributes.kind, attributes.redriveAllowPolicy)
            : state.queues[QueueKey(region: target.region, name: target.name)].map {
                ($0.engine.kind, $0.engine.attributes.redriveAllowPolicy)
            }
        try WireError.mapping { () throws(QueueFault) in
            try policy.check(from: arn, attributes.kind, to: known.map { (kind: $0.0, allowing: $0.1) })
        }
    }

    func delete(_ request: DeleteQueue, for caller: Caller) async throws -> NoOutput {
        let name = key(request.queueUrl, caller)
        let now = surroundings.now
        let ticket = try decide { state in
            try commit.accept()
            guard let open = state.queues.removeValue(forKey: name) else { throw SQS.queueDoesNotExist }
            let id = open.engine.id
            state.names[id] = nil
            state.deletedAt[name] = now
            state.needsSweep = true
            linkDeadLetters(&state)
            state.ended += open.waiters.map { ($0, .queueDeleted) }
            return commit.enqueue { db in try QueueStore.delete(id, in: db) }
        }
        try await ticket.durable()
        return NoOutput()
    }

    func url(_ request: GetQueueUrl, for caller: Caller) throws -> GetQueueUrl.Output {
        let name = QueueKey(region: caller.region, name: request.queueName)
        let owner = request.queueOwnerAWSAccountId ?? settings.account
        guard owner == settings.account, state.withLock({ $0.queues[name] != nil }) else {
            throw SQS.queueDoesNotExist
        }
        return GetQueueUrl.Output(queueUrl: url(of: name, for: caller))
    }

    func list(_ request: ListQueues, for caller: Caller) throws -> ListQueues.Output {
        let prefix = request.queueNamePrefix ?? ""
        let names = state.withLock { $0.queues.keys.filter { $0.region == caller.region } }
            .filter { $0.name.hasPrefix(prefix) }
        let page = try QueuePage(of: names, most: request.maxResults, after: request.nextToken)
        return ListQueues.Output(
            queueUrls: page.names.isEmpty ? nil : page.names.map { url(of: $0, for: caller) },
            nextToken: page.next)
    }

    func attributes(_ request: GetQueueAttributes, for caller: Caller) async throws
        -> GetQueueAttributes.Output
    {
        let name = key(request.queueUrl, caller)
        let now = surroundings.now
        let read = try state.withLock { state in
            guard let open = state.queues[name] else { throw SQS.queueDoesNotExist }
            let id = open.engine.id
            let delayed = try open.engine.delayedRows(now: now).map { rows in
                try reader.read {
                    try QueueStore.count(of: id, behind: rows.after, enqueuedAfter: rows.since, in: $0)
                }
            }
            let counts = open.engine.counts(now: now, delayedBeyond: delayed ?? 0)
            write(open)
            return try WireError.mapping { () throws(QueueFault) in
                try open.engine.attributes.read(
                    request.attributeNames ?? [],
                    QueueStatus(
                        arn: open.arn, createdAt: open.createdAt, modifiedAt: open.modifiedAt, counts: counts)
                )
            }
        }
        return GetQueueAttributes.Output(
            attributes: read.isEmpty ? nil : WireMap(read.map { (key: $0.name, value: $0.value) }))
    }

    func set(_ request: SetQueueAttributes, for caller: Caller) async throws -> NoOutput {
        try await change(request.queueUrl, for: caller) { attributes, _ throws(QueueFault) in
            try attributes.set(request.attributes.entries.map { (name: $0.key, value: $0.value) })
        }
    }

    /// Changes attributes of a queue: as a whole, or not at all.
    func change(
        _ url: String, for caller: Caller,
        _ change: @Sendable (inout QueueAttributes, QueueARN) throws(QueueFault) -> Void
    ) async throws -> NoOutput {
        let name = key(url, caller)
        let now = surroundings.now
        let ticket = try decide { state in
            try commit.accept()
            guard let open = state.queues[name] else { throw SQS.queueDoesNotExist }
            var changed = open.engine.attributes
            try WireError.mapping { () throws(QueueFault) in try change(&changed, open.arn) }
            try check(changed, of: open.arn, in: state)
            open.engine.change(to: changed, now: now)
            open.modifiedAt = now
            write(open)
            linkDeadLetters(&state)
            serve(name, &state, now: now)
            let id = open.engine.id
            return commit.enqueue { [changed] db in
                try QueueStore.update(id, attributes: changed, modifiedAt: now, in: db)
            }
        }
        try await ticket.durable()
        return NoOutput()
    }

    func purge(_ request: PurgeQueue, for caller: Caller) async throws -> NoOutput {
        let name = key(request.queueUrl, caller)
        let now = surroundings.now
        let ticket = try state.withLock { state in
            try commit.accept()
            guard let open = state.queues[name] else { throw SQS.queueDoesNotExist }
            if let last = open.lastPurge, now - last < settings.quietSpan {
                throw WireError(.purgedRecently(name.name))
            }
            open.lastPurge = now
            open.engine.purge(now: now)
            let writing = open.takeWriting()
            state.needsSweep = true
            return commit.enqueue { [self] db in try record(writing, in: db) }
        }
        try await ticket.durable()
        return NoOutput()
    }

    // MARK: Names

    /// The queue that a URL means, in the caller's region; the nameless one, which nobody has, for another account's.
    func key(_ url: String, _ caller: Caller) -> QueueKey {
        let url = QueueURL(url)
        let isOurs = (url.account ?? settings.account) == settings.account
        return QueueKey(region: caller.region, name: isOurs ? url.name : "")
    }

    func url(of name: QueueKey, for caller: Caller) -> String {
        "\(caller.endpoint)/\(settings.account)/\(name.name)"
    }

    /// Writes a change; how its queue stands then follows at the end of the commit.
    ///
    /// - Parameter task: The move task whose deed it is, where it is one's.
    func record(_ writing: QueueWriting, movedBy task: UniqueID? = nil, in db: Database) throws {
        counters.note(writing)
        try QueueStore.write(writing, movedBy: task, in: db)
    }

    /// Hands whatever a queue has changed to the commit.
    func write(_ open: OpenQueue) {
        let writing = open.takeWriting()
        guard !writing.changes.isEmpty else { return }
        _ = commit.enqueue { [self] db in try record(writing, in: db) }
    }
}
