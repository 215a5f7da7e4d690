import Clockwork
import Function
import Wire

/// A function of the test's own: notes what it is handed. Lives on its world's one thread.
final class PaperHandler: BatchHandler, @unchecked Sendable {
    struct Failed: Error, CustomStringConvertible {
        let description = "the function failed"
    }

    struct Call {
        let shardID: String
        let payloads: [String]
        let at: Duration
        var isHandled: Bool
    }

    private(set) var calls: [Call] = []
    /// Whether a call fails, told its shard and what it carries.
    var fails: (String, [String]) -> Bool = { _, _ in false }
    var takes = Duration.milliseconds(1)
    private let time: any TimeSource

    init(time: any TimeSource) {
        self.time = time
    }

    /// Payloads of a shard that were handled, in order, repeats included.
    func handled(in number: Int = 0) -> [String] {
        calls.filter { $0.isHandled && $0.shardID == PaperStream.name(number) }.flatMap(\.payloads)
    }

    /// The same without repeats.
    func firstHandled(in number: Int = 0) -> [String] {
        var seen: Set<String> = []
        return handled(in: number).filter { seen.insert($0).inserted }
    }

    func handle(_ batch: RecordBatch) async throws -> [SkippedRecord] {
        let payloads = batch.records.map { String(decoding: $0.data.bytes, as: UTF8.self) }
        let fails = fails(batch.shardID, payloads)
        calls.append(Call(shardID: batch.shardID, payloads: payloads, at: time.uptime, isHandled: !fails))
        try await time.sleep(for: takes)
        if fails { throw Failed() }
        return zip(batch.records, payloads).filter { $0.1 == "skip" }.map {
            SkippedRecord(sequenceNumber: $0.0.sequenceNumber, reason: "asked for")
        }
    }
}
