/// What every batch must look like before any of its entries is looked at.
///
/// Source: Amazon SQS API Reference, `SendMessageBatch`; order of the checks observed on Amazon.
public enum BatchShape {
    public static let mostEntries = 10
    public static let mostBytes = 1_048_576

    /// - Parameters:
    ///   - operation: The batch's name, such as `SendMessageBatch`.
    ///   - ids: Ids of the entries, in their order.
    ///   - bytes: Size of all entries together, for a send.
    /// - Throws: `EmptyBatchRequest`, `InvalidBatchEntryId`, `BatchRequestTooLong`, `BatchEntryIdsNotDistinct` or
    ///   `TooManyEntriesInBatchRequest`, the first that applies.
    public static func check(_ operation: String, ids: [String], bytes: Int = 0) throws(QueueFault) {
        if ids.isEmpty {
            throw QueueFault(
                .emptyBatchRequest, "There should be at least one \(operation)RequestEntry in the request.")
        }
        guard ids.allSatisfy(isSound) else {
            throw QueueFault(
                .invalidBatchEntryId,
                """
                A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at \
                most 80 letters long.
                """)
        }
        guard bytes <= mostBytes else {
            throw QueueFault(
                .batchRequestTooLong,
                "Batch requests cannot be longer than \(mostBytes) bytes. You have sent \(bytes) bytes.")
        }
        var seen: Set<String> = []
        if let repeated = ids.first(where: { !seen.insert($0).inserted }) {
            throw QueueFault(.batchEntryIdsNotDistinct, "Id \(repeated) repeated.")
        }
        guard ids.count <= mostEntries else {
            throw QueueFault(
                .tooManyEntriesInBatchRequest,
                "Maximum number of entries per request are \(mostEntries). You have sent \(ids.count).")
        }
    }

    private static func isSound(_ id: String) -> Bool {
        (1...80).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
