import Clockwork
import NIOCore
import NIOHTTP1

/// One caller's connection: gathers a request, has it answered, writes the answer in one piece, and so on.
///
/// All state belongs to the connection's event loop.
final class HTTPConnection: ChannelInboundHandler, @unchecked Sendable {  // touched on its event loop only
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let channel: any Channel
    private let executor: LoopExecutor
    private let limits: HTTPListener.Limits
    private let time: any TimeSource
    private let connections: OpenConnections
    private let answer: HTTPListener.Answer

    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var work: Task<Void, Never>?
    private var isWorking = false
    private var lastHeard: Duration
    private var closesOnceIdle = false

    init(
        channel: any Channel, limits: HTTPListener.Limits, time: any TimeSource, connections: OpenConnections,
        answer: @escaping HTTPListener.Answer
    ) {
        self.channel = channel
        self.executor = LoopExecutor(channel.eventLoop)
        self.limits = limits
        self.time = time
        self.connections = connections
        self.answer = answer
        lastHeard = time.uptime
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            begin(head)
        case .body(let part):
            guard head != nil else { return }
            guard body.count + part.readableBytes <= limits.bodyBytes else { return refuse(.payloadTooLarge) }
            body.append(contentsOf: part.readableBytesView)
        case .end:
            guard let head else { return }
            self.head = nil
            respond(to: head)
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        lastHeard = time.uptime
        let announced = head.headers.first(name: "content-length").flatMap(Int.init)
        if let announced, announced > limits.bodyBytes { return refuse(.payloadTooLarge) }
        if let coding = head.headers.first(name: "content-encoding"), coding.lowercased() != "identity" {
            return refuse(.unsupportedMediaType)
        }
        self.head = head
        body = []
        if let announced { body.reserveCapacity(min(announced, 1 << 20)) }
        if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
            channel.writeAndFlush(
                HTTPServerResponsePart.head(.init(version: .http1_1, status: .continue)), promise: nil)
        }
    }

    private func respond(to head: HTTPRequestHead) {
        let uri = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let request = WireRequest(
            method: head.method.rawValue, path: uri.first.map(String.init) ?? "/",
            query: uri.count > 1 ? String(uri[1]) : "",
            headers: WireHeaders(
                lowercased: head.headers.map { (name: $0.name.lowercased(), value: $0.value) }),
            body: body)
        body = []
        let keepsOpen = head.isKeepAlive && !closesOnceIdle
        isWorking = true
        // Not a child of anything: it lives as long as this request, and ends with the connection at the latest.
        work = Task.immediate(executorPreference: executor) { [self, answer] in
            finish(with: await answer(request), keepsOpen: keepsOpen)
        }
    }

    private func finish(with response: WireResponse?, keepsOpen: Bool) {
        channel.eventLoop.preconditionInEventLoop()  // the task ran on no other executor
        isWorking = false
        lastHeard = time.uptime
        guard let response else { return cut() }
        write(response, keepsOpen: keepsOpen && !closesOnceIdle)
    }

    private func write(_ response: WireResponse, keepsOpen: Bool) {
        var headers = HTTPHeaders()
        headers.reserveCapacity(response.headers.fields.count + 3)
        for field in response.headers.fields { headers.add(name: field.name, value: field.value) }
        headers.add(name: "date", value: HTTPDate.text(for: time.now))
        headers.add(name: "content-length", value: String(response.body.count))
        if !keepsOpen { headers.add(name: "connection", value: "close") }
        let status = HTTPResponseStatus(statusCode: response.status)
        channel.write(
            HTTPServerResponsePart.head(.init(version: .http1_1, status: status, headers: headers)),
            promise: nil)
        if !response.body.isEmpty {
            channel.write(
                HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: response.body))), promise: nil)
        }
        let written = channel.writeAndFlush(HTTPServerResponsePart.end(nil))
        if !keepsOpen { written.whenComplete { [channel] _ in channel.close(promise: nil) } }
    }

    /// Answers at once, without reading on.
    private func refuse(_ status: HTTPResponseStatus) {
        head = nil
        body = []
        closesOnceIdle = true
        write(WireResponse(status: Int(status.code)), keepsOpen: false)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { work?.cancel() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        work?.cancel()
        connections.forget(self)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        work?.cancel()
        context.close(promise: nil)
    }

    // From other threads:

    func cutIfSilent(at uptime: Duration) {
        channel.eventLoop.execute { [self] in
            guard !isWorking else { return }
            if uptime - lastHeard > (head == nil ? limits.idle : limits.arrival) { cut() }
        }
    }

    func closeOnceIdle() {
        channel.eventLoop.execute { [self] in
            closesOnceIdle = true
            if !isWorking { cut() }
        }
    }

    func cut() {
        channel.close(promise: nil)
    }
}

/// Runs tasks on an event loop, so that neither side has to change threads to meet the other.
private final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// The `Date` header's form. Source: RFC 9110, section 5.6.7.
enum HTTPDate {
    static func text(for moment: Timestamp) -> String {
        let time = CalendarTime(moment)
        let days = moment.seconds / 86_400
        let weekday = weekdays[Int(days % 7)]
        var text = Array("\(weekday), ".utf8)
        text.reserveCapacity(29)
        text.appendDigits(time.day, width: 2)
        text.append(contentsOf: " \(months[time.month - 1]) ".utf8)
        text.appendDigits(time.year, width: 4)
        text.append(UInt8(ascii: " "))
        text.appendDigits(time.hour, width: 2)
        text.append(UInt8(ascii: ":"))
        text.appendDigits(time.minute, width: 2)
        text.append(UInt8(ascii: ":"))
        text.appendDigits(time.second, width: 2)
        text.append(contentsOf: " GMT".utf8)
        return String(decoding: text, as: UTF8.self)
    }

    /// 1 January 1970 was a Thursday.
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
