import Clockwork
import Stream
import Wire

/// Shards that end, and others that go on.
extension StreamDesk {
    func split(_ request: SplitShard, for caller: Caller) async throws -> NoOutput {
        var constraints = Constraints()
        constraints.stream(named: request.streamName, arn: request.streamARN)
        constraints.shardID(request.shardToSplit, at: "shardToSplit")
        constraints.decimal(request.newStartingHashKey, mostDigits: 39, at: "newStartingHashKey")
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let name = try streamName(request.streamName, request.streamARN, caller)
        let number = try shardNumber(request.shardToSplit, in: name)
        return try await reshard(name) { stream, _, _ in
            (try stream.splitting(number, at: request.newStartingHashKey), NoOutput())
        }
    }

    func merge(_ request: MergeShards, for caller: Caller) async throws -> NoOutput {
        var constraints = Constraints()
        constraints.stream(named: request.streamName, arn: request.streamARN)
        constraints.shardID(request.shardToMerge, at: "shardToMerge")
        constraints.shardID(request.adjacentShardToMerge, at: "adjacentShardToMerge")
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let name = try streamName(request.streamName, request.streamARN, caller)
        let lower = try shardNumber(request.shardToMerge, in: name)
        let upper = try shardNumber(request.adjacentShardToMerge, in: name)
        return try await reshard(name) { stream, _, _ in
            (try stream.merging(lower, with: upper), NoOutput())
        }
    }

    func scale(_ request: UpdateShardCount, for caller: Caller) async throws -> UpdateShardCount.Output {
        var constraints = Constraints()
        constraints.stream(named: request.streamName, arn: request.streamARN)
        constraints.value(request.targetShardCount, in: 1...(.max), at: "targetShardCount")
        constraints.word(request.scalingType, among: ["UNIFORM_SCALING"], at: "scalingType")
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let name = try streamName(request.streamName, request.streamARN, caller)
        let arn = arn(of: name).description
        return try await reshard(name) { stream, settings, now in
            let plan = try stream.scaling(to: request.targetShardCount)
            if plan != nil { try settings.recentCalls.count(.shardCount, on: name.name, now: now) }
            let output = UpdateShardCount.Output(
                streamName: name.name, streamARN: arn, currentShardCount: stream.openShardCount,
                targetShardCount: request.targetShardCount)
            return (plan, output)
        }
    }
}
