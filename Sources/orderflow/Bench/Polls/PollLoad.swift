import AsyncHTTPClient
import Clockwork
import NIOCore
import Outages
import Synchronization
import Wire

/// Long polls that wait, and messages that end them.
struct PollLoad {
    private let port: Int
    private let polls: Int
    private let queues: Int
    private let load: Load

    init(port: Int, polls: Int, queues: Int) {
        self.port = port
        self.polls = polls
        self.queues = queues
        load = Load(host: "127.0.0.1", port: port, credentials: KeyRing.house[.developer].credentials)
    }

    /// Measures an idle broker, then one that gets messages, and kills it.
    ///
    /// - Parameters:
    ///   - rate: Messages sent in a second.
    ///   - span: How long to look at the idle broker, and how long to send.
    func measure(_ broker: BrokerProcess, rate: Int, span: Duration) async throws -> PollFinding {
        guard let process = await broker.process else {
            throw LoadError(description: "The broker has gone.")
        }
        let allowed = OpenFiles.raise(to: UInt64(polls + 256))
        guard allowed >= polls + 256 else {
            throw LoadError(
                description:
                    "\(polls) polls want \(polls + 256) open files, and \(allowed) are allowed. Raise `ulimit -n`."
            )
        }
        let requests = try (0..<queues).map { try load.request(CreateQueue(queueName: name($0))) }
        _ = try await load.each(requests, connections: 16)
        let watch = PollWatch()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            // Its polls fail when the broker is killed at last; that is how they end.
            group.addTask { _ = try? await load.run(connections: polls) { try script($0, watch) } }
            try await watch.all(polls)
            let clock = ContinuousClock()
            let (before, began) = (ProcessMeter.processorTime(of: process), clock.now)
            try await clock.sleep(for: span)
            let idle = (ProcessMeter.processorTime(of: process) - before) / (clock.now - began)
            let resident = ProcessMeter.residentBytes(of: process) ?? 0
            let sent = try await send(rate: rate, span: span)
            try await clock.sleep(for: .milliseconds(200))
            await broker.kill()
            return PollFinding(
                polls: polls, queues: queues, idleShare: idle, residentBytes: resident, sent: sent,
                latencies: watch.latencies)
        }
    }

    /// One poller: asks, and asks again.
    private func script(_ number: Int, _ watch: PollWatch) throws -> LoadConnection.Script {
        let poll = try load.request(ReceiveMessage(queueUrl: url(number), waitTimeSeconds: 20))
        return { answer in
            if let answer { watch.heard(answer.texts(of: "Body")) } else { watch.began() }
            return poll
        }
    }

    /// Sends messages that say when they were sent, each to the next queue. - Returns: How many.
    private func send(rate: Int, span: Duration) async throws -> Int {
        try await NetworkTransport.withHTTPClient { http in
            let client = SigningClient(
                SQS.self, over: NetworkTransport(endpoint: "http://127.0.0.1:\(port)", http: http),
                credentials: KeyRing.house[.developer].credentials, surroundings: .system(), retries: .never)
            let clock = ContinuousClock()
            let began = clock.now
            let count = rate * Int(span.components.seconds)
            for number in 0..<count {
                try await clock.sleep(until: began + .seconds(number) / rate)
                _ = try await client(SendMessage(queueUrl: url(number), messageBody: PollWatch.stamp))
            }
            return count
        }
    }

    private func name(_ number: Int) -> String { "bench-\(number % queues)" }
    private func url(_ number: Int) -> String { "http://localhost/000000000000/\(name(number))" }
}
