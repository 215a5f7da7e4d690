import Clockwork
import Inspection
import JSON

/// How much memory a process took early and late in a run, whatever became of it in between.
package struct MemoryTrend: Hashable, Sendable {
    package var process: String
    /// Bytes resident: the median over the second fifth of the run, when everyone has found its size.
    package var early: Int64
    /// The median over the last fifth.
    package var late: Int64

    /// What it may take late: a quarter more than early, and 8 MiB for what an allocator keeps.
    package var limit: Int64 { early + early / 4 + 8 << 20 }
    package var isFlat: Bool { late <= limit }
}

extension MemoryTrend {
    /// Of all processes that were weighed often enough, by name; of a run under two minutes of none.
    package static func all(in directory: RunDirectory) -> [MemoryTrend] { all(of: samples(in: directory)) }

    static func samples(in directory: RunDirectory) -> [Sample] {
        (TextFile.read(directory.memory) ?? "").split(whereSeparator: \.isNewline).compactMap(Sample.init)
    }

    /// What everybody weighed at one moment.
    struct Sample: Hashable {
        /// Since the run began.
        var runMilliseconds: Int64
        var residentBytes: [String: Int64]
    }

    static func all(of samples: [Sample]) -> [MemoryTrend] {
        guard let first = samples.first?.runMilliseconds, let last = samples.last?.runMilliseconds else {
            return []
        }
        let fifth = (last - first) / 5
        let early = samples.filter { (first + fifth..<first + 2 * fifth).contains($0.runMilliseconds) }
        let late = samples.filter { $0.runMilliseconds >= last - fifth }
        return Set(samples.flatMap(\.residentBytes.keys)).sorted().compactMap { process in
            let before = early.compactMap { $0.residentBytes[process] }
            let after = late.compactMap { $0.residentBytes[process] }
            guard min(before.count, after.count) >= fewestSamples else { return nil }
            return MemoryTrend(process: process, early: median(before), late: median(after))
        }
    }

    private static let fewestSamples = 20

    private static func median(_ numbers: [Int64]) -> Int64 { numbers.sorted()[numbers.count / 2] }
}

extension MemoryTrend.Sample {
    fileprivate init?(_ line: Substring) {
        guard let json = try? JSONValue(parsing: Array(line.utf8)), let time = json["run_ms"]?.integer,
            let bytes = json["resident_bytes"]?.object
        else { return nil }
        runMilliseconds = time
        residentBytes = bytes.members.reduce(into: [:]) { $0[$1.name] = $1.value.integer }
    }
}

extension MemoryTrend: CustomStringConvertible {
    package var description: String { "\(process) \(early >> 20) -> \(late >> 20) MB" }
}

extension MemoryTrend {
    package var json: JSONValue {
        [
            "process": .string(process), "early_bytes": JSONValue(early), "late_bytes": JSONValue(late),
            "limit_bytes": JSONValue(limit), "flat": .bool(isFlat),
        ]
    }
}
