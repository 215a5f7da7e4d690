import AsyncHTTPClient
import Clockwork
import Testing
import Wire

@testable import Outages

@Suite(.timeLimit(.minutes(1))) struct `The relay's desk` {
    @Test func `tells of faults as they were asked for`() async throws {
        try await RelayHouse.with { house in
            let wish = FaultWish(
                try ArrowFault(kind: "latency", parameters: ["ms": "200"]), on: RelayHouse.arrow,
                for: .seconds(20), name: "slow")
            let told = try await house.control.add(wish)
            let listed = try #require(try await house.control.list().first?.faults.first)

            #expect(told.name == "slow" && told.fault == wish.fault && told.arrow == wish.arrow)
            #expect(told.left > .seconds(19) && told.left <= .seconds(20))
            #expect(listed.name == "slow" && listed.fault == wish.fault && listed.beganAt == told.beganAt)
        }
    }

    @Test func `finds a name where none is told`() async throws {
        try await RelayHouse.with { house in
            for _ in 1...2 { try await house.add("cut_up") }
            try await house.control.remove("cut_up-1")
            try await house.add("cut_up")

            #expect(try await house.control.list()[0].faults.map(\.name) == ["cut_up-2", "cut_up-1"])
        }
    }

    @Test func `shows each of several faults, whatever the others do to a request`() async throws {
        try await RelayHouse.with { house in
            try await house.add("status", ["code": "503"], name: "no")
            try await house.add("lose_reply", ["probability": "0.5"], name: "deaf")
            try await house.add("latency", ["ms": "30"], name: "slow")
            try await house.add("repeat", ["times": "2"], name: "again")

            for name in ["no", "deaf", "slow", "again"] {
                #expect(try await !house.control.prove(name).isEmpty, "\(name)")
            }
        }
    }

    @Test func `refuses what cannot be meant`() async throws {
        try await RelayHouse.with { house in
            try await house.add("down", name: "taken")
            let elsewhere = FaultWish(.down, on: ArrowName(rawValue: "shop->moon"))
            await #expect(
                throws: ArrowControlError.refused(
                    status: 404, "There is no arrow \"shop->moon\" here. Choose one of shop->broker.")
            ) { try await house.control.add(elsewhere) }
            await Self.expect(409, house) { try await house.add("down", name: "taken") }
            await Self.expect(400, house) { try await house.add("down", name: "not fit") }
            await Self.expect(400, house) { try await house.add("down", for: .zero) }
            await Self.expect(404, house) { try await house.control.remove("other") }

            #expect(try await house.control.list()[0].faults.map(\.name) == ["taken"])
        }
    }

    @Test(
        arguments: [
            (WireRequest(method: "POST", path: "/arrows/faults"), 415),
            (WireRequest(method: "GET", path: "/arrows", headers: ["origin": "http://evil.example"]), 403),
            (WireRequest(method: "GET", path: "/arrows", headers: ["host": "evil.example"]), 421),
            (WireRequest(method: "PUT", path: "/arrows"), 405),
            (WireRequest(method: "GET", path: "/"), 404),
            (.wish("[]"), 400), (.wish("{"), 400), (.wish(#"{"arrow": "shop->broker"}"#), 400),
            (.wish(#"{"arrow": "shop->broker", "kind": "down", "forms": 1}"#), 400),
            (.wish(#"{"arrow": "shop->broker", "kind": "down", "for_ms": "long"}"#), 400),
            (.wish(#"{"arrow": "shop->broker", "kind": "latency", "parameters": {"ms": true}}"#), 400),
            (.wish(#"{"arrow": "shop->broker", "kind": "latency", "parameters": {"ms": 5}}"#), 201),
        ] as [(WireRequest, Int)])
    func `answers strangers and mistakes with a status and words`(request: WireRequest, status: Int)
        async throws
    {
        try await RelayHouse.with { house in
            var request = request
            if request.headers["host"] == nil { request.headers.append("host", "127.0.0.1:1") }
            let answer = await ArrowDesk(of: house.relay).answer(request)

            #expect(answer.status == status && !answer.body.isEmpty)
        }
    }

    private static func expect(
        _ status: Int, _ house: RelayHouse, _ deed: () async throws -> Void
    ) async {
        let error = await #expect(throws: ArrowControlError.self) { try await deed() }
        guard case .refused(status, _)? = error else {
            Issue.record("\(String(describing: error)) instead of \(status)")
            return
        }
    }
}

extension WireRequest {
    fileprivate static func wish(_ body: String) -> WireRequest {
        WireRequest(
            path: "/arrows/faults", headers: ["content-type": "application/json"], body: Array(body.utf8))
    }
}

@Suite(.timeLimit(.minutes(1))) struct `The proof of a fault` {
    @Test(
        arguments: [
            ("down", [:], "connection refused after"),
            ("timeout", [:], "no answer within 300 ms"),
            ("timeout", ["ms": "20"], "connection closed after"),
            ("timeout", ["ms": "60000"], "due after 60000 ms; not yet after"),
            ("latency", ["ms": "40", "jitter": "10"], "answered 200 after"),
            ("latency", ["ms": "60000", "probability": "0.01"], "no answer within"),
            ("bandwidth", ["rate": "100"], "the relay noted it"),
            ("slicer", ["bytes": "10"], "the relay noted it"),
            ("slow_close", ["delay": "40"], "the end came"),
            ("limit_data", ["bytes": "10"], "connection closed after"),
            ("limit_data", ["bytes": "1000000"], "the relay noted it"),
            ("reset_peer", [:], "connection reset after"),
            ("reset_peer", ["ms": "20"], "connection reset after"),
            ("cut_up", [:], "no answer within 300 ms"),
            ("cut_down", [:], "no answer within 300 ms"),
            ("status", ["code": "503", "probability": "0.01"], "answered 503 after"),
            ("status", ["code": "429", "first": "1"], "answered 429 after"),
            ("lose_reply", ["probability": "0.01"], "instead of an answer"),
            ("repeat", ["times": "2"], "the relay noted it 1 times"),
        ] as [(String, [String: String], String)])
    func `tells what was seen`(kind: String, parameters: [String: String], words: String) async throws {
        try await RelayHouse.with { house in
            try await house.add(kind, parameters, name: "f")

            let proof = try await house.control.prove("f")

            #expect(proof.contains(words), "\(proof)")
        }
    }

    @Test func `uses up nothing of a fault that counts`() async throws {
        try await RelayHouse.with { house in
            try await house.add("status", ["code": "503", "first": "1"], name: "f")
            _ = try await house.control.prove("f")
            let caller = try await RawCaller.connect(to: house.port)

            #expect(try await caller.ask(.post("1"), until: "way.\n").hasPrefix("HTTP/1.1 503"))
            #expect(try await caller.ask(.post("2")).hasPrefix("HTTP/1.1 200"))
        }
    }

    /// Nothing goes up; so what would hold answers back is never felt.
    @Test func `fails where the fault is not felt`() async throws {
        try await RelayHouse.with { house in
            try await house.add("cut_up", name: "near")
            try await house.add("latency", ["ms": "50", "direction": "down"], name: "far")

            let error = await #expect(throws: ArrowControlError.self) { try await house.control.prove("far") }

            guard case .unproven("far", _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func `needs a fault that is in effect`() async throws {
        try await RelayHouse.with { house in
            await #expect(throws: ArrowControlError.notInEffect("f")) { try await house.control.prove("f") }
        }
    }
}
