import Clockwork
import Testing

@testable import Outages

@Suite(.timeLimit(.minutes(1))) struct `A relay without faults` {
    @Test func `hands on requests and answers of one connection as they come`() async throws {
        try await RelayHouse.with { house in
            let caller = try await RawCaller.connect(to: house.port)
            for number in 1...20 {
                let answer = try await caller.ask(.post("\(number)"))
                #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            }

            #expect(house.heard == (1...20).map(String.init))
            let status = try #require(try await house.control.list().first)
            #expect(status.counters.requests == 20 && status.counters.answers == 20)
            #expect(status.counters.connections == 1 && status.openConnections == 1)
        }
    }

    @Test func `hands on many requests that come in one piece`() async throws {
        try await RelayHouse.with { house in
            let caller = try await RawCaller.connect(to: house.port)
            try await caller.send((1...50).map { String.post("\($0)") }.joined())
            await house.target(hears: 50)

            #expect(house.heard == (1...50).map(String.init))
        }
    }

    @Test func `carries ten mebibytes both ways`() async throws {
        try await RelayHouse.with { house in
            let body = String(repeating: "abcdefghij", count: 1 << 20) + "END"
            let caller = try await RawCaller.connect(to: house.port)
            let answer = try await caller.ask(.post(body, to: "/echo"), until: "END")

            #expect(answer.hasSuffix(body))
            #expect(house.heard == [body])
        }
    }

    @Test func `hands on an answer that goes on, each piece as it comes`() async throws {
        try await RelayHouse.with { house in
            let caller = try await RawCaller.connect(to: house.port)
            try await caller.send(.post("x", to: "/endless"))

            for number in 1...3 {
                house.targetSays("piece \(number)")
                #expect(await caller.hear(until: "piece \(number)\r\n").hasSuffix("7\r\npiece \(number)\r\n"))
            }
            let counters = try await house.control.list()[0].counters
            #expect(counters.requests == 1 && counters.answers == 0)
        }
    }

    @Test func `passes on that the caller will say no more, and still brings the answer`() async throws {
        let target = try await Listening.once { request in "you said \(request)" }
        try await RelayHouse.with(target: target.port) { house in
            let caller = try await RawCaller.connect(to: house.port)
            try await caller.send("no HTTP at all")
            try await caller.finish()

            #expect(await caller.hear(until: "never") == "you said no HTTP at all")
            try await house.wait { $0.openConnections == 0 }
        }
    }

    @Test func `closes the caller's connection where nobody listens`() async throws {
        let nobody = try #require(FreePorts.pick(1).first)
        try await RelayHouse.with(target: nobody) { house in
            let caller = try await RawCaller.connect(to: house.port)

            #expect(await caller.untilEnd() == .closed)
            try await house.wait { $0.openConnections == 0 && $0.counters.unreached == 1 }
        }
    }

    @Test func `keeps nothing of hundreds of connections that have ended`() async throws {
        try await RelayHouse.with { house in
            for number in 0..<300 {
                let caller = try await RawCaller.connect(to: house.port)
                if number.isMultiple(of: 2) { _ = try await caller.ask(.post("x")) }
                try await caller.hangUp()
            }

            try await house.wait { $0.openConnections == 0 }
            #expect(try await house.control.list()[0].counters.connections == 300)
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct `A relay with a fault` {
    @Test func `refuses connections and drops open ones while it is down`() async throws {
        try await RelayHouse.with { house in
            let before = try await RawCaller.connect(to: house.port)
            _ = try await before.ask(.post("before"))
            try await house.add("down", name: "gone")

            #expect(await before.untilEnd() == .closed)
            await #expect(throws: (any Error).self) { try await RawCaller.connect(to: house.port) }
            try await house.control.remove("gone")
            let after = try await RawCaller.connect(to: house.port)
            #expect(try await after.ask(.post("after")).hasSuffix("ok"))
        }
    }

    @Test func `is down and up again as often as it is told`() async throws {
        try await RelayHouse.with { house in
            for number in 1...20 {
                try await house.add("down", name: "d")
                await #expect(throws: (any Error).self) { try await RawCaller.connect(to: house.port) }
                try await house.control.removeAll()
                let caller = try await RawCaller.connect(to: house.port)
                #expect(try await caller.ask(.post("\(number)")).hasSuffix("ok"))
            }
        }
    }

    @Test(arguments: ["timeout", "cut_up", "cut_down"])
    func `swallows without a word, and closes what has a hole when the fault is over`(kind: String)
        async throws
    {
        try await RelayHouse.with { house in
            let (old, idle) = (
                try await RawCaller.connect(to: house.port), try await RawCaller.connect(to: house.port)
            )
            _ = try await old.ask(.post("before"))
            _ = try await idle.ask(.post("before"))
            try await house.add(kind, name: "hole")
            let new = try await RawCaller.connect(to: house.port)
            for caller in [old, new] { try await caller.send(.post("during")) }
            if kind == "cut_down" { await house.target(hears: 4) }
            try await house.wait { $0.faults[0].touches >= 2 }

            #expect(old.text.isEmpty && old.end == nil && new.text.isEmpty && new.end == nil)
            #expect(house.heard.count(where: { $0 == "during" }) == (kind == "cut_down" ? 2 : 0))
            try await house.control.remove("hole")
            #expect(await old.untilEnd() == .closed && old.text.isEmpty)
            #expect(await new.untilEnd() == .closed && new.text.isEmpty)
            #expect(try await idle.ask(.post("after")).hasSuffix("ok"))
        }
    }

    @Test func `lets neither side know of the other's end while it swallows`() async throws {
        try await RelayHouse.with { house in
            let caller = try await RawCaller.connect(to: house.port)
            _ = try await caller.ask(.post("before"))
            try await house.add("cut_up", name: "hole")
            try await caller.hangUp()
            try await house.wait { $0.faults[0].touches >= 1 }

            #expect(try await house.control.list()[0].openConnections == 1)
            try await house.control.remove("hole")
            try await house.wait { $0.openConnections == 0 }
        }
    }

    @Test func `closes a silent connection after the span that was told`() async throws {
        try await RelayHouse.with { house in
            try await house.add("timeout", ["ms": "30"])
            let span = try await SuspendingClock().measure {
                let caller = try await RawCaller.connect(to: house.port)
                try await caller.send(.post("x"))
                #expect(await caller.untilEnd() == .closed)
            }

            #expect(span >= .milliseconds(29) && house.heard.isEmpty)
        }
    }

    @Test(arguments: [("up", 1), ("down", 1), ("both", 2)])
    func `holds requests and answers back`(direction: String, times: Int) async throws {
        try await RelayHouse.with { house in
            let caller = try await RawCaller.connect(to: house.port)
            _ = try await caller.ask(.post("before"))
            try await house.add("latency", ["ms": "30", "direction": direction], name: "slow")
            let span = try await SuspendingClock().measure { _ = try await caller.ask(.post("during")) }

            #expect(span >= .milliseconds(30 * times))
            #expect(try await house.control.list()[0].faults[0].touches == times)
        }
    }

    @Test func `holds back the pieces of an answer that had begun before it`() async throws {
        try await RelayHouse.with { house in
            let caller = try await RawCaller.connect(to: house.port)
            try await caller.send(.post("x", to: "/endless"))
            house.targetSays("before")
            _ = await caller.hear(until: "before\r\n")
            try await house.add("latency", ["ms": "30"], name: "slow")
            let span = await SuspendingClock().measure {
                house.targetSays("during")
                _ = await caller.hear(until: "during\r\n")
            }

            #expect(span >= .milliseconds(30))
            #expect(try await house.control.list()[0].faults[0].touches == 1)
        }
    }

    @Test func `swallows a piece of an answer that goes on, and closes before the next`() async throws {
        try await RelayHouse.with { house in
            let caller = try await RawCaller.connect(to: house.port)
            try await caller.send(.post("x", to: "/endless"))
            house.targetSays("before")
            _ = await caller.hear(until: "before\r\n")
            try await house.add("cut_down", name: "hole")
            house.targetSays("lost")
            try await house.wait { $0.faults.first?.touches == 1 }
            #expect(caller.end == nil)
            try await house.control.remove("hole")

            #expect(await caller.untilEnd() == .closed)
            #expect(caller.text.isEmpty)
        }
    }

    @Test func `lets go of what it holds back when it ends`() async throws {
        try await RelayHouse.with { house in
            try await house.add("latency", ["ms": "3600000", "direction": "both"], name: "endless")
            let caller = try await RawCaller.connect(to: house.port)
            try await caller.send(.post("x"))
            try await house.wait { $0.faults[0].touches == 1 }
            try await house.control.remove("endless")

            #expect(await caller.hear(until: "ok").hasSuffix("ok"))
        }
    }

    @Test func `goes at the rate that was told, and in slices`() async throws {
        try await RelayHouse.with { house in
            let caller = try await RawCaller.connect(to: house.port)
            try await house.add("bandwidth", ["rate": "100", "direction": "up"])
            try await house.add("slicer", ["bytes": "1000", "direction": "up"])
            let body = String(repeating: "x", count: 8 << 10)
            let span = try await SuspendingClock().measure { _ = try await caller.ask(.post(body)) }

            // 8 KiB at 100 KiB/s, less the 20 ms that a flow may be ahead.
            #expect(span >= .milliseconds(50))
            #expect(house.heard == [body])
            #expect(try await house.control.list()[0].faults[1].touches >= 9)
        }
    }

    @Test func `passes an end on late`() async throws {
        try await RelayHouse.with { house in
            try await house.add("slow_close", ["delay": "40"])
            let caller = try await RawCaller.connect(to: house.port)
            let span = try await SuspendingClock().measure {
                _ = try await caller.ask("GET / HTTP/1.1\r\nconnection: close\r\n\r\n")
                #expect(await caller.untilEnd() == .closed)
            }

            #expect(span >= .milliseconds(40))
        }
    }

    @Test func `closes a connection that has carried enough`() async throws {
        try await RelayHouse.with { house in
            try await house.add("limit_data", ["bytes": "20", "direction": "down"])
            let caller = try await RawCaller.connect(to: house.port)
            try await caller.send(.post("x"))

            #expect(await caller.untilEnd() == .closed)
            #expect(caller.text == "HTTP/1.1 200 OK\r\ndat")
            #expect(house.heard == ["x"])
        }
    }

    @Test(arguments: ["0", "20"])
    func `resets connections as TCP does`(wait: String) async throws {
        try await RelayHouse.with { house in
            let old = try await RawCaller.connect(to: house.port)
            _ = try await old.ask(.post("before"))
            try await house.add("reset_peer", ["ms": wait])
            let end = try await RawCaller.end(ofConnectionTo: house.port)

            #expect(await old.untilEnd() == .reset)
            #expect(end == .reset)
            try await house.wait { $0.openConnections == 0 }
        }
    }

    @Test func `answers in the target's place, as often as it is told`() async throws {
        try await RelayHouse.with { house in
            let caller = try await RawCaller.connect(to: house.port)
            _ = try await caller.ask(.post("1"))
            try await house.add("status", ["code": "503", "retry_after": "7", "first": "2"], name: "no")
            for number in 2...3 {
                let answer = try await caller.ask(.post("\(number)"), until: "on the way.\n")
                #expect(answer.hasPrefix("HTTP/1.1 503 "))
                #expect(answer.contains("retry-after: 7\r\n") && answer.contains("x-orderflow-fault: no\r\n"))
            }
            let answer = try await caller.ask(.post("4"))

            #expect(answer.hasSuffix("ok"))
            #expect(house.heard == ["1", "4"])
        }
    }

    @Test func `answers each of many requests that come in one piece in its turn`() async throws {
        try await RelayHouse.with { house in
            try await house.add("status", ["code": "500", "first": "1"])
            let caller = try await RawCaller.connect(to: house.port)
            try await caller.send((1...3).map { String.post("\($0)", to: "/echo") }.joined())
            let answers = await caller.hear(until: "\r\n\r\n3")

            #expect(answers.matches(of: /HTTP\/1.1 (\d+)/).map { String($0.1) } == ["500", "200", "200"])
            #expect(house.heard == ["2", "3"])
        }
    }

    @Test func `invites the body of a request that waits to be invited`() async throws {
        try await RelayHouse.with { house in
            try await house.add("status", ["code": "500"])
            let caller = try await RawCaller.connect(to: house.port)
            let invitation = try await caller.ask(
                "POST / HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 1\r\n\r\n", until: "\r\n\r\n")

            #expect(invitation == "HTTP/1.1 100 Continue\r\n\r\n")
            #expect(try await caller.ask("x", until: "on the way.\n").hasPrefix("HTTP/1.1 500"))
        }
    }

    @Test func `loses the reply to a request that has arrived`() async throws {
        try await RelayHouse.with { house in
            let caller = try await RawCaller.connect(to: house.port)
            _ = try await caller.ask(.post("before"))
            try await house.add("lose_reply")
            try await caller.send(.post("during"))

            #expect(await caller.untilEnd() == .closed)
            #expect(caller.text.isEmpty)
            #expect(house.heard == ["before", "during"])
        }
    }

    @Test func `repeats a request, and tells the caller the first answer only`() async throws {
        try await RelayHouse.with { house in
            let caller = try await RawCaller.connect(to: house.port)
            try await house.add("repeat", ["times": "3"], name: "again")
            let answer = try await caller.ask(.post("one"))
            try await house.wait { $0.counters.repeats == 2 }

            #expect(answer.matches(of: /HTTP/).count == 1)
            #expect(house.heard == ["one", "one", "one"])
            try await house.control.remove("again")
            #expect(try await caller.ask(.post("two")).matches(of: /HTTP/).count == 1)
            #expect(house.heard == ["one", "one", "one", "two"])
        }
    }

    @Test func `composes it with others`() async throws {
        try await RelayHouse.with { house in
            try await house.add("latency", ["ms": "30"])
            try await house.add("status", ["code": "429"])
            let caller = try await RawCaller.connect(to: house.port)
            let span = try await SuspendingClock().measure {
                let answer = try await caller.ask(.post("x"), until: "on the way.\n")
                #expect(answer.hasPrefix("HTTP/1.1 429"))
            }

            #expect(span >= .milliseconds(30) && house.heard.isEmpty)
        }
    }

    @Test func `closes what is no HTTP where the fault is about requests`() async throws {
        try await RelayHouse.with { house in
            try await house.add("lose_reply")
            let caller = try await RawCaller.connect(to: house.port)
            try await caller.send("\u{16}\u{3}\u{1}hello")

            #expect(await caller.untilEnd() == .closed)
        }
    }

    @Test func `ends by itself`() async throws {
        try await RelayHouse.with { house in
            try await house.add("status", ["code": "500"], for: .milliseconds(30), name: "short")
            try await house.wait { $0.faults.isEmpty }
            let caller = try await RawCaller.connect(to: house.port)

            #expect(try await caller.ask(.post("x")).hasSuffix("ok"))
        }
    }
}

extension String {
    static func post(_ body: String, to path: String = "/") -> String {
        "POST \(path) HTTP/1.1\r\nhost: h\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}
