import Clockwork
import Disk
import Function
import Logging
import ServiceLifecycle
import Synchronization
import Testing
import Wire

@testable import Outages

/// Function and broker in one process, by their own keys and through the same bytes as ever.
@Suite(.timeLimit(.minutes(1))) struct `A function to which the broker pushes` {
    @Test func `reads on in the children of a shard that is split`() async throws {
        try await Premises.open { premises in
            premises.settings.shards = 1
            try await premises.provisioning().run()
            let stream = premises.client(Kinesis.self, as: .developer)
            let notebook = Notebook()
            let process = ServiceGroup(
                services: [try premises.function(handler: notebook)], logger: .mute)

            try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await process.run() }
                for number in 1...10 { try await stream.put(number) }
                await notebook.holds(10)
                _ = try await stream(
                    SplitShard(
                        streamName: "order-events", shardToSplit: "0",
                        newStartingHashKey: "170141183460469231731687303715884105728"))
                for number in 11...20 { try await stream.put(number) }
                await notebook.holds(20)
                await process.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }

            let (tea, coffee) = (notebook.payloads(of: "tea"), notebook.payloads(of: "coffee"))
            #expect(tea == (1...20).filter { $0.isMultiple(of: 2) }.map(String.init))
            #expect(coffee == (1...20).filter { !$0.isMultiple(of: 2) }.map(String.init))
            #expect(notebook.shards.count == 3)
        }
    }
}

extension Premises {
    fileprivate func function(handler: any BatchHandler) throws -> FunctionHost {
        try FunctionHost(
            settings: FunctionSettings(of: settings), storage: Storage(directory: directory),
            kinesis: client(Kinesis.self, as: .function), queue: client(SQS.self, as: .function),
            handler: handler, surroundings: .system(), logger: .mute)
    }
}

extension Client<Kinesis> {
    /// Of two keys in turn, whose records go to different children.
    fileprivate func put(_ number: Int) async throws {
        _ = try await self(
            PutRecord(
                streamName: "order-events", data: Blob(Array("\(number)".utf8)),
                partitionKey: number.isMultiple(of: 2) ? "tea" : "coffee",
                explicitHashKey: number.isMultiple(of: 2) ? "0" : "340282366920938463463374607431768211455"))
    }
}

/// A handler that notes what it is handed.
private final class Notebook: BatchHandler {
    private let notes = Mutex<[(shard: String, record: StreamRecord)]>([])
    private let bell = Bell()

    func handle(_ batch: RecordBatch) async throws -> [SkippedRecord] {
        notes.withLock { notes in notes += batch.records.map { (batch.shardID, $0) } }
        bell.ring()
        return []
    }

    /// Waits until so many records have come.
    func holds(_ count: Int) async {
        while notes.withLock(\.count) < count { await bell.heard() }
    }

    func payloads(of key: String) -> [String] {
        notes.withLock { notes in
            notes.filter { $0.record.partitionKey == key }.map {
                String(decoding: $0.record.data.bytes, as: UTF8.self)
            }
        }
    }

    var shards: Set<String> { notes.withLock { Set($0.map(\.shard)) } }
}
