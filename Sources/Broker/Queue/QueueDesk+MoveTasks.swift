import Clockwork
import Disk
import Queue
import Synchronization
import Wire

/// Move tasks as callers see them: begun, listed, cancelled. Who carries the messages stands in `QueueDesk+Carrying`.
extension QueueDesk {
    func listSources(
        _ request: ListDeadLetterSourceQueues, for caller: Caller
    ) throws -> ListDeadLetterSourceQueues.Output {
        let target = key(request.queueUrl, caller)
        try requireQueue(target)
        let names = state.withLock { state in
            let id = state.queues[target]?.engine.id
            return state.queues.filter { $0.value.engine.deadLetterTarget == id }.map(\.key)
        }
        let page = try QueuePage(of: names, most: request.maxResults, after: request.nextToken)
        return ListDeadLetterSourceQueues.Output(
            queueUrls: page.names.isEmpty ? nil : page.names.map { url(of: $0, for: caller) },
            nextToken: page.next)
    }

    func start(
        _ request: StartMessageMoveTask, for caller: Caller
    ) async throws -> StartMessageMoveTask.Output {
        if let destination = request.destinationArn {
            // Whoever may carry messages off may not thereby send to just any queue.
            try caller.require("sqs:SendMessage", on: .queue(arn: destination))
        }
        let now = surroundings.now
        let id = surroundings.chance.draw { UniqueID(using: &$0) }
        let ticket = try decide { state throws -> CommitTicket<Void> in
            try commit.acceptMore()
            return try WireError.mapping { () throws(QueueFault) in
                let source = try queue(request.sourceArn, "SourceArn", caller, in: state)
                guard state.queues.values.contains(where: { $0.engine.deadLetterTarget == source.engine.id })
                else { throw .noDeadLetterQueue }
                let destination = try request.destinationArn.map { arn throws(QueueFault) in
                    try queue(arn, "DestinationArn", caller, in: state)
                }
                if let destination { try check(destination, for: source, arn: request.destinationArn ?? "") }
                if let rate = request.maxNumberOfMessagesPerSecond, !MoveTask.rates.contains(rate) {
                    throw .invalid(
                        rate, for: "MaxNumberOfMessagesPerSecond", "Must be between 1 and 500, if provided.")
                }
                guard source.moves.active == nil else { throw .moveIsRunning }
                guard state.queues.values.count(where: { $0.moves.active != nil }) < MoveTask.mostActive
                else {
                    throw .tooManyMoves
                }
                return begin(
                    MoveTask(
                        id: id, destination: destination?.arn,
                        mostPerSecond: request.maxNumberOfMessagesPerSecond, startedAt: now,
                        upTo: SequenceNumber(source.engine.nextSequence.rawValue - 1),
                        toMove: source.engine.messageCount), of: source)
            }
        }
        try await ticket.durable()
        moveWanted.ring()
        return StartMessageMoveTask.Output(
            taskHandle: MoveTaskHandle(taskID: id.description, sourceArn: request.sourceArn).text)
    }

    private func begin(_ task: MoveTask, of source: OpenQueue) -> CommitTicket<Void> {
        source.moves.begin(task)
        let queue = source.engine.id
        return commit.enqueue { db in try QueueStore.begin(task, of: queue, in: db) }
    }

    private func check(_ destination: OpenQueue, for source: OpenQueue, arn: String) throws(QueueFault) {
        guard destination.engine.id != source.engine.id else {
            throw .invalid(arn, for: "DestinationArn", "It must not be the source queue itself.")
        }
        guard destination.engine.kind == source.engine.kind else {
            throw .invalid(arn, for: "DestinationArn", "It must be the same type of queue as the source.")
        }
    }

    func listMoves(
        _ request: ListMessageMoveTasks, for caller: Caller
    ) async throws -> ListMessageMoveTasks.Output {
        let (arn, tasks) = try state.withLock { state throws(WireError) in
            try WireError.mapping { () throws(QueueFault) in
                let source = try queue(request.sourceArn, "SourceArn", caller, in: state)
                if let most = request.maxResults, !(1...QueueStore.mostTasks).contains(most) {
                    throw .invalid(most, for: "MaxResults", "Must be between 1 and 10, if provided.")
                }
                return (source.arn, source.moves.tasks.suffix(request.maxResults ?? 1))
            }
        }
        // What is told must not be taken back, and the latest of it may still be on its way to the disk.
        try await commit.enqueue(bytes: 0) { _ in }.durable()
        let entries = tasks.reversed().map { ListMessageMoveTasks.Entry($0, of: arn) }
        return ListMessageMoveTasks.Output(results: entries.isEmpty ? nil : entries)
    }

    func cancel(
        _ request: CancelMessageMoveTask, for caller: Caller
    ) async throws -> CancelMessageMoveTask.Output {
        let (ticket, moved) = try decide { state throws -> (CommitTicket<Void>, Int) in
            try commit.accept()
            return try WireError.mapping { () throws(QueueFault) in
                guard let handle = MoveTaskHandle(request.taskHandle) else { throw .noTaskHandle }
                let source = try queue(handle.sourceArn, "SourceArn", caller, in: state)
                guard var task = source.moves.active, task.id.description == handle.taskID, task.cancel()
                else { throw .noTask }
                source.moves.active = task
                source.moves.due = surroundings.now
                return (commit.enqueue { [task] db in try QueueStore.update(task, in: db) }, task.moved)
            }
        }
        try await ticket.durable()
        moveWanted.ring()
        return CancelMessageMoveTask.Output(approximateNumberOfMessagesMoved: moved)
    }

    /// The queue that an ARN means in the caller's region.
    private func queue(
        _ text: String, _ parameter: String, _ caller: Caller, in state: borrowing State
    ) throws(QueueFault) -> OpenQueue {
        guard let arn = QueueARN(text) else { throw .noARN(parameter) }
        guard arn.region == caller.region, arn.account == settings.account,
            let open = state.queues[QueueKey(region: arn.region, name: arn.name)]
        else { throw .noResource(parameter) }
        return open
    }
}

extension ListMessageMoveTasks.Entry {
    fileprivate init(_ task: MoveTask, of source: QueueARN) {
        self.init(
            taskHandle: task.status == .running
                ? MoveTaskHandle(taskID: task.id.description, sourceArn: source.description).text : nil,
            status: task.status.rawValue, sourceArn: source.description,
            destinationArn: task.destination?.description,
            maxNumberOfMessagesPerSecond: task.mostPerSecond,
            approximateNumberOfMessagesMoved: task.moved, approximateNumberOfMessagesToMove: task.toMove,
            failureReason: task.failureReason, startedTimestamp: task.startedAt.milliseconds)
    }
}
