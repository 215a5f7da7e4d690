import Clockwork
import Wire

/// The wires between the computers of a simulated street: what is sent over them arrives late, twice or not at all, as the
/// weather and the seed will have it.
///
/// It carries the same signed bytes as a real network would. A caller whose server dies sees its connection cut; a server
/// whose caller has hung up, or has died, is told so. Lives on its world's thread.
final class SimulatedNetwork: @unchecked Sendable {  // on one thread, as said above
    /// One direction between two computers.
    struct Arrow: Hashable {
        var from: String
        var to: String
    }

    typealias Answer = @Sendable (WireRequest) async -> WireResponse?

    private let world: SimulatedWorld
    private var random: SeededGenerator
    private var listeners: [String: Listener] = [:]
    /// Calls that a dying computer may be in the middle of, in the order in which they were made.
    private var calls: [SimulatedCall] = []
    /// Answers that go on, in the order in which they began.
    private var pushes: [SimulatedPush] = []

    var weather = Weather.calm
    /// Nothing that is sent this way arrives.
    var cutArrows: Set<Arrow> = []
    /// What a scenario has put on single ways.
    private var faults: [WireFault] = []
    /// Says who is to die before he hears an answer.
    var watch: PointWatch?
    private(set) var sightings = Sightings()

    private struct Listener {
        let host: SimulatedHost
        let answer: Answer
    }

    init(world: SimulatedWorld, seed: UInt64) {
        self.world = world
        random = SeededGenerator(seed: seed)
    }

    /// Lets a computer answer what is sent to its name, until it dies.
    func listen(on host: SimulatedHost, _ answer: @escaping Answer) {
        listeners[host.name] = Listener(host: host, answer: answer)
    }

    /// How a program on `host` reaches the computer called `name`.
    ///
    /// - Parameter arrow: The way between two roles that this is; nil where no fault is ever put on it.
    func transport(
        from host: SimulatedHost, to name: String, over arrow: FaultArrow? = nil
    ) -> SimulatedTransport {
        SimulatedTransport(network: self, host: host, server: name, arrow: arrow)
    }

    /// Puts a fault on a way; one that is down drops what is under way on it.
    func add(_ fault: WireFault) {
        faults.append(fault)
        guard fault.fault.kind == .down else { return }
        for call in calls where call.arrow == fault.arrow && call.isOpen {
            world.after(lag()) { call.fail("the connection was cut", at: .exchange) }
            hangUp(call)
        }
        for push in pushes where push.arrow == fault.arrow { cut(push) }
    }

    /// Ends a fault. Whoever waits for what it has swallowed sees the connection close, for what went on behind a hole
    /// would pass for the whole.
    func removeFault(named name: String) {
        faults.removeAll { $0.fault.name == name }
        for call in calls where call.swallowedBy == name && call.isOpen {
            world.after(lag()) { call.fail("the connection was cut", at: .exchange) }
        }
        for push in pushes where push.swallowedBy == name { cut(push) }
    }

    private func swallow(_ call: SimulatedCall, by fault: WireFault, toldAfter span: Duration?) {
        call.swallowedBy = fault.fault.name
        guard let span else { return }
        world.after(span) { call.fail("the connection was cut", at: .exchange) }
    }

    /// Tells the other ends of a computer's connections that it has died.
    func mourn(_ host: SimulatedHost) {
        for call in calls {
            if call.server === host, call.isOpen {
                sightings.note(.connectionCut)
                world.after(lag()) { call.fail("the connection was cut", at: .exchange) }
            }
            if call.client === host { hangUp(call) }
        }
        calls.removeAll { $0.server === host || $0.client === host }
        for push in pushes where push.server === host { cut(push) }
        for push in pushes where push.client === host {
            hangUp(push)
            push.fail("its caller has died")
        }
        pushes.removeAll { $0.client === host || $0.isOver }
    }

    // MARK: One call

    fileprivate func begin(_ call: SimulatedCall, patience: Duration) {
        var passage = weather.passage(using: &random)
        world.note(UInt64(bitPattern: passage.requestDelay.microseconds))
        calls.removeAll { !$0.isOpen }
        calls.append(call)
        call.server = listeners[call.serverName]?.host
        call.patience = call.client.after(patience) { [self] in
            call.fail("no answer came in time", at: .patience)
            hangUp(call)
        }
        guard
            !isSwallowed(from: call.client.name, to: call.serverName, passage.isRequestLost, as: .requestLost)
        else { return lose(call, passage) }
        guard setsOut(call, &passage) else { return }
        world.after(passage.requestDelay) { [self, passage] in arrive(call, passage) }
        guard let later = passage.repeatAfter else { return }
        sightings.note(.requestRepeated)
        world.after(passage.requestDelay + later) { [self, passage] in arrive(call, passage) }
    }

