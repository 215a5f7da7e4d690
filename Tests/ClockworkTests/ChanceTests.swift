import Clockwork
import Testing

@Suite struct `A seeded generator` {
    // Source: the reference implementation of SplitMix64 by Sebastiano Vigna.
    @Test(
        arguments: [
            (0, [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F]),
            (1_234_567, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]),
        ] as [(seed: UInt64, numbers: [UInt64])])
    func `is SplitMix64`(seed: UInt64, numbers: [UInt64]) {
        var random = SeededGenerator(seed: seed)

        #expect(numbers.map { _ in random.next() } == numbers)
    }
}

@Suite struct `A source of chance` {
    @Test func `tells the same story for the same seed`() {
        let (one, other, third) = (Chance.seeded(7), Chance.seeded(7), Chance.seeded(8))

        let stories = [one, other, third].map { chance in
            (0..<20).map { _ in "\(chance.unit()) \(chance.uuid())" }
        }

        #expect(stories[0] == stories[1])
        #expect(stories[0] != stories[2])
    }

    @Test func `of a unit lies from 0 up to 1`() {
        let chance = Chance.seeded(3)

        #expect((0..<10_000).allSatisfy { _ in (0..<1).contains(chance.unit()) })
    }

    @Test func `of the machine differs each time`() {
        let chance = Chance.system()

        #expect(Set((0..<100).map { _ in chance.uuid() }).count == 100)
    }
}

@Suite struct `A unique id` {
    @Test func `is a UUID of version 4`() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<1_000 {
            let text = UniqueID(using: &random).description
            let characters = Array(text)
            #expect(text.utf8.count == 36)
            #expect([8, 13, 18, 23].allSatisfy { characters[$0] == "-" })
            #expect(characters[14] == "4")
            #expect("89ab".contains(characters[19]))
            #expect(text == text.lowercased())
        }
    }

    @Test func `draws 122 bits, each of them`() {
        var random = SeededGenerator(seed: 5)
        var ever: (high: UInt64, low: UInt64) = (0, 0)
        var always: (high: UInt64, low: UInt64) = (.max, .max)
        for _ in 0..<200 {
            let id = UniqueID(using: &random)
            ever = (ever.high | id.high, ever.low | id.low)
            always = (always.high & id.high, always.low & id.low)
        }

        #expect(ever == (0xFFFF_FFFF_FFFF_4FFF, 0xBFFF_FFFF_FFFF_FFFF))
        #expect(always == (0x4000, 0x8000_0000_0000_0000))
    }

    @Test func `is read in either case`() {
        let id = UniqueID(high: 0x7C0E_3D52_1F0A_4A8E, low: 0x9D53_2F4B_8C6A_9E11)

        #expect(UniqueID("7c0e3d52-1f0a-4a8e-9d53-2f4b8c6a9e11") == id)
        #expect(UniqueID("7C0E3D52-1F0A-4A8E-9D53-2F4B8C6A9E11") == id)
        #expect(UniqueID(id.description) == id)
    }

    @Test(arguments: [
        "", "7c0e3d521f0a4a8e9d532f4b8c6a9e11", "7c0e3d52-1f0a-4a8e-9d53-2f4b8c6a9e1",
        "7c0e3d52-1f0a-4a8e-9d53-2f4b8c6a9e111",
        "7c0e3d52-1f0a-4a8e-9d53-2f4b8c6a9e1g", "7c0e3d52_1f0a_4a8e_9d53_2f4b8c6a9e11",
        "{c0e3d52-1f0a-4a8e-9d53-2f4b8c6a9e11}",
        "7c0e3d52-1f0a-4a8e-9d53-2f4b8c6a9e11-", "--------------------------------------",
    ])
    func `is not read from anything else`(text: String) {
        #expect(UniqueID(text) == nil)
    }
}

@Suite struct `A back-off` {
    @Test func `waits for nothing before the first try`() {
        var random = SeededGenerator(seed: 1)

        #expect(Backoff().delay(beforeAttempt: 1, using: &random) == .zero)
        #expect(Backoff().delay(beforeAttempt: 0, using: &random) == .zero)
    }

    @Test(arguments: [
        (attempt: 2, limit: Duration.milliseconds(50)), (3, .milliseconds(100)), (4, .milliseconds(200)),
        (10, .milliseconds(12_800)), (11, .seconds(20)), (12, .seconds(20)), (1_000, .seconds(20)),
        (.max, .seconds(20)),
    ])
    func `waits up to a limit that doubles until its cap`(attempt: Int, limit: Duration) {
        var random = SeededGenerator(seed: UInt64(truncatingIfNeeded: attempt))

        let waits = (0..<2_000).map { _ in Backoff().delay(beforeAttempt: attempt, using: &random) }

        // Full jitter: the whole range is used, evenly.
        let mean = waits.reduce(.zero, +) / waits.count
        #expect(waits.allSatisfy { $0 >= .zero && $0 < limit })
        #expect(waits.contains { $0 > limit * 0.95 } && waits.contains { $0 < limit * 0.05 })
        #expect(mean > limit * 0.45 && mean < limit * 0.55)
    }
}
