import Clockwork
import Disk
import Foundation
import Synchronization
import Testing

@testable import Outages

@Suite struct `A tripwire` {
    @Test func `strikes as often as it is told, and lets passes go well before each`() throws {
        let oms = try Patient()
        try oms.suffer("crash-at", ["point": "intake.received", "skip": "2", "times": "2"])

        try oms.pass(.intakeReceived, times: 5)
        try oms.pass(.intakeDeleted, times: 9)
        #expect(oms.strikes == [.crash])
        try oms.pass(.intakeReceived, times: 20)

        #expect(oms.strikes == [.crash, .crash])
        #expect(oms.effects.map(\.struck) == [2])
        #expect(oms.effects.map(\.state) == [.proven("armed at intake.received")])
    }

    @Test func `counts over all lives of its process`() throws {
        let oms = try Patient()
        try oms.suffer("crash-at", ["point": "intake.received"])
        try oms.pass(.intakeReceived)

        oms.wait(.seconds(1))
        try oms.startAgain()
        try oms.pass(.intakeReceived, times: 5)

        #expect(oms.strikes == [.crash])
        #expect(oms.effects.map(\.struck) == [1])
        #expect(oms.effects.map(\.since) == [oms.world.now - .seconds(1)])
    }

    @Test func `is harmless once its time is over, whether anyone looks or not`() throws {
        let oms = try Patient()
        try oms.suffer("crash-at", ["point": "intake.received"], for: .seconds(20))
        _ = oms.world.run(until: { false }, atMost: .seconds(20))

        try oms.pass(.intakeReceived)

        #expect(oms.strikes == [])
        oms.bearer.look()
        #expect(oms.effects == [])
    }

    @Test func `is over for the next life too`() throws {
        let oms = try Patient()
        try oms.suffer("crash-at", ["point": "intake.received"], for: .seconds(20))
        _ = oms.world.run(until: { false }, atMost: .seconds(20))

        try oms.startAgain()

        #expect(oms.effects == [])
    }

    @Test func `is gone when it is no longer on the sheet`() throws {
        let oms = try Patient()
        try oms.suffer("crash-at", ["point": "intake.received"])
        try oms.suffer([])

        try oms.pass(.intakeReceived)

        #expect(oms.strikes == [])
        #expect(oms.effects == [])
    }

    @Test func `does not strike where that cannot be written down`() throws {
        let oms = try Patient()
        try oms.suffer("crash-at", ["point": "intake.received"])
        try FileManager.default.removeItem(atPath: oms.directory.path)

        try oms.pass(.intakeReceived)

        #expect(oms.strikes == [])
    }

    @Test func `makes whoever passes fail, or wait`() throws {
        let oms = try Patient()
        try oms.suffer([
            ("crash-at", ["point": "relay.before-put", "action": "error"]),
            ("crash-at", ["point": "relay.put-before-mark", "action": "sleep", "ms": "250"]),
        ])

        #expect(throws: ProvokedError(place: .waypoint(.relayBeforePut))) { try oms.pass(.relayBeforePut) }
        #expect(try oms.bearer.reached(.relayPutBeforeMark) == .milliseconds(250))
        #expect(try oms.bearer.reached(.relayPutBeforeMark) == nil)
    }

    @Test(arguments: [("before:3", 1), ("after:3", 2), ("before", 0)])
    func `can lie at a commit`(side: String, kept: Int) throws {
        let oms = try Patient()
        let disk = try oms.openNotes()
        try disk.write { _ in }  // the first commit
        try oms.suffer(
            "crash-at", ["point": "commit:notes.db:\(side)", "action": "error", "times": "1"])

        for _ in 1...2 { try? disk.note() }

        #expect(oms.strikes == [.error])
        #expect(try disk.notes == (side == "before" ? 1 : kept))
    }

    @Test func `ends its process for real`() async {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            _ = try Tripwire(at: .waypoint(.intakeReceived)).strike(until: .seconds(1))
        }
    }

    @Test func `lets its process stand still for a while`() async {
        await #expect(processExitsWith: .success) {
            var wire = Tripwire(at: .waypoint(.intakeReceived))
            wire.deed = .freeze
            let began = SystemTime().uptime
            _ = try wire.strike(until: .milliseconds(50))
            exit(SystemTime().uptime - began >= .milliseconds(50) ? EXIT_SUCCESS : EXIT_FAILURE)
        }
    }
}

@Suite struct `A wrong clock` {
    @Test(arguments: [("+2h", 7_200), ("2h", 7_200), ("-30s", -30)])
    func `shows another time, and waits as ever`(offset: String, seconds: Int64) throws {
        let oms = try Patient()
        let time = oms.bearer.surroundings.time

        try oms.suffer("jump", ["offset": offset], for: .seconds(20))

        #expect(time.now - oms.world.now == .seconds(seconds))
        #expect(time.uptime == oms.world.uptime)
        #expect(oms.effects.map(\.state) == [.proven("clock off by \(seconds < 0 ? "" : "+")\(seconds) s")])
        oms.wait(.seconds(20))
        #expect(time.now == oms.world.now)
    }

