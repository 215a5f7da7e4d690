import Clockwork
import Logging
import ServiceLifecycle
import Wire

/// Finds out where the queue is, however long its broker takes to come.
struct QueueSearch: Sendable {
    let settings: OrderManagement.Settings
    let queue: any Client<SQS>
    let surroundings: Surroundings
    let logger: Logger
    private let stopping = Bell()

    init(
        settings: OrderManagement.Settings, queue: any Client<SQS>, surroundings: Surroundings, logger: Logger
    ) {
        self.settings = settings
        self.queue = queue
        self.surroundings = surroundings
        self.logger = logger
    }

    /// - Returns: The queue's URL, or nil when the process is to stop before it was found.
    func run() async throws -> String? {
        guard case .name(let name) = settings.queue else { return settings.queue.text }
        return try await withGracefulShutdownHandler {
            try await search(for: name)
        } onGracefulShutdown: {
            stopping.ring()
        }
    }

    private func search(for name: String) async throws -> String? {
        var setback = Setback(backoff: settings.backoff, logger: logger)
        while !Task.isShuttingDownGracefully {
            do {
                let url = try await queue(GetQueueUrl(queueName: name)).queueUrl
                setback.isOver("The queue has been found")
                return url
            } catch let error as ClientError {
                let pause = setback.met(
                    error,
                    consequence: "The queue cannot be found yet; no orders are taken until it is",
                    chance: surroundings.chance)
                await stopping.heard(within: pause, by: surroundings.time)
                try Task.checkCancellation()
            }
        }
        return nil
    }
}
