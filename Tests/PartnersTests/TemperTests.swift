import Clockwork
import Testing
import Wire

@testable import Partners

@Suite struct `A temper` {
    @Test(arguments: [
        (Temper.refusing(status: 422), 422, nil as String?), (.down(retryAfterSeconds: nil), 503, nil),
        (.down(retryAfterSeconds: 7), 503, "7"), (.gone, 410, nil), (.flapping(percent: 100), 500, nil),
    ])
    func `of refusal does no work`(temper: Temper, status: Int, retryAfter: String?) throws {
        let house = try Household(temper: temper)

        let answer = try #require(house.send(.webhook(at: .noon))[0])

        #expect(answer.status == status)
        #expect(answer.headers["retry-after"] == retryAfter)
        #expect(try house.values("SELECT * FROM received").isEmpty)
        #expect(
            try house.values("SELECT event_id, answered_status FROM refusals") == [
                "W-1_order-note_1|\(status)"
            ])
    }

    @Test func `of forgetting does the work and cuts the connection`() throws {
        let house = try Household(temper: .forgetful(percent: 100))

        #expect(house.send(.webhook(at: .noon))[0] == nil)
        house.wait(.seconds(1))

        #expect(try house.values("SELECT answered_status, first_time FROM received") == ["-|1"])
    }

    @Test func `of slowness takes its time`() throws {
        let house = try Household(temper: .slow(.seconds(3)))

        #expect(house.post() == 200)

        #expect(house.world.uptime == .seconds(3))
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `of flapping meets its share`(seed: UInt64) throws {
        var manners = Manners(.flapping(percent: 30))
        var random = SeededGenerator(seed: seed)

        let refused = (0..<1_000).count { _ in
            manners.conduct(at: .zero, using: &random) == .refuse(status: 500, retryAfterSeconds: nil)
        }

        #expect((240...360).contains(refused))
    }

    @Test func `of rate limiting takes so many a second`() throws {
        let house = try Household()
        try house.set(TemperDescription(name: "rate-limiting", perSecond: 3), for: .seconds(60))

        let first = (0..<5).map { house.post("a\($0)") }
        house.wait(.milliseconds(700))
        let second = (0..<5).map { house.post("b\($0)") }

        #expect(first == [200, 200, 200, 429, 429])
        #expect(second == [200, 200, 429, 429, 429])
    }

    @Test func `is given over the wire, and ends by itself`() throws {
        let house = try Household()

        try house.set(TemperDescription(name: "down", retryAfterSeconds: 2), for: .seconds(10))
        #expect(house.post() == 503)
        #expect(try house.describe().temper == TemperDescription(name: "down", retryAfterSeconds: 2))
        #expect(try house.describe().endsInMilliseconds == 10_000)
        house.wait(.milliseconds(9_999))
        #expect(house.post() == 503)
        house.wait(.milliseconds(1))

        #expect(house.post() == 200)
        #expect(try house.describe().temper == TemperDescription(name: "well-behaved"))
        #expect(try house.describe().endsInMilliseconds == nil)
    }

    @Test func `goes back to the one it was set up with`() throws {
        let house = try Household(temper: .gone)

        try house.set(TemperDescription(name: "well-behaved"), for: .seconds(1))
        #expect(house.post() == 200)
        house.wait(.seconds(1))

        #expect(house.post() == 410)
    }

    @Test(arguments: [
        Temper.wellBehaved, .slow(.milliseconds(5)), .flapping(percent: 1), .refusing(status: 400),
        .down(retryAfterSeconds: nil), .down(retryAfterSeconds: 0), .forgetful(percent: 100),
        .rateLimiting(perSecond: 10_000), .gone,
    ])
    func `is told as it was heard`(temper: Temper) throws {
        #expect(try Temper(temper.description) == temper)
    }

    @Test(arguments: [
        TemperDescription(name: "angry"), TemperDescription(name: ""), TemperDescription(name: "slow"),
        TemperDescription(name: "slow", delayMilliseconds: 0),
        TemperDescription(name: "flapping", percent: 101),
        TemperDescription(name: "refusing", status: 399), TemperDescription(name: "refusing"),
        TemperDescription(name: "down", retryAfterSeconds: -1),
        TemperDescription(name: "forgetful", percent: 0),
        TemperDescription(name: "rate-limiting", perSecond: 0), TemperDescription(name: "gone", status: 410),
        TemperDescription(name: "well-behaved", percent: 5),
    ])
    func `is refused when it makes no sense`(told: TemperDescription) throws {
        let house = try Household()

        let refusal = #expect(throws: ClientError.self) { try house.set(told, for: .seconds(1)) }

        #expect(refusal?.type == "ValidationException")
        #expect(house.post() == 200)
    }

    @Test(arguments: [Duration.zero, .seconds(3_601)])
    func `lasts for a while, and not for ever`(span: Duration) throws {
        let house = try Household()

        #expect(throws: ClientError.self) { try house.set(TemperDescription(name: "gone"), for: span) }
    }

    @Test func `is taken from nobody without the right`() throws {
        let house = try Household()
        let forged = AccessKey(
            Credentials(accessKeyID: "conductor", secretAccessKey: "wrong"), policy: .everything)

        let refusal = #expect(throws: ClientError.self) {
            try house.set(TemperDescription(name: "gone"), for: .seconds(1), as: forged)
        }

        #expect(refusal?.type == "InvalidSignatureException")
        #expect(house.post() == 200)
    }
}
