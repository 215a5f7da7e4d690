import Clockwork
import Wire

/// A stream of the test's own. Lives on its world's one thread.
final class FakeStream: Client, @unchecked Sendable {
    typealias Service = Kinesis

    /// What befalls one call.
    enum Fault {
        case none
        case lostRequest
        case lostReply
        case refused(WireError)
        /// These records of the call fail, by their place in it; the others are kept.
        case partial((Int) -> Bool)
    }

    struct Record: Equatable {
        let shard: String
        let sequenceNumber: String
        let key: String
        let payload: String
    }

    private(set) var records: [Record] = []
    /// How many records each call held.
    private(set) var calls: [Int] = []
    /// When each call came.
    private(set) var moments: [Duration] = []
    var fault: (PutRecords) -> Fault = { _ in .none }
    private let time: any TimeSource

    init(time: any TimeSource) {
        self.time = time
    }

    /// Payloads in the order of the stream, repeats left out.
    var firstOccurrences: [String] {
        var seen: Set<String> = []
        return records.map(\.payload).filter { seen.insert($0).inserted }
    }

    func callAsFunction<Op: Operation>(_ operation: Op) async throws -> Op.Output
    where Op.Service == Kinesis {
        guard let put = operation as? PutRecords else {
            throw ClientError.refused(WireError("UnknownOperationException", "not faked: \(Op.name)"))
        }
        calls.append(put.records.count)
        moments.append(time.uptime)
        let fault = fault(put)
        try await time.sleep(for: .milliseconds(1))
        switch fault {
        case .lostRequest: throw ClientError.unknown(reason: "the request was lost")
        case .refused(let error): throw ClientError.refused(error)
        case .none, .lostReply, .partial: break
        }
        let results = put.records.enumerated().map { place, record in
            if case .partial(let fails) = fault, fails(place) {
                return PutRecords.Result(
                    errorCode: "ProvisionedThroughputExceededException",
                    errorMessage: "Rate exceeded for shard.")
            }
            return keep(record)
        }
        try await time.sleep(for: .milliseconds(1))
        if case .lostReply = fault { throw ClientError.unknown(reason: "the reply was lost") }
        let failed = results.filter { $0.errorCode != nil }.count
        return PutRecords.Output(failedRecordCount: failed, records: results) as! Op.Output
    }

    private func keep(_ record: PutRecords.Entry) -> PutRecords.Result {
        let key = record.partitionKey ?? ""
        let shard = "shardId-00000000000\(key.utf8.reduce(0) { $0 + Int($1) } % 4)"
        let sequenceNumber = "4\(records.count + 1_000)"
        records.append(
            Record(
                shard: shard, sequenceNumber: sequenceNumber, key: key,
                payload: String(decoding: record.data.bytes, as: UTF8.self)))
        return PutRecords.Result(shardId: shard, sequenceNumber: sequenceNumber)
    }
}
