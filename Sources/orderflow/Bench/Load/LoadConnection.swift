import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// One connection of a load: sends a request, waits for its answer, sends the next.
///
/// It speaks just enough HTTP to find where an answer ends, so that the load costs little beside what it measures.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// What to send next, given the last answer's body; nil ends the connection's work.
    typealias Script = @Sendable (_ answer: ByteBuffer?) throws -> ByteBuffer?

    private let script: Script
    private let done: EventLoopPromise<[Duration]>
    private var received = ByteBuffer()
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
        var bytes = unwrapInboundIn(data)
        if received.readableBytes == 0 { received = bytes } else { received.writeBuffer(&bytes) }
        while let answer = takeAnswer() {
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

    private func takeAnswer() -> (status: Int, body: ByteBuffer)? {
        guard let head = received.withUnsafeReadableBytes(AnswerHead.init),
            received.readableBytes >= head.bytes + head.bodyBytes
        else { return nil }
        received.moveReaderIndex(forwardBy: head.bytes)
        guard let body = received.readSlice(length: head.bodyBytes) else { return nil }
        return (head.status, body)
    }
}

/// What has to be known of an answer's head: its status, and how much of the rest is its body.
private struct AnswerHead {
    let status: Int
    /// The head's own length, its empty line included.
    let bytes: Int
    let bodyBytes: Int

    /// - Returns: Nil while the head is not whole.
    init?(_ bytes: UnsafeRawBufferPointer) {
        let space = UInt8(ascii: " ")
        guard bytes.count > 12, let end = bytes.end(of: "\r\n\r\n") else { return nil }
        self.bytes = end
        status = Self.number(in: bytes[9..<12])
        var bodyBytes = 0
        for line in bytes[..<self.bytes].split(separator: UInt8(ascii: "\n")) {
            guard let first = line.first, first | 0x20 == UInt8(ascii: "c"), line.count > 16,
                strncasecmp(bytes.baseAddress! + line.startIndex, "content-length:", 15) == 0
            else { continue }
            bodyBytes = Self.number(in: line.dropFirst(15).drop { $0 == space })
        }
        self.bodyBytes = bodyBytes
    }

    private static func number(in digits: Slice<UnsafeRawBufferPointer>) -> Int {
        digits.prefix { (0x30...0x39).contains($0) }.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}

/// The load met something else than success, so its figures would mean nothing.
struct LoadError: Error, CustomStringConvertible {
    let description: String
}
