import NIOCore
import NIOPosix

/// One connection of a load: sends a request, waits for its answer, sends the next.
///
/// It speaks just enough HTTP to find where an answer ends, so that the load costs little beside what it measures.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// What to send next, given the last answer's body; nil ends the connection's work.
    typealias Script = @Sendable (_ answer: [UInt8]?) throws -> [UInt8]?

    private let script: Script
    private let done: EventLoopPromise<[Duration]>
    private var received: [UInt8] = []
    private var sentAt: ContinuousClock.Instant
    private var latencies: [Duration] = []
    private let clock = ContinuousClock()

    init(script: @escaping Script, done: EventLoopPromise<[Duration]>) {
        self.script = script
        self.done = done
        sentAt = clock.now
    }

    func channelActive(context: ChannelHandlerContext) {
        send(after: nil, context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.append(contentsOf: unwrapInboundIn(data).readableBytesView)
        while let answer = takeAnswer() {
            latencies.append(clock.now - sentAt)
            guard answer.status == 200 else {
                return fail(LoadError(description: String(decoding: answer.body, as: UTF8.self)), context)
            }
            send(after: answer.body, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        done.fail(LoadError(description: "the server closed the connection"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error, context)
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        done.fail(error)
        context.close(promise: nil)
    }

    private func send(after answer: [UInt8]?, _ context: ChannelHandlerContext) {
        do {
            guard let request = try script(answer) else {
                done.succeed(latencies)
                return context.close(promise: nil)
            }
            sentAt = clock.now
            context.writeAndFlush(NIOAny(ByteBuffer(bytes: request)), promise: nil)
        } catch {
            fail(error, context)
        }
    }

    private func takeAnswer() -> (status: Int, body: [UInt8])? {
        guard let headEnd = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: received[..<headEnd.lowerBound], as: UTF8.self).lowercased()
        let lines = head.split(separator: "\r\n")
        let length =
            lines.lazy.compactMap { line in
                line.hasPrefix("content-length:") ? Int(line.dropFirst(15).drop { $0 == " " }) : nil
            }.first ?? 0
        guard received.count >= headEnd.upperBound + length else { return nil }
        let body = Array(received[headEnd.upperBound..<(headEnd.upperBound + length)])
        received.removeFirst(headEnd.upperBound + length)
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return (status, body)
    }
}

/// The load met something else than success, so its figures would mean nothing.
struct LoadError: Error, CustomStringConvertible {
    var description: String
}
