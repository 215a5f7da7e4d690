import Clockwork
import Testing
import Wire

/// What moods have in common, whatever they do.
@Suite struct `A mood of the broker` {
    @Test func `is refused by a broker that was not started for rehearsals`() throws {
        let house = try QueueHouse()

        try house.play { [control = house.control()] _ in
            let calls: [() async throws -> Any] = [
                { try await control.set(.init(kind: "shuffle")) },
                { try await control.reports() },
                { try await control(ClearMoods()) },
            ]

            for call in calls {
                let error = await refusal { try await call() }
                #expect(error?.type == "AccessDeniedException")
                #expect(error?.message?.contains("--moods") == true)
            }
        }
    }

    @Test func `is set only by those whose policy allows it`() throws {
        let house = try QueueHouse.moody()
        let guest = Credentials(accessKeyID: "guest", secretAccessKey: "guest's secret")
        let ofQueues = AccessPolicy([.init(actions: ["sqs:*", "kinesis:*"], resources: ["*"])])
        house.keys = [AccessKey(QueueHouse.owner, policy: .everything), AccessKey(guest, policy: ofQueues)]
        try house.restart()

        try house.play { [owner = house.control(), guest = house.control(as: guest)] _ in
            let error = await refusal { try await guest.set(.init(kind: "shuffle")) }
            #expect(error?.type == "AccessDeniedException")
            #expect(try await owner.reports().isEmpty)
            try await owner.set(.init(kind: "shuffle"))
            #expect(try await owner.reports().map(\.mood.kind) == ["shuffle"])
        }
    }

    @Test(
        arguments: [
            MoodDescription(kind: "gloom"), MoodDescription(kind: "throttle"),
            MoodDescription(kind: "throttle", probability: 0),
            MoodDescription(kind: "throttle", probability: 1.1),
            MoodDescription(kind: "throttle", operation: "SendLetter", probability: 1),
            MoodDescription(kind: "partial_batch"), MoodDescription(kind: "redeliver", copies: 1),
            MoodDescription(kind: "redeliver", copies: 11), MoodDescription(kind: "shuffle", copies: 2),
            MoodDescription(kind: "expire_iterators", ageMilliseconds: 300_001),
            MoodDescription(kind: "trim", ageMilliseconds: -1),
        ])
    func `must be one that there is, with its own figures in their ranges`(mood: MoodDescription) throws {
        let house = try QueueHouse.moody()

        try house.play { [control = house.control()] _ in
            let error = await refusal { try await control.set(mood) }
            let reports = try await control.reports()

            #expect(error?.type == "ValidationException")
            #expect(reports.isEmpty)
        }
    }

    @Test func `ends by itself, and tells what it did as long as it lasts`() throws {
        let house = try QueueHouse.moody()

        try house.play { [control = house.control()] caller in
            let url = try await caller.create("orders")
            try await control.set(
                .init(kind: "throttle", operation: "SendMessage", probability: 1), for: .seconds(5))
            for _ in 1...3 { _ = await refusal { try await caller.send("m", to: url) } }

            let report = try #require(try await control.reports().first)
            #expect(report.name == "m" && report.chances == 3 && report.strikes == 3)
            #expect((4_000...5_000).contains(report.endsInMilliseconds))
            try await caller.sleep(.milliseconds(report.endsInMilliseconds))
            try await caller.send("m", to: url)
            #expect(try await control.reports().isEmpty)
        }
    }

    @Test func `is cleared by name or with all others, and begins anew under its name`() throws {
        let house = try QueueHouse.moody()

        try house.play { [control = house.control()] _ in
            try await control.set(.init(kind: "shuffle"), named: "a")
            try await control.set(.init(kind: "redeliver", copies: 2), named: "b")
            try await control.set(.init(kind: "redeliver", copies: 3), named: "b")

            #expect(try await control.reports().map(\.mood.copies) == [nil, 3])
            #expect(try await control(ClearMoods(names: ["b", "c"])).moods.map(\.name) == ["b"])
            #expect(try await control(ClearMoods()).moods.map(\.name) == ["a"])
            #expect(try await control.reports().isEmpty)
        }
    }

    @Test func `is forgotten by a broker that starts again`() throws {
        let house = try QueueHouse.moody()
        try house.play { [control = house.control()] _ in try await control.set(.init(kind: "shuffle")) }

        try house.restart()

        let reports = try house.play { [control = house.control()] _ in try await control.reports() }
        #expect(reports.isEmpty)
    }

    @Test func `meets the same requests with the same seed, and others with another`() throws {
        func fates(seed: Int) throws -> [Bool] {
            let house = try QueueHouse.moody()
            return try house.play { [control = house.control()] caller in
                let url = try await caller.create("orders")
                try await control.set(.init(kind: "throttle", operation: "sqs", probability: 0.5), seed: seed)
                var fates: [Bool] = []
                for _ in 1...40 { fates.append(await refusal { try await caller.send("m", to: url) } == nil) }
                return fates
            }
        }
        let once = try fates(seed: 7)

        #expect(try fates(seed: 7) == once)
        #expect(try fates(seed: 8) != once)
        let happened = once.count { $0 }
        #expect((10...30).contains(happened))
    }
}
