import Clockwork
import Testing

@Suite struct `A moment` {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
        (1_795_382_043_250_999, "2026-11-22T21:14:03.250Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999Z"),
        (-62_167_219_200_000_000, "0000-01-01T00:00:00.000Z"),
    ])
    func `is written in UTC with milliseconds`(microseconds: Int64, text: String) {
        #expect(Timestamp(microseconds: microseconds).description == text)
    }

    @Test(arguments: [
        (Int64.max, "+294247-01-10T04:00:54.775Z"), (.min, "-290308-12-21T19:59:05.224Z"),
        (253_402_300_800_000_000, "+010000-01-01T00:00:00.000Z"),
        (-62_167_219_200_000_001, "-000001-12-31T23:59:59.999Z"),
    ])
    func `is written with a sign once its year has not four digits`(microseconds: Int64, text: String) {
        #expect(Timestamp(microseconds: microseconds).description == text)
    }

    @Test(arguments: [
        ("2026-11-22T21:14:03Z", 1_795_382_043_000_000),
        ("2026-11-22T21:14:03.2Z", 1_795_382_043_200_000),
        ("2026-11-22T21:14:03.250Z", 1_795_382_043_250_000),
        ("2026-11-22T21:14:03.250999Z", 1_795_382_043_250_999),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000_000),
    ])
    func `is read with up to six decimals`(text: String, microseconds: Int64) {
        #expect(Timestamp(text)?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "now", "2026-11-22", "2026-11-22T21:14:03", "2026-11-22T21:14:03+01:00", "2026-11-22 21:14:03Z",
        "2026-11-22t21:14:03z", "2026-11-22T21:14:03.Z", "2026-11-22T21:14:03.1234567Z",
        "2026-11-22T21:14:03,5Z", "2026-11-22T24:00:00Z", "2026-11-22T21:60:00Z", "2026-11-22T21:14:60Z",
        "2026-02-30T00:00:00Z", "2025-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-00-10T00:00:00Z",
        "2026-13-10T00:00:00Z", "2026-11-00T00:00:00Z", "2026-11-31T00:00:00Z", "+026-11-22T21:14:03Z",
        "2026-11-22T21:14:03.25 Z", " 2026-11-22T21:14:03Z", "２０２６-11-22T21:14:03Z",
        "2026-1١-22T21:14:03Z",
    ])
    func `is not read from anything else`(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `comes back from its own text, to the millisecond`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let moment = Timestamp(
                milliseconds: Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &random))

            #expect(Timestamp(moment.description) == moment, "seed \(seed)")
        }
    }

    @Test(arguments: [(-1, -1, -1), (-1_000, -1, -1), (-1_001, -2, -1), (999, 0, 0), (1_000_000, 1_000, 1)])
    func `counts whole units downwards, before 1970 too`(
        microseconds: Int64, milliseconds: Int64, seconds: Int64
    ) {
        let moment = Timestamp(microseconds: microseconds)

        #expect(moment.milliseconds == milliseconds)
        #expect(moment.seconds == seconds)
    }

    @Test(arguments: [
        (0, 0), (1, 20_000), (19_999, 20_000), (20_000, 20_000), (20_001, 40_000), (-1, 0),
        (-20_000, -20_000),
        (-20_001, -20_000),
    ])
    func `is rounded up to a whole number of steps, before 1970 too`(microseconds: Int64, rounded: Int64) {
        let moment = Timestamp(microseconds: microseconds)

        #expect(moment.roundedUp(to: .milliseconds(20)).microseconds == rounded)
    }

    @Test func `moves by a span, and differs by one`() {
        let noon = Timestamp(seconds: 1_000)

        #expect(noon + .milliseconds(1_500) == Timestamp(milliseconds: 1_001_500))
        #expect(noon - .seconds(1) == Timestamp(seconds: 999))
        #expect(noon - (noon + .seconds(3)) == .seconds(-3))
        #expect(noon < noon + .microseconds(1))
    }
}

@Suite struct `A calendar` {
    @Test func `knows every day of four centuries`() {
        var expected = (year: 1_899, month: 12, day: 31)
        var moment = Timestamp("1899-12-31T12:00:00Z")
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        for _ in 0..<(400 * 365) {
            let time = moment.map { CalendarTime($0) }
            #expect(
                time.map { [$0.year, $0.month, $0.day] } == [expected.year, expected.month, expected.day])
            #expect(time?.timestamp == moment)

            let isLeap = expected.year % 4 == 0 && (expected.year % 100 != 0 || expected.year % 400 == 0)
            let length = lengths[expected.month - 1] + (expected.month == 2 && isLeap ? 1 : 0)
            expected.day += 1
            if expected.day > length { (expected.month, expected.day) = (expected.month + 1, 1) }
            if expected.month > 12 { (expected.year, expected.month) = (expected.year + 1, 1) }
            moment = moment.map { $0 + .seconds(86_400) }
        }
    }

    @Test(arguments: [
        CalendarTime(year: 2_026, month: 2, day: 29), CalendarTime(year: 2_026, month: 4, day: 31),
        CalendarTime(year: 2_026, month: 1, day: 1, hour: 24),
        CalendarTime(year: 2_026, month: 1, day: 1, second: 60),
        CalendarTime(year: 2_026, month: 1, day: 1, microsecond: 1_000_000),
        CalendarTime(year: 2_026, month: 1, day: 1, minute: -1),
        CalendarTime(year: 1_000_000, month: 1, day: 1),
    ])
    func `has no moment for a date that is none`(time: CalendarTime) {
        #expect(time.timestamp == nil)
    }

    @Test func `is not stopped by the ends of time`() {
        #expect(CalendarTime(Timestamp(microseconds: .min)).year == -290_308)
        #expect(CalendarTime(Timestamp(microseconds: .max)).year == 294_247)
    }
}

@Suite struct `A clock` {
    @Test func `shows a shifted wall time, and waits as before`() {
        let hand = Timestamp(seconds: 100)
        let shifted = ShiftedTime(StandingTime(now: hand, uptime: .seconds(5)), by: { .seconds(-7_200) })

        #expect(shifted.now == hand - .seconds(7_200))
        #expect(shifted.uptime == .seconds(5))
    }

    @Test func `that is steady does not follow a wall clock that jumps`() {
        let world = SimulatedWorld(seed: 1, beginning: Timestamp(seconds: 1_000))
        let host = world.host(named: "broker")
        let steady = SteadyTime(host)

        host.clockOffset = .seconds(86_400)

        #expect(host.now == Timestamp(seconds: 87_400))
        #expect(steady.now == Timestamp(seconds: 1_000))
    }

    @Test func `of the machine grows and is near the calendar's present`() {
        let time = SystemTime()
        let (uptime, now) = (time.uptime, time.now)

        #expect(time.uptime >= uptime)
        #expect(CalendarTime(now).year >= 2_024)
    }

    @Test func `of the machine stops waiting when its task is cancelled`() async {
        // Cancelled in the next line.
        let sleeper = Task { try await SystemTime().sleep(for: .seconds(3_600)) }
        sleeper.cancel()

        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }
}

/// A clock that stands still.
private struct StandingTime: TimeSource {
    var now: Timestamp
    var uptime: Duration
    func sleep(for span: Duration) async throws {}
}
