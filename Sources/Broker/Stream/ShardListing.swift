import Clockwork
import Crypto
import Stream
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One page of ListShards: which shards, after which, how many.
///
/// Source: Amazon Kinesis API Reference, `ListShards` and `ShardFilter`; refusals observed on Amazon.
struct ShardListing {
    private let request: ListShards
    private let seal: SymmetricKey
    private let now: Timestamp

    init(_ request: ListShards, seal: SymmetricKey, now: Timestamp) {
        self.request = request
        self.seal = seal
        self.now = now
    }

    /// - Parameter find: A stream, and the moment before which its records have expired.
    func page(
        of find: (_ name: String?, _ arn: String?) throws -> (OpenStream, horizon: Timestamp)
    ) throws -> ListShards.Output {
        try check()
        let (open, horizon): (OpenStream, Timestamp)
        let after: Int
        if let token = request.nextToken {
            // A token says what an iterator says, sealed and good for five minutes like one.
            let place = try unsealed(token)
            (open, horizon) = try find(place.stream, nil)
            after = place.shard
        } else {
            (open, horizon) = try find(request.streamName, request.streamARN)
            after = try request.exclusiveStartShardId.map { try number($0, in: open.stream) } ?? -1
        }
        let stream = open.stream
        if let created = request.streamCreationTimestamp, created.seconds != stream.createdAt.seconds {
            throw WireError(
                "ResourceNotFoundException",
                "Stream \(stream.name) under account \(stream.account) not found.")
        }
        let rest = open.shards(try selection(in: stream), horizon: horizon).filter { $0.number > after }
        let page = rest.prefix(min(request.maxResults ?? 1_000, 1_000))
        let token = page.count < rest.count ? page.last.map { sealed($0.number, of: stream) } : nil
        return ListShards.Output(shards: page.map(StreamDesk.describe), nextToken: token)
    }

    private func check() throws {
        var constraints = Constraints()
        constraints.stream(named: request.streamName, arn: request.streamARN)
        constraints.value(request.maxResults, in: 1...10_000, at: "maxResults")
        constraints.word(
            request.shardFilter?.type,
            among: [
                "AFTER_SHARD_ID", "AT_TRIM_HORIZON", "FROM_TRIM_HORIZON", "AT_LATEST", "AT_TIMESTAMP",
                "FROM_TIMESTAMP",
            ], at: "shardFilter.type")
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        if request.nextToken != nil {
            guard request.streamName == nil, request.streamARN == nil else {
                throw invalid("NextToken and StreamName cannot be provided together.")
            }
            guard request.exclusiveStartShardId == nil, request.streamCreationTimestamp == nil else {
                throw invalid(
                    "NextToken cannot be combined with ExclusiveStartShardId or StreamCreationTimestamp.")
            }
        } else if request.streamName == nil, request.streamARN == nil {
            throw invalid("Either NextToken or StreamName should be provided.")
        }
    }

    private func selection(in stream: DataStream) throws -> ShardSelection {
        guard let filter = request.shardFilter else { return .all }
        switch filter.type {
        case "AFTER_SHARD_ID":
            guard let id = filter.shardId else { throw invalid("AFTER_SHARD_ID needs a ShardId.") }
            return .after(try number(id, in: stream))
        case "AT_TRIM_HORIZON": return .openAtHorizon
        case "AT_LATEST": return .openNow
        case "AT_TIMESTAMP", "FROM_TIMESTAMP":
            guard let moment = filter.timestamp else { throw invalid("\(filter.type) needs a Timestamp.") }
            return filter.type == "AT_TIMESTAMP" ? .openAt(moment) : .openSince(moment)
        default: return .all
        }
    }

    private func number(_ text: String, in stream: DataStream) throws(WireError) -> Int {
        try WireError.mapping { () throws(StreamFault) in
            try Shard.number(in: text, stream: stream.name, account: stream.account)
        }
    }

    private func invalid(_ message: String) -> WireError { WireError("InvalidArgumentException", message) }

    private func sealed(_ shard: Int, of stream: DataStream) -> String {
        ShardIterator(
            stream: stream.name, streamCreation: stream.createdAt, shard: shard, place: .beginning,
            issuedAt: now
        ).sealed(for: .listing, with: seal)
    }

    private func unsealed(_ token: String) throws(WireError) -> ShardIterator {
        do {
            return try ShardIterator(unsealing: token, for: .listing, with: seal, now: now)
        } catch {
            if error.type == "ExpiredIteratorException" {
                throw WireError(
                    "ExpiredNextTokenException", "NextToken has expired; ask for the first page again.")
            }
            throw invalid("Invalid NextToken.")
        }
    }
}
