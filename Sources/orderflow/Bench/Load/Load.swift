import Clockwork
import NIOCore
import NIOPosix
import Wire

/// What a load came to.
struct LoadResult {
    var requests: Int
    var elapsed: Duration
    private let latencies: [Duration]

    init(latencies: [Duration], elapsed: Duration) {
        requests = latencies.count
        self.elapsed = elapsed
        self.latencies = latencies.sorted()
    }

    var requestsPerSecond: Double { Double(requests) / elapsed.fractionalSeconds }

    /// - Parameter share: 0.5 for the median, 0.99 for the slowest hundredth.
    func latency(at share: Double) -> Duration {
        latencies.isEmpty ? .zero : latencies[min(latencies.count - 1, Int(Double(latencies.count) * share))]
    }
}

/// Many connections that each ask as fast as they are answered.
struct Load {
    var host: String
    var port: Int
    var credentials: Credentials

    /// - Parameter script: Makes one connection's script from its number.
    func run(connections: Int, script: (Int) throws -> LoadConnection.Script) async throws -> LoadResult {
        let (latencies, elapsed) = try await open(connections) { number in
            let script = try script(number)
            return { LoadConnection(script: script, done: $0) }
        }
        return LoadResult(latencies: latencies.flatMap(\.self), elapsed: elapsed)
    }

    /// Opens connections and waits until all have done their work.
    ///
    /// - Parameter handler: Makes what makes one connection's handler, from its number; the handler keeps the promise.
    func open<Outcome: Sendable>(
        _ connections: Int,
        handler: (Int) throws -> @Sendable (EventLoopPromise<Outcome>) -> any ChannelHandler
    ) async throws -> (outcomes: [Outcome], elapsed: Duration) {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let clock = ContinuousClock()
        let began = clock.now
        var outcomes: [EventLoopFuture<Outcome>] = []
        for number in 0..<connections {
            let handler = try handler(number)
            let done = loops.next().makePromise(of: Outcome.self)
            outcomes.append(done.futureResult)
            ClientBootstrap(group: loops)
                .channelOption(.socketOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(handler(done))
                    }
                }
                .connect(host: host, port: port).whenFailure { done.fail($0) }
        }
        let all = try await EventLoopFuture.whenAllSucceed(outcomes, on: loops.next()).get()
        let elapsed = clock.now - began
        try await loops.shutdownGracefully()
        return (all, elapsed)
    }

    /// The bytes of one signed request, ready to be sent again and again while its date holds good.
    func request<Op: Wire.Operation>(_ operation: Op) throws -> ByteBuffer {
        var request = WireRequest(
            headers: [
                "host": "\(host):\(port)", "content-type": Op.Service.contentType,
                "x-amz-target": "\(Op.Service.targetPrefix).\(Op.name)",
            ], body: try AWSJSONEncoder.encode(operation))
        Signer(credentials: credentials, region: "us-east-1", service: Op.Service.name)
            .sign(&request, at: SystemTime().now)
        var bytes = Array("POST / HTTP/1.1\r\n".utf8)
        for field in request.headers.fields {
            bytes.append(contentsOf: "\(field.name): \(field.value)\r\n".utf8)
        }
        bytes.append(contentsOf: "content-length: \(request.body.count)\r\n\r\n".utf8)
        return ByteBuffer(bytes: bytes + request.body)
    }
}
