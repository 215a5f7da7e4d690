import Wire

/// What tags a queue can have.
///
/// Source: Amazon SQS Developer Guide, "Cost allocation tags"; words observed.
enum QueueTags {
    /// Refuses tags that no queue can have.
    ///
    /// - Parameters:
    ///   - given: Those that a caller names.
    ///   - count: How many the queue would have then.
    static func check(_ given: WireMap<String>, making count: Int, on queue: String) throws(WireError) {
        guard count <= 50 else { throw SQS.invalidParameterValue("Too many tags added for queue \(queue).") }
        guard given.entries.allSatisfy({ (1...128).contains($0.key.unicodeScalars.count) }) else {
            throw SQS.invalidParameterValue("Tag keys must be between 1 and 128 characters in length.")
        }
        guard !given.entries.contains(where: { $0.key.lowercased().hasPrefix("aws:") }) else {
            throw SQS.invalidParameterValue("Tag keys must not begin with aws:, which is reserved.")
        }
        guard given.entries.allSatisfy({ $0.value.unicodeScalars.count <= 256 }) else {
            throw SQS.invalidParameterValue("Tag values must be between 0 and 256 characters in length.")
        }
    }
}
