import NIOCore
import NIOPosix

/// One connection of a load: sends a request, waits for its answer, sends the next.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// What to send next, given the last answer's body; nil ends the connection's work.
    typealias Script = @Sendable (_ answer: ByteBuffer?) throws -> ByteBuffer?

    private let script: Script
    private let done: EventLoopPromise<[Duration]>
    private var answers = LoadAnswers()
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
        answers.take(unwrapInboundIn(data))
        while let answer = answers.next() {
            latencies.append(clock.now - sentAt)
            guard answer.status == 200 else {
                return fail(LoadError(description: String(buffer: answer.body)), context)
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

    private func send(after answer: ByteBuffer?, _ context: ChannelHandlerContext) {
        do {
            guard let request = try script(answer) else {
                done.succeed(latencies)
                return context.close(promise: nil)
            }
            sentAt = clock.now
            context.writeAndFlush(NIOAny(request), promise: nil)
        } catch {
            fail(error, context)
        }
    }
}

/// The load met something else than success, so its figures would mean nothing.
struct LoadError: Error, CustomStringConvertible {
    let description: String
}
