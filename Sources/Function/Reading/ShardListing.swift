import Wire

extension Client where Service == Kinesis {
    /// All shards of a stream, open and closed, page by page.
    func shards(of streamName: String) async throws -> [ShardDescription] {
        var page = try await self(ListShards(streamName: streamName))
        var shards = page.shards
        while let token = page.nextToken {
            page = try await self(ListShards(nextToken: token))
            shards += page.shards
        }
        return shards
    }
}
