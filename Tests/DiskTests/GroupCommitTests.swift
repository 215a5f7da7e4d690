import Clockwork
import Disk
import GRDB
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A group commit` {
    let place = Workspace()

    @Test func `answers only once the change is durable`() async throws {
        let diary = Diary()
        let disk = try place.open(witness: Witness { diary.note("\($0.side)") }, checkpoints: .betweenCommits)
        let commit = GroupCommit(disk: disk)
        let ticket = commit.enqueue { db in
            try Note.write("one")(db)
            return db.lastInsertedRowID
        }

        try await writing(commit) {
            let number = try await ticket.value
            diary.note("answer \(number)")
        }

        #expect(diary.lines == ["before", "after", "answer 1"])
        #expect(try disk.read(Note.all) == ["one"])
    }

    @Test func `writes in the order in which it is asked, all that has gathered at once`() async throws {
        let diary = Diary()
        let disk = try place.open(witness: Witness { diary.note("\($0)") }, checkpoints: .betweenCommits)
        let commit = GroupCommit(disk: disk)
        let tickets = (0..<100).map { commit.enqueue(Note.write("\($0)")) }

        try await writing(commit) {
            for ticket in tickets { try await ticket.value }
        }

        #expect(try disk.read(Note.all) == (0..<100).map(String.init))
        #expect(diary.lines == ["before commit 1 of notes.db", "after commit 1 of notes.db"])
    }

    @Test func `takes no more into one transaction than its bounds allow`() async throws {
        let diary = Diary()
        let disk = try place.open(
            witness: Witness { if $0.side == .after { diary.note("commit") } }, checkpoints: .betweenCommits)
        var bounds = GroupCommit.Bounds()
        bounds.mostTogether = 4
        bounds.mostBytesTogether = 1_000
        let commit = GroupCommit(disk: disk, bounds: bounds)
        // Four small ones; 400 + 400 and no third; 5,000 alone; the rest.
        let sizes = [10, 10, 10, 10, 400, 400, 400, 5_000, 10, 10]
        let tickets = sizes.map { size in commit.enqueue(bytes: size) { _ in diary.note("\(size)") } }

        try await writing(commit) {
            for ticket in tickets { try await ticket.value }
        }

        #expect(
            diary.lines.split(separator: "commit").map(Array.init)
                == [["10", "10", "10", "10"], ["400", "400"], ["400"], ["5000"], ["10", "10"]])
    }

    @Test func `turns callers away while too much waits, and takes them again afterwards`() async throws {
        let disk = try place.open(checkpoints: .betweenCommits)
        var bounds = GroupCommit.Bounds()
        bounds.mostWaiting = 3
        bounds.mostWaitingBytes = 1_000
        let commit = GroupCommit(disk: disk, bounds: bounds)
        #expect(commit.isAccepting)

        let many = (0..<3).map { commit.enqueue(bytes: 1, Note.write("\($0)")) }
        #expect(!commit.isAccepting)
        // What was decided while it still accepted is taken all the same.
        let late = commit.enqueue(bytes: 1, Note.write("late"))
        try await writing(commit) {
            for ticket in many + [late] { try await ticket.value }
            #expect(commit.isAccepting)
            let large = commit.enqueue(bytes: 1_000, Note.write("large"))
            try await large.value
            #expect(commit.isAccepting)
        }

        #expect(try disk.read(Note.all) == ["0", "1", "2", "late", "large"])
    }

    @Test func `forgets the bytes of what it has written, also when more is always waiting`() async throws {
        let disk = try place.open(checkpoints: .betweenCommits)
        var bounds = GroupCommit.Bounds()
        bounds.mostTogether = 1
        bounds.mostWaitingBytes = 1_000
        let commit = GroupCommit(disk: disk, bounds: bounds)

        // Two wait at any time, 200 bytes: far from the bound, however many there have been.
        try await writing(commit) {
            var tickets = [commit.enqueue(bytes: 100) { _ in }]
            for _ in 0..<50 {
                tickets.append(commit.enqueue(bytes: 100) { _ in })
                try await tickets.removeFirst().value
                #expect(commit.isAccepting)
            }
            try await tickets[0].value
        }
    }

    @Test func `that fails tells all who wait, loads memory again, and goes on`() async throws {
        let disk = try place.open(checkpoints: .betweenCommits)
        var bounds = GroupCommit.Bounds()
        bounds.mostTogether = 3
        let commit = GroupCommit(disk: disk, bounds: bounds)
        let diary = Diary()
        commit.onFailure { db in diary.note("\(try Note.all(db)), accepting: \(commit.isAccepting)") }
        let first = commit.enqueue(Note.write("kept"))
        let batch = [commit.enqueue(Note.write("lost")), commit.enqueue { _ in throw Crash() }]
        let behind = commit.enqueue(Note.write("lost too"))

        // The first three share a transaction, and the fourth waits behind them.
        try await writing(commit) {
            for ticket in [first] + batch + [behind] {
                await #expect(throws: CommitFailure.self) { try await ticket.value }
            }
            while !commit.isAccepting { await Task.yield() }
            try await commit.enqueue(Note.write("later")).value
        }

        #expect(diary.lines == ["[], accepting: false"])
        #expect(try disk.read(Note.all) == ["later"])
    }

    @Test func `whose outcome is unknown is found out by loading again`() async throws {
        let disk = try place.open(
            witness: Witness { if $0.number == 1, $0.side == .after { throw Crash() } },
            checkpoints: .betweenCommits)
        let commit = GroupCommit(disk: disk)
        let memory = Mutex<[String]>([])
        commit.onFailure { db in
            let notes = try Note.all(db)
            memory.withLock { $0 = notes }
        }

        let ticket = commit.enqueue(Note.write("told to nobody"))
        try await writing(commit) {
            await #expect(throws: CommitFailure.self) { try await ticket.value }
            while !commit.isAccepting { await Task.yield() }
        }

        #expect(memory.withLock { $0 } == ["told to nobody"])
    }

    @Test func `takes nothing any more when memory cannot be loaded`() async throws {
        let disk = try place.open(checkpoints: .betweenCommits)
        let commit = GroupCommit(disk: disk)
        commit.onFailure { _ in throw Crash() }
        let ticket = commit.enqueue { _ in throw Crash() }

        await commit.run()  // ends by itself

        await #expect(throws: CommitFailure.self) { try await ticket.value }
        #expect(!commit.isAccepting)
        await #expect(throws: CommitFailure.turnedAway) { try await commit.enqueue(Note.write("late")).value }
    }

    @Test func `that is stopped finishes what has gathered, and takes no more`() async throws {
        let disk = try place.open(checkpoints: .betweenCommits)
        let commit = GroupCommit(disk: disk)
        let gathered = (0..<5).map { commit.enqueue(Note.write("\($0)")) }

        commit.stop()
        let late = commit.enqueue(Note.write("late"))
        await commit.run()

        for ticket in gathered { try await ticket.value }
        await #expect(throws: CommitFailure.turnedAway) { try await late.value }
        #expect(try disk.read(Note.all) == (0..<5).map(String.init))
    }

    @Test func `settles everything handed in so far`() async throws {
        let disk = try place.open(checkpoints: .betweenCommits)
        let commit = GroupCommit(disk: disk)
        for number in 0..<3 { _ = commit.enqueue(Note.write("\(number)")) }

        try await writing(commit) {
            try await commit.settle()
            #expect(try disk.read(Note.all).count == 3)
        }
    }

    @Test func `commits for an answer that nobody waits for any more`() async throws {
        let disk = try place.open(checkpoints: .betweenCommits)
        let commit = GroupCommit(disk: disk)
        let ticket = commit.enqueue(Note.write("unknown to him"))
        let caller = Task { try await ticket.value }  // gives up in the next line
        caller.cancel()

        try await writing(commit) { try await commit.settle() }

        #expect(try disk.read(Note.all) == ["unknown to him"])
    }

    @Test func `serves many callers at once, each in its own order`() async throws {
        let commits = Mutex(0)
        let disk = try place.open(
            witness: Witness { if $0.side == .after { commits.withLock { $0 += 1 } } },
            checkpoints: .betweenCommits)
        var bounds = GroupCommit.Bounds()
        bounds.mostPagesInLog = 20
        let commit = GroupCommit(disk: disk, bounds: bounds)

        try await writing(commit) {
            try await withThrowingTaskGroup { group in
                for caller in 0..<32 {
                    group.addTask {
                        for step in 0..<20 { try await commit.enqueue(Note.write("\(caller) \(step)")).value }
                    }
                }
                try await group.waitForAll()
            }
        }

        let notes = try disk.read(Note.all)
        #expect(notes.count == 640)
        for caller in 0..<32 {
            let own = notes.filter { $0.hasPrefix("\(caller) ") }
            #expect(own == (0..<20).map { "\(caller) \($0)" })
        }
        #expect(commits.withLock { $0 } < 640, "nobody ever shared a commit")
        #expect(disk.pagesToMove < 200, "the log was never moved to the file")
    }

    @Test(arguments: UInt64(1)...10)
    func `does the same in virtual time`(seed: UInt64) throws {
        let world = SimulatedWorld(seed: seed, beginning: Timestamp(seconds: 1_795_000_000))
        let host = world.host(named: "broker")
        let disk = try place.open(checkpoints: .betweenCommits)
        host.onDeath { disk.close(orderly: false) }
        let commit = GroupCommit(disk: disk)
        let (answered, failed) = (Diary(), Diary())
        Task(executorPreference: host) { await commit.run() }  // until the host dies
        for caller in 0..<10 {
            Task(executorPreference: host) {  // until the host dies
                for step in 0..<10 {
                    try await host.sleep(for: .milliseconds(step))
                    do {
                        try await commit.enqueue(Note.write("\(caller) \(step)")).value
                        answered.note("\(caller) \(step)")
                    } catch {
                        failed.note("\(error)")
                    }
                }
            }
        }

        #expect(world.run(until: { answered.lines.count >= 60 }), "seed \(seed)")
        host.die()

        let notes = try place.notes()
        #expect(Set(answered.lines).isSubset(of: notes), "seed \(seed): acknowledged, and lost")
        #expect(failed.lines == [])
    }

    /// Has the writer run while something is done, and stops it afterwards.
    private func writing(
        _ commit: GroupCommit, while work: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { await commit.run() }
            defer { commit.stop() }
            try await work()
        }
    }
}