    /// What the faults on its way do to a request.
    ///
    /// - Returns: False when it does not arrive.
    private func setsOut(_ call: SimulatedCall, _ passage: inout Passage) -> Bool {
        for place in faults.indices where faults[place].arrow == call.arrow {
            switch faults[place].fateOfRequest(using: &random) {
            case .passes: continue
            case .late(let span):
                call.isHeldUp = true
                passage.requestDelay += span
            case .repeated(let times):
                for number in 1...times {
                    world.after(passage.requestDelay + passage.replyDelay * number) { [self, passage] in
                        arrive(call, passage)
                    }
                }
            case .refused:
                world.after(lag()) { call.fail("nobody listens there", at: .connection) }
                return false
            case .swallowed(let span):
                swallow(call, by: faults[place], toldAfter: span)
                return false
            case .cut:
                world.after(lag()) { call.fail("the connection was cut", at: .exchange) }
                return false
            case .answered(let response):
                world.after(lag()) { call.finish(.success(response)) }
                return false
            }
        }
        return true
    }

    /// What the faults on its way do to an answer.
    ///
    /// - Returns: How much later it comes; nil when it does not.
    private func comesBack(to call: SimulatedCall) -> Duration? {
        var later = Duration.zero
        for fault in faults where fault.arrow == call.arrow {
            switch fault.fateOfReply(using: &random) {
            case .late(let span): later += span
            case .cut:
                sightings.note(.replyLost)
                world.after(lag()) { call.fail("the connection was cut", at: .exchange) }
                return nil
            case .swallowed(let span):
                swallow(call, by: fault, toldAfter: span)
                return nil
            case .passes, .repeated, .refused, .answered: continue
            }
        }
        return later
    }

    private func arrive(_ call: SimulatedCall, _ passage: Passage) {
        // What is held up on its way goes no further once its sender's connection is gone.
        guard call.client.isAlive || !call.isHeldUp else { return }
        guard let listener = listeners[call.serverName], listener.host.isAlive else {
            return call.fail("nobody listens there", at: .connection)
        }
        call.server = listener.host
        let request = call.request
        call.work.append(
            // Not a child of anything: it lives as long as this request, and ends with the connection at the latest.
            Task(executorPreference: listener.host) { [self] in
                let response = await listener.answer(request)
                reply(response, to: call, from: listener.host, passage)
            })
    }

    private func reply(
        _ response: WireResponse?, to call: SimulatedCall, from server: SimulatedHost, _ passage: Passage
    ) {
        guard server.isAlive, call.isOpen else { return }
        guard var response else { return call.fail("the connection was cut", at: .exchange) }
        response.headers.append("date", HTTPDate.text(for: server.now))
        guard !isSwallowed(from: server.name, to: call.client.name, passage.isReplyLost, as: .replyLost)
        else {
            return lose(call, passage)
        }
        guard let later = comesBack(to: call) else { return }
        if let rest = response.rest { response.rest = carry(rest, to: call, from: server) }
        world.after(passage.replyDelay + later) { [self] in
            if call.isOpen, watch?.hears(answerTo: call.request, in: call.client.name) == true {
                call.client.die()
            }
            call.finish(.success(response))
        }
    }

    // MARK: Answers that go on

    /// Brings the rest of an answer over the wire: a piece sets out when the caller has taken the one before.
    private func carry(
        _ rest: @escaping WireResponse.Rest, to call: SimulatedCall, from server: SimulatedHost
    ) -> WireResponse.Rest {
        let push = SimulatedPush(to: call.client, from: server, over: call.arrow)
        pushes.removeAll(where: \.isOver)
        pushes.append(push)
        return { [self] in
            try Task.checkCancellation()
            return try await withTaskCancellationHandler {
                try await withUnsafeThrowingContinuation { caller in
                    push.begin(caller)
                    guard !push.isOver else { return push.fail("the connection was cut") }
                    guard !Task.isCancelled, push.client.isAlive else {
                        return push.finish(.failure(CancellationError()))
                    }
                    // On the server's own computer, as the answer itself. It lives no longer than the connection.
                    push.work = Task(executorPreference: server) { [self] in
                        let result: Result<WireResponse.Piece, any Error>
                        do { result = .success(try await rest()) } catch { result = .failure(error) }
                        setOut(result, of: push)
                    }
                }
            } onCancel: {
                push.finish(.failure(CancellationError()))
                hangUp(push)
            }
        }
    }

