import AsyncHTTPClient
import Clockwork
import Logging
import ServiceLifecycle
import Synchronization
import Testing
import Wire

@testable import Outages

/// A relay with one arrow to a real target, the desk at which faults are asked for, and one who asks.
final class RelayHouse: Sendable {
    static let arrow = ArrowName.shopToBroker

    let relay: ArrowRelay
    let control: ArrowControl
    /// Where callers connect to.
    let port: Int
    private let seen: Seen

    /// What the target has heard.
    private final class Seen: Sendable {
        let bodies = Mutex<[String]>([])
        let bell = Bell()
        /// What is still to be said in the answer that goes on.
        let words = Mutex<[String]>([])
        let spoken = Bell()

        /// Says it, once there is something to say.
        func nextPiece() async throws -> WireResponse.Piece {
            while true {
                let word = words.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                if let word { return WireResponse.Piece(Array(word.utf8)) }
                try Task.checkCancellation()
                await spoken.heard()
            }
        }
    }

    private init(relay: ArrowRelay, control: ArrowControl, port: Int, seen: Seen) {
        self.relay = relay
        self.control = control
        self.port = port
        self.seen = seen
    }

    /// Bodies of the requests that reached the target, in their order.
    var heard: [String] { seen.bodies.withLock(\.self) }

    /// Waits until the target has heard so many requests.
    func target(hears count: Int) async {
        while heard.count < count { await seen.bell.heard() }
    }

    /// Lets the target go on with its answer to a request to `/endless`.
    func targetSays(_ piece: String) {
        seen.words.withLock { $0.append(piece) }
        seen.spoken.ring()
    }

    func add(
        _ kind: String, _ parameters: [String: String] = [:], for span: Duration = .seconds(30),
        name: String? = nil
    ) async throws {
        _ = try await control.add(
            FaultWish(
                try ArrowFault(kind: kind, parameters: parameters), on: Self.arrow, for: span, name: name))
    }

    /// Waits until something is so in the relay, which tells nobody of its own accord.
    func wait(until isSo: (ArrowStatus) -> Bool) async throws {
        while true {
            let arrow = try #require(try await relay.arrows().first)
            if isSo(arrow) { return }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// - Parameter target: Where the arrow leads; nil for a server of the test's own, which answers `ok`, or the body
    ///   of a request to `/echo`, and has no body for `HEAD`; its answer to `/endless` goes on for ever.
    static func with(
        target: Int? = nil, seed: UInt64 = 1, _ work: @escaping @Sendable (RelayHouse) async throws -> Void
    ) async throws {
        let seen = Seen()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            let server = Port()
            tasks.addTask { try await listener(telling: server) { answer($0, seen) }.run() }
            let own = await server.told
            let ports = Port()
            let plan = ArrowPlan(name: arrow, listener: .init(port: 0), target: .init(port: target ?? own))
            let relay = ArrowRelay(
                [plan], seed: seed, logger: .mute, listening: { ports.tell($0[arrow] ?? 0) })
            tasks.addTask { try await relay.run() }
            let desk = Port()
            tasks.addTask { try await listener(telling: desk, ArrowDesk(of: relay).answer).run() }
            let (port, deskPort) = (await ports.told, await desk.told)
            try await NetworkTransport.withHTTPClient { http in
                let control = ArrowControl(endpoint: "http://127.0.0.1:\(deskPort)", http: http)
                try await work(RelayHouse(relay: relay, control: control, port: port, seen: seen))
            }
            tasks.cancelAll()
        }
    }

    private static func answer(_ request: WireRequest, _ seen: Seen) -> WireResponse {
        guard request.path != "/health/live" else { return WireResponse(status: 200) }
        seen.bodies.withLock { $0.append(String(decoding: request.body, as: UTF8.self)) }
        seen.bell.ring()
        if request.path == "/endless" {
            return WireResponse(status: 200, rest: { try await seen.nextPiece() })
        }
        return WireResponse(status: 200, body: request.path == "/echo" ? request.body : Array("ok".utf8))
    }

    private static func listener(
        telling port: Port, _ answer: @escaping HTTPListener.Answer
    ) -> HTTPListener {
        var limits = HTTPListener.Limits()
        limits.farewell = .zero
        return HTTPListener(
            host: "127.0.0.1", port: 0, limits: limits, surroundings: .system(), logger: .mute,
            listening: { port.tell($0) }, answer: answer)
    }

    /// A port that will be known.
    private final class Port: Sendable {
        private let number = Mutex(0)
        private let bell = Bell()

        func tell(_ port: Int) {
            number.withLock { $0 = port }
            bell.ring()
        }

        var told: Int {
            get async {
                await bell.heard()
                return number.withLock(\.self)
            }
        }
    }
}

extension Logger {
    static let mute = Logger(label: "relay") { _ in SwiftLogNoOpLogHandler() }
}
