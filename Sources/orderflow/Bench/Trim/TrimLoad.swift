import Clockwork
import Outages
import Wire

/// A stream whose records all expire at once, beside a writer who goes on.
struct TrimLoad {
    private static let stream = "bench"
    /// Records younger than this cannot expire.
    private static let retention = 24

    var records: Int
    var bytes: Int
    /// Puts of the writer in a second.
    var rate: Int
    /// How long the writer is looked at before.
    var span: Duration

    /// - Parameter directory: Where the broker keeps its files. It runs afterwards.
    func measure(_ broker: BrokerProcess, dataIn directory: String) async throws -> TrimFinding {
        let file = BrokerFile(path: "\(directory)/broker.db")
        var load = load(port: try await broker.start().port)
        try await load.once(CreateStream(streamName: Self.stream, shardCount: 4))
        try await load.once(
            IncreaseStreamRetentionPeriod(
                streamName: Self.stream, retentionPeriodHours: 2 * Self.retention))
        try await fill(by: load)
        await broker.kill()
        try file.setArrivalsBack(by: .seconds(Self.retention * 3_600))

        load = self.load(port: try await broker.start().port)
        let full = try file.shape
        let (exchanges, began, ended) = try await watchTrim(of: file, by: load)
        let trimmed = try file.shape
        try await fill(by: load)
        return TrimFinding(
            records: records, before: exchanges.filter { $0.due < began },
            during: exchanges.filter { $0.due >= began && $0.due < ended }, span: ended - began,
            full: full, trimmed: trimmed, filledAgain: try file.shape)
    }

    /// Lets all records expire while the writer goes on. - Returns: Its puts, and when the trim began and ended.
    private func watchTrim(
        of file: BrokerFile, by load: Load
    ) async throws -> ([PacedExchange], began: ContinuousClock.Instant, ended: ContinuousClock.Instant) {
        let schedule = Schedule(rate: rate)
        async let exchanges = load.pace(schedule, connections: 16) { [data = Blob(body)] number in
            try load.request(
                PutRecord(streamName: Self.stream, data: data, partitionKey: "key-\(number)"))
        }
        defer { schedule.end() }  // or the writer would go on for ever after an error
        let clock = ContinuousClock()
        try await clock.sleep(for: span)
        let began = clock.now
        try await load.once(
            DecreaseStreamRetentionPeriod(streamName: Self.stream, retentionPeriodHours: Self.retention))
        try await file.wait(untilTrimmed: records)
        let ended = clock.now
        schedule.end()
        return (try await exchanges, began, ended)
    }

    /// Puts the records, five hundred to a request.
    private func fill(by load: Load) async throws {
        let entries = (0..<500).map { PutRecords.Entry(data: Blob(body), partitionKey: "key-\($0)") }
        var left = records / 500
        while left > 0 {
            // A signed request is good for a few minutes, so each chunk has one of its own.
            let chunk = min(left, 2_000)
            let request = try load.request(PutRecords(streamName: Self.stream, records: entries))
            _ = try await load.each(Array(repeating: request, count: chunk), connections: 4)
            left -= chunk
        }
    }

    private var body: [UInt8] { Array(repeating: UInt8(ascii: "x"), count: bytes) }

    private func load(port: Int) -> Load {
        Load(host: "127.0.0.1", port: port, credentials: KeyRing.house[.developer].credentials)
    }
}
