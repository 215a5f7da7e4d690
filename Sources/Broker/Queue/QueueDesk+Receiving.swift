import Clockwork
import DequeModule
import Disk
import GRDB
import HeapModule
import Queue
import Synchronization
import Wire

/// Receiving: a lease is durable before its message leaves, or a crash would hand it out with a count that fell.
extension QueueDesk {
    func receive(_ request: ReceiveMessage, for caller: Caller) async throws -> ReceiveMessage.Output {
        let name = key(request.queueUrl, caller)
        try requireQueue(name)
        let wish = try ReceiveWish(request)
        let outcome = try await take(wish, from: name)
        switch outcome {
        case .nothing: return ReceiveMessage.Output()
        case .queueDeleted: throw SQS.queueDoesNotExist
        case .received(let batch):
            let received = try await batch.ticket.durable().map {
                wish.describe($0, handle: seal.handle(Receipt($0.lease, queue: batch.queue)))
            }
            if let changes = batch.changes { confirm(changes, of: batch.queue, named: name) }
            return ReceiveMessage.Output(messages: received.isEmpty ? nil : received)
        }
    }

    /// Receives at once what there is, or takes a place among those who wait.
    private func take(_ wish: ReceiveWish, from name: QueueKey) async throws -> OpenQueue.Outcome {
        let now = surroundings.now
        let (known, id) = try decide { state throws -> (OpenQueue.Outcome?, UInt64) in
            try commit.accept()
            guard let open = state.queues[name] else { throw SQS.queueDoesNotExist }
            // Whoever came before is served before.
            if open.waiters.isEmpty {
                let (batch, deadLetterQueues) = lease(
                    from: open, limit: wish.limit, visibilityTimeout: wish.visibilityTimeout,
                    attempt: wish.attempt, &state, now: now)
                for target in deadLetterQueues { serve(target, &state, now: now) }
                if let batch { return (.received(batch), 0) }
            }
            let wait = wish.waitSeconds ?? open.engine.attributes.receiveWaitTime
            guard wait > 0 else {
                if open.engine.isFullInFlight, open.engine.kind == .standard {
                    throw WireError(.tooManyInFlight)
                }
                return (.nothing, 0)
            }
            state.waitersMade += 1
            return (nil, state.waitersMade)
        }
        if let known { return known }
        return await wait(as: id, for: wish, on: name)
    }

