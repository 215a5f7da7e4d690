import Clockwork
import Foundation
import JSON
import Synchronization
import Testing
import Wire

@testable import Outages

@Suite(.timeLimit(.minutes(1))) struct `A fault desk` {
    @Test func `brings a fault about, tells its proof, and ends it by itself`() async throws {
        let scene = try Scene()
        let told = try await scene.desk.add(try FaultRequest(words: ["oms", "kill", "--for", "20ms"]))

        #expect(told.proof == "seen: oms kill")
        #expect(scene.injector.log == ["oms kill began"])
        await scene.injector.ended.heard()
        #expect(scene.injector.log == ["oms kill began", "oms kill ended"])
        #expect(await scene.desk.active.isEmpty)
    }

    @Test func `keeps several, and ends the latest first`() async throws {
        let scene = try Scene()
        for words in [["oms", "kill"], ["broker", "freeze"]] {
            _ = try await scene.desk.add(try FaultRequest(words: words))
        }
        #expect(await scene.desk.active.map(\.fault.name) == ["oms-kill", "broker-freeze"])

        await scene.desk.clearAll()

        #expect(scene.injector.log.suffix(2) == ["broker freeze ended", "oms kill ended"])
        #expect(await scene.desk.active.isEmpty)
    }

    @Test func `has one of each name, and says which there are`() async throws {
        let scene = try Scene()
        let fault = try FaultRequest(words: ["oms", "kill", "--name", "x"])
        _ = try await scene.desk.add(fault)

        await #expect(throws: FaultFailure.nameTaken("x")) { try await scene.desk.add(fault) }
        await #expect(throws: FaultFailure.unknownName("y", known: ["x"])) { try await scene.desk.clear("y") }
        try await scene.desk.clear("x")
        _ = try await scene.desk.add(fault)
    }

    @Test func `has nothing in effect that was not felt`() async throws {
        let scene = try Scene(isFelt: false)
        let fault = try FaultRequest(words: ["oms", "kill"])

        await #expect(throws: FaultFailure.unproven(fault, seen: "nothing")) {
            try await scene.desk.add(fault)
        }
        #expect(await scene.desk.active.isEmpty)
    }

    @Test func `writes down when it was asked for, when it took effect, and what ended it`() async throws {
        let scene = try Scene()
        _ = try await scene.desk.add(try FaultRequest(words: ["oms", "kill"]))
        await scene.desk.clearAll()

        let lines = try scene.lines()
        #expect(lines.count == 2)
        #expect(lines[0]["requested_at"]?.string != nil && lines[0]["proof"]?.string == "seen: oms kill")
        #expect(lines[1]["ended_by"]?.string == "clear" && lines[1]["ended_at"]?.string != nil)
    }

    @Test(arguments: [
        (["oms", "frezze"], 400, "freeze"), (["oms", "kill", "--for", "soon"], 400, "--for"),
        (["courier", "jump", "offset=1s"], 400, "cannot happen"),
    ])
    func `is asked through a door that says what is wrong`(
        words: [String], status: Int, hint: String
    ) async throws {
        let scene = try Scene()
        let answer = await scene.post(words)

        #expect(answer.status == status)
        #expect(String(decoding: answer.body, as: UTF8.self).contains(hint))
    }

    @Test func `is asked through a door, listed and cleared there`() async throws {
        let scene = try Scene()
        #expect(await scene.post(["oms", "kill"]).status == 201)
        #expect(await scene.post(["oms", "kill"]).status == 409)
        let list = await scene.ask("GET", "/faults").body
        #expect(String(decoding: list, as: UTF8.self).contains("oms-kill"))
        #expect(await scene.ask("DELETE", "/faults/nothing").status == 404)
        #expect(await scene.ask("DELETE", "/faults/oms-kill").status == 204)
        #expect(await scene.ask("DELETE", "/faults").status == 204)
        #expect(await scene.desk.active.isEmpty)
    }

    @Test func `lets no web page in`() async throws {
        let scene = try Scene()
        let body: JSONValue = ["words": ["oms", "kill"]]
        for headers: WireHeaders in [
            ["host": "evil.example", "content-type": "application/json"],
            ["host": "127.0.0.1:1", "content-type": "application/json", "origin": "http://evil.example"],
            ["host": "127.0.0.1:1", "content-type": "text/plain"],
        ] {
            let answer = await FaultDoor(to: scene.desk).answer(
                WireRequest(method: "POST", path: "/faults", headers: headers, body: body.bytes))
            #expect([403, 415, 421].contains(answer.status))
        }
        #expect(scene.injector.log.isEmpty)
    }
}

/// A desk whose faults are only noted.
private struct Scene {
    let desk: FaultDesk
    let injector: NotingInjector
    private let directory: RunDirectory
    private let scratch: ScratchDirectory

    init(isFelt: Bool = true) throws {
        scratch = try ScratchDirectory(named: "faults")
        directory = RunDirectory(scratch.path)
        injector = NotingInjector(isFelt: isFelt)
        desk = FaultDesk([injector], journal: Journal(in: directory, time: SystemTime()), time: SystemTime())
    }

    func post(_ words: [String]) async -> WireResponse {
        await ask("POST", "/faults", ["words": .array(words.map(JSONValue.string))])
    }

    func ask(_ method: String, _ path: String, _ body: JSONValue? = nil) async -> WireResponse {
        await FaultDoor(to: desk).answer(
            WireRequest(
                method: method, path: path,
                headers: ["host": "127.0.0.1:1", "content-type": "application/json"], body: body?.bytes ?? [])
        )
    }

    func lines() throws -> [JSONValue] {
        try String(contentsOfFile: directory.faults, encoding: .utf8).split(separator: "\n").map {
            try JSONValue(parsing: String($0))
        }
    }
}

private final class NotingInjector: FaultInjector {
    private let notes = Mutex<[String]>([])
    private let isFelt: Bool
    let ended = Bell()

    init(isFelt: Bool) { self.isFelt = isFelt }

    var log: [String] { notes.withLock(\.self) }

    func isMeant(by fault: FaultRequest) -> Bool { true }

    func inject(_ fault: FaultRequest) async throws -> Injection {
        guard isFelt else { throw FaultFailure.unproven(fault, seen: "nothing") }
        let title = "\(fault.target) \(fault.kind.rawValue)"
        notes.withLock { $0.append("\(title) began") }
        return Injection(proof: "seen: \(title)") { [self] in
            notes.withLock { $0.append("\(title) ended") }
            ended.ring()
        }
    }
}
