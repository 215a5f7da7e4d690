import Outages
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A supervisor` {
    private static let idle = "exec sleep 60"

    @Test func `starts again what has died`() async throws {
        let troupe = try Troupe(["oms": Self.idle])
        try await troupe.play { supervisor in
            let first = try await troupe.process(of: "oms")

            await supervisor.kill("oms", andHold: false)

            #expect(try await troupe.process(of: "oms", after: first) != first)
            #expect(await supervisor.starts["oms"] == 2)
        }
    }

    @Test func `leaves down what is held, until it is let go`() async throws {
        let troupe = try Troupe(["oms": Self.idle])
        try await troupe.play { supervisor in
            let first = try await troupe.process(of: "oms")

            await supervisor.kill("oms", andHold: true)
            try await troupe.wait { await supervisor.condition(of: "oms") == .held }
            #expect(!ProcessIdentity(number: first, began: nil).isAlive)
            #expect(await supervisor.starts["oms"] == 1)

            await supervisor.letGo("oms")
            #expect(try await troupe.process(of: "oms") != first)
        }
    }

    @Test func `does not start whom it holds before they are let go`() async throws {
        let troupe = try Troupe(["oms": Self.idle, "shop": Self.idle], holding: ["shop"])
        try await troupe.play { supervisor in
            _ = try await troupe.process(of: "oms")
            try await troupe.wait { await supervisor.condition(of: "shop") == .held }
            #expect(await supervisor.starts["shop"] == nil)

            await supervisor.letGo("shop")

            _ = try await troupe.process(of: "shop")
            #expect(await supervisor.starts["shop"] == 1)
        }
    }

    @Test(arguments: [2, 77, 78])
    func `does not start again what cannot run as it is set up`(status: Int) async throws {
        let troupe = try Troupe(["oms": "exit \(status)", "shop": Self.idle])
        try await troupe.play { supervisor in
            _ = try await troupe.process(of: "shop")

            try await troupe.wait { await supervisor.condition(of: "oms") == .held }

            #expect(await supervisor.starts["oms"] == 1)
        }
    }

    @Test func `freezes a process and lets it go on`() async throws {
        let troupe = try Troupe(["oms": Self.idle])
        try await troupe.play { supervisor in
            let process = try await troupe.process(of: "oms")

            await supervisor.freeze("oms")
            #expect(await supervisor.condition(of: "oms") == .frozen(process: process))
            #expect(await supervisor.processes.map(\.process) == [process])

            await supervisor.thaw("oms")
            #expect(await supervisor.condition(of: "oms") == .running(process: process))
        }
    }

    @Test func `ends those who ask before those who are asked`() async throws {
        let script = { (name: String) in
            "trap 'echo \(name) >> $0/endings; exit 0' TERM; echo up >> $0/ups; while :; do sleep 0.01; done"
        }
        let troupe = try Troupe(["broker": script("broker"), "oms": script("oms"), "shop": script("shop")])

        try await troupe.play { supervisor in
            try await troupe.wait { troupe.lines(in: "ups").count == 3 }
            for name in supervisor.names { _ = try await troupe.process(of: name) }
        }

        #expect(troupe.lines(in: "endings") == ["shop", "oms", "broker"])
    }

    @Test(arguments: 0..<8)
    func `ends also who is just being started`(patience: Int) async throws {
        let troupe = try Troupe(["oms": Self.idle, "shop": Self.idle])

        // Returns only when every process has ended.
        try await troupe.play { supervisor in
            for _ in 0..<patience * 3 { await Task.yield() }
        }

        #expect(await troupe.supervisor.processes.isEmpty)
    }

    @Test func `keeps what each process says`() async throws {
        let troupe = try Troupe(["oms": "echo out; echo err >&2; exec sleep 60"])

        try await troupe.play { _ in
            try await troupe.wait { troupe.lines(in: "oms.log").count == 2 }
        }

        #expect(troupe.lines(in: "oms.log") == ["out", "err"])
    }

    @Test func `holds the other end of every child's input`() async throws {
        let troupe = try Troupe(["oms": "echo up >> $0/ups; cat > /dev/null; echo orphan >> $0/endings"])

        try await troupe.play { _ in
            try await troupe.wait { troupe.lines(in: "ups").count == 1 }
            #expect(troupe.lines(in: "endings").isEmpty)
        }
    }
}

@Suite struct `A process` {
    @Test func `is told from a later one of the same number`() {
        let own = ProcessIdentity(of: ProcessMeter.ownProcess)

        #expect(own.isAlive && own.began != nil)
        #expect(!ProcessIdentity(number: own.number, began: (own.began ?? 0) - 1).isAlive)
        #expect(!ProcessIdentity(number: 0, began: nil).isAlive)
    }
}
