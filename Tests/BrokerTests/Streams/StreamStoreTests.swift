import Clockwork
import GRDB
import Stream
import Testing

@testable import Broker

@Suite struct `A file of an older broker` {
    @Test func `keeps its streams, and their tags under their ARNs`() throws {
        var migrator = DatabaseMigrator()
        StreamStore.addMigrations(to: &migrator)
        let file = try DatabaseQueue()
        try migrator.migrate(file, upTo: "what namesakes must know of deleted streams")
        try file.write { db in
            try db.execute(
                sql: """
                    INSERT INTO streams (stream_key, region, name, account, created_at, retention_hours, mode)
                      VALUES (7, 'us-east-1', 's', '000000000000', 1700000000000000, 24, 'PROVISIONED');
                    INSERT INTO stream_tags VALUES (7, 'team', 'tea');
                    INSERT INTO shards (shard_key, stream_key, shard_number, first_hash_key, last_hash_key, creation_second)
                      VALUES (9, 7, 0, '0', '340282366920938463463374607431768211455', 1699999998);
                    INSERT INTO records VALUES (9 << 40 | 1, 1700000001000000, 'k', x'746561');
                    """)
        }

        try migrator.migrate(file)

        try file.read { db in
            let rows = try StreamStore.loadAll(db)
            #expect(rows.map(\.stream.name) == ["s"] && rows[0].shardKeys == [9])
            #expect(rows[0].settings == StreamSettings() && rows[0].transition == nil)
            #expect(try StreamStore.nextShardKey(db) == 10)
            let arn = try #require(ResourceARN("arn:aws:kinesis:us-east-1:000000000000:stream/s"))
            #expect(try StreamStore.tags(db) == [arn: ["team": "tea"]])
            let records = try StreamStore.read(
                shardKey: 9, from: .beginning, notBefore: Timestamp(seconds: 0), limit: 10, bytes: 1_000,
                in: db)
            #expect(records.map(\.isEncrypted) == [false])
        }
    }
}