    @Test func `drifts until it is off by all of it, also through a restart`() throws {
        let oms = try Patient()
        try oms.suffer("drift", ["offset": "+60s"], for: .seconds(20))

        oms.wait(.seconds(5))
        #expect(oms.bearer.surroundings.now - oms.world.now == .seconds(15))
        try oms.startAgain()
        oms.wait(.seconds(5))

        #expect(oms.bearer.surroundings.now - oms.world.now == .seconds(30))
        oms.wait(.seconds(10))
        #expect(oms.bearer.surroundings.now == oms.world.now)
    }
}

@Suite struct `Hardship of a database` {
    @Test func `without room is SQLite's own, and passes`() throws {
        let oms = try Patient()
        let disk = try oms.openNotes()

        try oms.suffer("full", ["pages": "30"])

        try disk.note()
        #expect { try disk.note() } throws: { if case .full? = $0 as? DiskError { true } else { false } }
        #expect(oms.effects.first?.proof?.contains("max_page_count of notes.db is ") == true)
        oms.wait(.seconds(20))
        try disk.note()
        #expect(try disk.notes == 2)
    }

    @Test func `that cannot be written ends its process at the first try, and reads go on`() throws {
        let oms = try Patient()
        let ends = Mutex(0)
        let disk = try oms.openNotes(failStop: { _ in ends.withLock { $0 += 1 } })

        try oms.suffer("readonly")

        #expect(try disk.notes == 0)
        #expect { try disk.note() } throws: { if case .failed? = $0 as? DiskError { true } else { false } }
        #expect(ends.withLock(\.self) == 1)
        #expect(oms.effects.first?.proof == "query_only of notes.db is true")
        oms.wait(.seconds(20))
        try disk.note()
    }

    @Test func `waits for a database that is opened later`() throws {
        let oms = try Patient()
        try oms.suffer("full")
        #expect(oms.effects.map(\.state) == [.awaited])

        let disk = try oms.openNotes()

        #expect(oms.effects.first?.proof != nil)
        #expect(throws: DiskError.self) { try disk.note() }
    }

    @Test func `makes a commit take longer`() throws {
        let oms = try Patient()
        let disk = try oms.openNotes()
        try oms.suffer("slow", ["ms": "5"])

        let began = SystemTime().uptime
        try disk.note()

        #expect(SystemTime().uptime - began >= .milliseconds(5))
        #expect(oms.effects.first?.proof == "5 ms before every commit")
    }

    /// In a process of its own, for the limit is the whole process's.
    @Test func `comes with another error code from the operating system's limit`() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            let oms = try Patient()
            let disk = try oms.openNotes()
            try oms.suffer("full-os")

            #expect { try disk.note() } throws: { if case .full? = $0 as? DiskError { true } else { false } }
            #expect(oms.effects.first?.proof == "RLIMIT_FSIZE is 65536")
            oms.wait(.seconds(20))
            try disk.note()
            #expect(try disk.notes == 1)
        }
    }
}

@Suite struct `A fault on the sheet` {
    @Test(
        arguments: [
            ("kill", [:], "cannot bring kill upon itself"),
            ("crash-at", [:], "needs point"),
            ("crash-at", ["point": "intake.recieved"], "There is no point"),
            ("crash-at", ["point": "commit:orders.db:between"], "There is no point"),
            ("crash-at", ["point": "intake.received", "action": "dance"], "There is no action"),
            ("crash-at", ["point": "intake.received", "action": "sleep"], "needs ms"),
            ("crash-at", ["point": "intake.received", "ms": "5"], "does not know ms"),
            ("crash-at", ["point": "intake.received", "times": "0"], "1 to 1000"),
            ("jump", ["offset": "later"], "such as +2h"),
            ("full", ["bytes": "5"], "does not know bytes"),
            ("slow", ["ms": "-5"], "1 to 60000"),
            ("spike", ["factor": "0"], "0.1 to 1000"),
            ("pause", ["factor": "2"], "does not know factor"),
            ("poison", ["count": "1001"], "1 to 1000"),
            ("early_cancel", ["count": "0"], "1 to 1000"),
        ] as [(String, [String: String], String)])
    func `that makes no sense is refused in words, and nothing happens`(
        kind: String, parameters: [String: String], words: String
    ) throws {
        let oms = try Patient()

        try oms.suffer([(kind, parameters), ("jump", ["offset": "+1h"])])

        guard case .refused(let refusal)? = oms.effects.first?.state else {
            Issue.record("\(oms.effects)")
            return
        }
        #expect(refusal.contains(words), "\(refusal)")
        #expect(oms.effects.last?.proof == "clock off by +3600 s")
    }

    @Test func `that cannot be read is none`() throws {
        let oms = try Patient()
        try oms.suffer("jump", ["offset": "+1h"])

        try Data(#"{"faults": [{"name": "x"}]}"#.utf8)
            .write(to: URL(filePath: oms.directory.faultSheet(of: "oms")))
        oms.bearer.look()

        #expect(oms.effects == [])
        #expect(oms.bearer.surroundings.now == oms.world.now)
    }

    @Test func `is read as it was written`() {
        let sheet = FaultSheet([
            .init(
                name: "n", kind: "crash-at", parameters: ["point": "intake.received", "skip": "4"],
                until: Timestamp(seconds: 1_795_382_043))
        ])

        #expect(FaultSheet(sheet.json) == sheet)
    }
}

extension FaultEffect {
    fileprivate var proof: String? { if case .proven(let words) = state { words } else { nil } }
}