    private func wait(as id: UInt64, for wish: ReceiveWish, on name: QueueKey) async -> OpenQueue.Outcome {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let now = surroundings.now
                decide { state in
                    let open = state.queues[name]
                    let wait = wish.waitSeconds ?? open?.engine.attributes.receiveWaitTime ?? 0
                    let waiter = OpenQueue.Waiter(
                        id: id, limit: wish.limit, visibilityTimeout: wish.visibilityTimeout,
                        attempt: wish.attempt,
                        deadline: (now + .seconds(wait)).roundedUp(to: Self.waitsEndTogether),
                        continuation: continuation)
                    guard let open else { return state.ended.append((waiter, .queueDeleted)) }
                    open.waiters.append(waiter)
                    serve(name, &state, now: now)  // something may have come since we looked
                }
                if Task.isCancelled { giveUp(id, on: name) }
            }
        } onCancel: {
            giveUp(id, on: name)
        }
    }

    /// Waits end at multiples of this, up to so much late, so that thousands of idle polls share a wake-up. Not many more
    /// than a message that comes just then would care to stand behind.
    private static let waitsEndTogether = Duration.milliseconds(5)

    /// A receiver has hung up: it must not be given anything any more.
    private func giveUp(_ id: UInt64, on name: QueueKey) {
        decide { state in
            guard let place = state.queues[name]?.waiters.firstIndex(where: { $0.id == id }),
                let waiter = state.queues[name]?.waiters.remove(at: place)
            else { return }
            state.ended.append((waiter, .nothing))
        }
    }

    /// Gives waiting receivers what there is, first come first served, and sets the alarm for what is to come.
    ///
    /// A dead letter may be what receivers of another queue wait for: they are served next, after the letter's move has
    /// been handed to the commit.
    func serve(_ name: QueueKey, _ state: inout State, now: Timestamp) {
        var names = [name]
        while let name = names.popLast() {
            guard let open = state.queues[name], !open.waiters.isEmpty else { continue }
            while commit.isAccepting, let waiter = open.waiters.first {
                let (batch, deadLetterQueues) = lease(
                    from: open, limit: waiter.limit, visibilityTimeout: waiter.visibilityTimeout,
                    attempt: waiter.attempt, &state, now: now)
                names += deadLetterQueues
                guard let batch else { break }
                open.waiters.removeFirst()
                state.ended.append((waiter, .received(batch)))
            }
            endWaits(on: name, &state, now: now)
            setAlarm(for: name, &state, now: now)
        }
    }

    private func endWaits(on name: QueueKey, _ state: inout State, now: Timestamp) {
        guard let waiters = state.queues[name]?.waiters, waiters.contains(where: { $0.deadline <= now })
        else { return }
        state.ended += waiters.filter { $0.deadline <= now }.map { ($0, .nothing) }
        state.queues[name]?.waiters.removeAll { $0.deadline <= now }
    }

    /// Leases messages and hands the leases to the commit; without a batch when nothing can be received.
    ///
    /// Names the queues that took dead letters on the way; whoever waits for those is to be served.
    private func lease(
        from open: OpenQueue, limit: Int, visibilityTimeout: Duration?, attempt: String?,
        _ state: inout State, now: Timestamp
    ) -> (batch: OpenQueue.Batch?, deadLetterQueues: [QueueKey]) {
        func receive() -> [Lease] {
            if open.engine.kind == .standard,
                var disorder = moods?.disorder(among: open.engine.visibleInWindow)
            {
                return open.engine.receiveInDisorder(
                    limit: limit, visibilityTimeout: visibilityTimeout, now: now, using: &disorder)
            }
            return open.engine.receive(
                limit: limit, visibilityTimeout: visibilityTimeout, attempt: attempt, now: now)
        }
        fillWindow(open, now: now)
        lookOut(open, now: now)
        var leases = receive()
        // All that was at hand may have been dead letters, with sound messages behind them.
        while leases.isEmpty, fillWindow(open, now: now) { leases = receive() }
        for lease in moods?.handsOutAgain(leases) ?? [] { open.engine.showAgain(lease, now: now) }
        let writing = open.takeWriting()
        let id = open.engine.id
        let (admissions, targets) = admit(deadLettersIn: writing, &state, now: now)
        guard !leases.isEmpty else {
            if !writing.changes.isEmpty {
                _ = commit.enqueue { [self] db in try record(writing, admissions, in: db) }
            }
            return (nil, targets)
        }
        let ticket = commit.enqueue { [self, leases] db in
            try record(writing, admissions, in: db)
            return try QueueStore.contents(of: leases, in: id, db)
        }
        let changes = open.engine.awaitsConfirmation ? open.engine.changesMade : nil
        return (OpenQueue.Batch(queue: id, ticket: ticket, changes: changes), targets)
    }

    private func record(_ writing: QueueWriting, _ admissions: [QueueWriting], in db: Database) throws {
        try record(writing, in: db)
        for admission in admissions { try record(admission, in: db) }
    }

    /// Loads the next rows while the rules want them. - Returns: Whether there were any.
    @discardableResult
    private func fillWindow(_ open: OpenQueue, now: Timestamp, pages: Int = .max) -> Bool {
        let id = open.engine.id
        var loaded = 0
        while loaded < pages, let wanted = open.engine.wantedPage(now: now) {
            // What cannot be read now, or is not committed yet, is asked for again a little later.
            guard let page = try? reader.read({ try QueueStore.page(wanted, of: id, in: $0) }), !page.isEmpty
            else { break }
            open.engine.append(page: page, now: now)
            loaded += 1
        }
        return loaded > 0
    }

    /// Looks behind a window full of noisy tenants' messages for those of quiet ones, as far as one receive does.
    private func lookOut(_ open: OpenQueue, now: Timestamp) {
        guard let outlook = open.engine.wantedOutlook(now: now) else { return }
        let id = open.engine.id
        guard let seen = try? reader.read({ try QueueStore.look(outlook, of: id, in: $0) }) else { return }
        open.engine.append(seen.rows, of: outlook, written: seen.written, now: now)
    }

    /// Tells a queue, unless it was replaced since, that its first so many changes are on disk.
    func confirm(_ changes: Int, of id: QueueID, named name: QueueKey) {
        state.withLock { state in
            guard let open = state.queues[name], open.engine.id == id else { return }
            open.engine.confirm(changes: changes)
        }
    }

    /// Lets dead-letter queues take what was received too often, in the same transaction.
    private func admit(
        deadLettersIn writing: QueueWriting, _ state: inout State, now: Timestamp
    ) -> (writings: [QueueWriting], targets: [QueueKey]) {
        var targets: [QueueKey] = []
        for case .deadLettered(let envelope, let target) in writing.changes {
            guard let name = state.names[target] else { continue }
            state.queues[name]?.engine.admit(envelope, from: writing.queue, now: now)
            if !targets.contains(name) { targets.append(name) }
        }
        return (targets.compactMap { state.queues[$0]?.takeWriting() }, targets)
    }

    // MARK: Time

    /// Notes when a queue with waiting receivers wants to be looked at again.
    func setAlarm(for name: QueueKey, _ state: inout State, now: Timestamp) {
        guard let open = state.queues[name], let deadline = open.waiters.lazy.map(\.deadline).min() else {
            return
        }
        var moment = min(deadline, open.engine.nextWakeUp() ?? deadline)
        // Neither the end of a commit nor the end of a jam tells us by itself.
        if !commit.isAccepting || open.engine.wantedPage(now: now) != nil {
            moment = min(moment, now + Self.shortly)
        }
        if let armed = open.alarm, armed <= moment { return }
        open.alarm = moment
        let isEarliest = state.alarms.min.map { moment < $0.moment } ?? true
        state.alarms.insert(Alarm(moment: moment, queue: name))
        if isEarliest { alarmSet.ring() }
    }

    private static let shortly = Duration.milliseconds(10)

    /// Keeps the broker's one timer: shows hidden messages to those who wait, ends waits, lets old messages go.
    func keepTime() async {
        var nextChores = surroundings.now
        while !Task.isCancelled {
            let now = surroundings.now
            let next = decide { state in
                while let alarm = state.alarms.min, alarm.moment <= now {
                    state.alarms.removeMin()
                    if state.queues[alarm.queue]?.alarm == alarm.moment {
                        state.queues[alarm.queue]?.alarm = nil
                    }
                    serve(alarm.queue, &state, now: now)
                }
                return state.alarms.min?.moment
            }
            if now >= nextChores {
                await doChores()
                nextChores = surroundings.now + .seconds(60)
            }
            let wait = min(next ?? nextChores, nextChores) - surroundings.now
            await alarmSet.heard(within: max(wait, .zero), by: surroundings.time)
        }
    }

    /// Lets messages go whose retention has passed, and sweeps up after deleted and purged queues, a little at a time.
    private func doChores() async {
        let now = surroundings.now
        let names = state.withLock { $0.queues.keys.sorted() }
        for name in names {
            while letOldGo(on: name, now: now), !Task.isCancelled { await Task.yield() }
        }
        while !Task.isCancelled {
            let ticket = commit.enqueue {
                try QueueStore.forgetMoves(before: now - Self.longestRetention, atMost: 500, in: $0)
            }
            guard (try? await ticket.value) == true else { break }
        }
        let needsSweep = state.withLock { state in
            defer { state.needsSweep = false }
            return state.needsSweep
        }
        guard needsSweep else { return }
        while !Task.isCancelled {
            let ticket = commit.enqueue { try QueueStore.sweep(atMost: 500, in: $0) }
            guard (try? await ticket.value) == true else { return }
        }
    }

    /// Source: Amazon SQS API Reference, `SetQueueAttributes`, `MessageRetentionPeriod`.
    private static let longestRetention = Duration.seconds(1_209_600)

    /// Lets messages go whose retention has passed, a page at a time. - Returns: Whether there may be more.
    private func letOldGo(on name: QueueKey, now: Timestamp) -> Bool {
        state.withLock { state in
            guard commit.isAccepting, let open = state.queues[name] else { return false }
            open.engine.settle(now: now)
            let hasMore = fillWindow(open, now: now, pages: 1)
            write(open)
            return hasMore
        }
    }

    /// Answers everyone in a long poll, because the server stops.
    func stopWaiting() {
        decide { state in
            for name in state.queues.keys.sorted() {
                state.ended += (state.queues[name]?.waiters ?? []).map { ($0, .nothing) }
                state.queues[name]?.waiters = []
            }
        }
    }
}
