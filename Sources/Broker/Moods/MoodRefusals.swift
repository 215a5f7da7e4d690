import Wire

/// What a caller hears who meets a mood: Amazon's codes and statuses.
extension WireError {
    /// Source: service model `sqs/2012-11-05`.
    static let requestThrottled = WireError(
        "RequestThrottled", "Too many requests. Try again later, and later again each time.", status: 403,
        namespace: SQS.modelNamespace)

    /// Records are bounded by throughput, everything else by calls.
    ///
    /// Source: Amazon Kinesis API Reference, "Errors" of each operation.
    static func throttled(_ operation: String) -> WireError {
        WireError(
            dataOperations.contains(operation)
                ? "ProvisionedThroughputExceededException" : "LimitExceededException",
            "Rate exceeded. Try again later, and later again each time.")
    }

    private static let dataOperations: Set<String> = [
        PutRecord.name, PutRecords.name, GetShardIterator.name, GetRecords.name, AwaitRecords.name,
    ]
}

extension Moods {
    /// Refuses a request of SQS that falls under a mood.
    func admit(toQueues operation: String) throws(WireError) {
        if refuse(operation, of: SQS.name) { throw .requestThrottled }
    }

    /// Refuses a request of Kinesis that falls under a mood.
    func admit(toStreams operation: String) throws(WireError) {
        if refuse(operation, of: Kinesis.name) { throw .throttled(operation) }
    }
}

extension BatchFailure {
    /// An entry that failed through no fault of its own. Nothing of it has happened.
    ///
    /// Source: Amazon SQS API Reference, `BatchResultErrorEntry`.
    static func internalError(ofEntry id: String) -> BatchFailure {
        BatchFailure(id: id, senderFault: false, code: "InternalError", message: "Internal Error")
    }
}
