import NIOCore

/// One request of a paced load.
struct PacedExchange: Sendable {
    var number: Int
    var due: ContinuousClock.Instant
    /// Before it was signed.
    var sent: ContinuousClock.Instant
    var answered: ContinuousClock.Instant

    /// How late it was sent, because every connection was busy or this process was.
    var lateness: Duration { sent - due }
}

/// One connection of a paced load: takes the next request, sends it once it is due, waits for its answer.
final class PacedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let schedule: Schedule
    private let request: @Sendable (_ number: Int) throws -> ByteBuffer
    private let done: EventLoopPromise<[PacedExchange]>
    private var answers = LoadAnswers()
    private var exchanges: [PacedExchange] = []
    private let clock = ContinuousClock()

    init(
        schedule: Schedule, request: @escaping @Sendable (_ number: Int) throws -> ByteBuffer,
        done: EventLoopPromise<[PacedExchange]>
    ) {
        self.schedule = schedule
        self.request = request
        self.done = done
    }

    func channelActive(context: ChannelHandlerContext) {
        takeNext(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        answers.take(unwrapInboundIn(data))
        guard let answer = answers.next() else { return }
        guard answer.status == 200, !exchanges.isEmpty else {
            return fail(LoadError(description: String(buffer: answer.body)), context)
        }
        exchanges[exchanges.count - 1].answered = clock.now
        takeNext(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        done.fail(LoadError(description: "the server closed the connection"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error, context)
    }

    private func takeNext(_ context: ChannelHandlerContext) {
        guard let (number, due) = schedule.next() else {
            done.succeed(exchanges)
            return context.close(promise: nil)
        }
        let wait = max(.zero, due - clock.now)
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(wait)) {
            self.send(number, due: due, context)
        }
    }

    private func send(_ number: Int, due: ContinuousClock.Instant, _ context: ChannelHandlerContext) {
        let now = clock.now
        exchanges.append(PacedExchange(number: number, due: due, sent: now, answered: now))
        do {
            context.writeAndFlush(NIOAny(try request(number)), promise: nil)
        } catch {
            fail(error, context)
        }
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        done.fail(error)
        context.close(promise: nil)
    }
}
