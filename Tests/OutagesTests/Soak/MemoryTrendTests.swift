import Clockwork
import Foundation
import Testing

@testable import Outages

@Suite struct `The memory of a process` {
    private static func samples(
        seconds: Int64 = 200, _ bytes: (Int64) -> Int64
    ) -> [MemoryTrend.Sample] {
        (0..<seconds).map {
            MemoryTrend.Sample(runMilliseconds: 1_000 * $0, residentBytes: ["oms": bytes($0)])
        }
    }

    @Test func `is told by its medians early and late, whatever it was at the beginning or for a moment`() {
        let samples = Self.samples { second in
            switch second {
            case ..<40: second << 20
            case 50, 190: 900 << 20
            case ..<160: 60 << 20
            default: 61 << 20
            }
        }

        let trend = MemoryTrend.all(of: samples)

        #expect(trend == [MemoryTrend(process: "oms", early: 60 << 20, late: 61 << 20)])
        #expect(trend[0].isFlat)
    }

    @Test(arguments: [(83, true), (84, false)])
    func `may be a quarter and 8 MiB more at the end`(late: Int64, isFlat: Bool) {
        let trend = MemoryTrend(process: "oms", early: 60 << 20, late: late << 20)

        #expect(trend.isFlat == isFlat)
    }

    @Test func `is not judged in a run that is too short, nor of a process that was hardly there`() {
        #expect(MemoryTrend.all(of: []).isEmpty)
        #expect(MemoryTrend.all(of: Self.samples(seconds: 90) { $0 << 20 }).isEmpty)
        let absent = Self.samples { $0 }.map { sample in
            var sample = sample
            if sample.runMilliseconds > 20_000 { sample.residentBytes = [:] }
            return sample
        }
        #expect(MemoryTrend.all(of: absent).isEmpty)
    }

    @Test func `is read as the conductor wrote it down`() throws {
        let directory = RunDirectory(
            FileManager.default.temporaryDirectory.appending(path: "memory-\(UUID())").path)
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        try directory.make()
        let journal = Journal(in: directory, time: SystemTime())

        journal.weighed([("oms", 20 << 20), ("shop", 10 << 20)])
        journal.weighed([("oms", 21 << 20)])

        let samples = MemoryTrend.samples(in: directory)
        #expect(samples.map(\.residentBytes) == [["oms": 20 << 20, "shop": 10 << 20], ["oms": 21 << 20]])
        #expect(samples[0].runMilliseconds <= samples[1].runMilliseconds)
    }
}
