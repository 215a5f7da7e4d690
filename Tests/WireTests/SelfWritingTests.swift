import Clockwork
import Testing

@testable import Wire

@Suite struct `An output that writes itself` {
    private static let records = [
        StreamRecord(
            sequenceNumber: "495", approximateArrivalTimestamp: Timestamp(milliseconds: 1_700_000_000_123),
            data: Blob([0, 1, 255]), partitionKey: "Zoë \"☕\""),
        StreamRecord(
            sequenceNumber: "496", approximateArrivalTimestamp: Timestamp(seconds: 1_700_000_001),
            data: Blob([]), partitionKey: "k", encryptionType: "KMS"),
    ]
    private static let children = [
        ChildShard(
            shardId: "shardId-000000000001", parentShards: ["shardId-000000000000"],
            hashKeyRange: HashKeyRange(startingHashKey: "0", endingHashKey: "1"))
    ]

    @Test(arguments: [WireCoding.json, .cbor])
    func `says the same as Codable would, byte for byte`(coding: WireCoding) throws {
        for (records, iterator, children) in [
            (Self.records, "AAAA", nil), ([], nil, Self.children), ([], nil, nil),
        ] as [([StreamRecord], String?, [ChildShard]?)] {
            let answer = GetRecords.Output(
                records: records, nextShardIterator: iterator, millisBehindLatest: 7, childShards: children)
            let event = SubscribeToShard.Event(
                records: records, continuationSequenceNumber: "497", millisBehindLatest: 7,
                childShards: children)
            #expect(try coding.write(answer) == Self.codable(answer, in: coding))
            #expect(try coding.write(event) == Self.codable(event, in: coding))
        }
    }

    private static func codable(_ value: some Encodable, in coding: WireCoding) throws -> [UInt8] {
        let page = Page(coding)
        try page.write(value)
        return page.bytes
    }
}