    private func setOut(_ piece: Result<WireResponse.Piece, any Error>, of push: SimulatedPush) {
        guard push.server.isAlive, !push.isOver else { return }
        guard case .success = piece else { return cut(push) }
        let passage = weather.passage(using: &random)
        world.note(UInt64(bitPattern: passage.replyDelay.microseconds))
        guard
            !isSwallowed(from: push.server.name, to: push.client.name, passage.isReplyLost, as: .replyLost)
        else {
            // What came behind it would pass for the whole.
            if passage.tellsOfLoss { cut(push) } else { push.isOver = true }
            return
        }
        var delay = passage.replyDelay
        for place in faults.indices where faults[place].arrow == push.arrow {
            switch faults[place].fateOfPiece(using: &random) {
            case .late(let span): delay += span
            case .cut: return cut(push)
            case .swallowed(let span):
                push.swallowedBy = faults[place].fault.name
                if let span { world.after(span) { [self] in cut(push) } }
                return
            case .passes, .repeated, .refused, .answered: continue
            }
        }
        world.after(delay) { push.finish(piece) }
    }

    /// Ends a connection over which an answer goes on; either side sees it.
    private func cut(_ push: SimulatedPush) {
        guard !push.isOver else { return }
        push.isOver = true
        sightings.note(.connectionCut)
        world.after(lag()) { push.fail("the connection was cut") }
        hangUp(push)
    }

    private func hangUp(_ push: SimulatedPush) {
        push.isOver = true
        guard let work = push.work, push.server.isAlive else { return }
        world.after(lag()) { [server = push.server] in
            // On the server's own computer, for it may be frozen.
            _ = Task(executorPreference: server) { work.cancel() }
        }
    }

    private func isSwallowed(from: String, to: String, _ isLost: Bool, as loss: Sighting) -> Bool {
        if cutArrows.contains(Arrow(from: from, to: to)) {
            sightings.note(.partition)
            return true
        }
        if isLost { sightings.note(loss) }
        return isLost
    }

    /// The caller sees a cut connection, or waits for what will not come.
    private func lose(_ call: SimulatedCall, _ passage: Passage) {
        guard passage.tellsOfLoss else { return }
        world.after(passage.replyDelay) { call.fail("the connection was cut", at: .exchange) }
    }

    /// Tells those who work for a caller that he is no longer there.
    fileprivate func hangUp(_ call: SimulatedCall) {
        let work = call.work
        guard !work.isEmpty, let server = call.server, server.isAlive else { return }
        world.after(lag()) {
            // On the server's own computer, for it may be frozen.
            _ = Task(executorPreference: server) { for task in work { task.cancel() } }
        }
    }

    private func lag() -> Duration { random.span(in: weather.delay) }

    /// Ends every call, so that whoever waits for one can end too.
    func dissolve() {
        listeners = [:]
        for call in calls {
            call.fail("the world has ended", at: .exchange)
            for task in call.work { task.cancel() }
        }
        calls = []
        for push in pushes {
            push.isOver = true
            push.fail("the world has ended")
            push.work?.cancel()
        }
        pushes = []
    }
}

/// A call from one computer to another, until it has an end.
private final class SimulatedCall: @unchecked Sendable {  // lives on its world's thread
    let client: SimulatedHost
    let serverName: String
    let arrow: FaultArrow?
    let request: WireRequest
    var server: SimulatedHost?
    /// Those who answer: one, or two where the request arrived twice.
    var work: [Task<Void, Never>] = []
    var patience: SimulatedTimer?
    /// Whether a fault makes its request late.
    var isHeldUp = false
    /// The fault that has taken its request or its answer.
    var swallowedBy: String?
    private var caller: UnsafeContinuation<WireResponse, any Error>?

    init(_ request: WireRequest, from client: SimulatedHost, to server: String, over arrow: FaultArrow?) {
        self.request = request
        self.client = client
        serverName = server
        self.arrow = arrow
    }

    var isOpen: Bool { caller != nil }

    func begin(_ caller: UnsafeContinuation<WireResponse, any Error>) { self.caller = caller }

    func fail(_ words: String, at stage: TransportError.Stage) {
        finish(.failure(TransportError("\(serverName): \(words)", at: stage)))
    }

    func finish(_ result: Result<WireResponse, any Error>) {
        let waiting = caller
        caller = nil
        patience?.cancel()
        patience = nil
        waiting?.resume(with: result)
    }
}

/// How a program on one computer reaches another one.
struct SimulatedTransport: Transport {
    fileprivate let network: SimulatedNetwork
    fileprivate let host: SimulatedHost
    fileprivate let server: String
    fileprivate let arrow: FaultArrow?

    var endpoint: String { "http://\(server)" }

    func send(_ request: WireRequest, timeout: Duration) async throws -> WireResponse {
        try Task.checkCancellation()
        let call = SimulatedCall(request, from: host, to: server, over: arrow)
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { caller in
                call.begin(caller)
                guard !Task.isCancelled, host.isAlive else {
                    return call.finish(.failure(CancellationError()))
                }
                network.begin(call, patience: timeout)
            }
        } onCancel: {
            guard call.isOpen else { return }
            call.finish(.failure(CancellationError()))
            network.hangUp(call)
        }
    }
}
