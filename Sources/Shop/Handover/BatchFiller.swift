/// Fills batches by count and by bytes: ten orders fit one call, but ten large ones do not.
///
/// Source: Amazon SQS API Reference, `SendMessageBatch`: at most 10 entries, together at most 1 MiB.
struct BatchFiller {
    static let mostEntries = 10
    static let mostBytes = 1_048_576

    private(set) var count = 0
    private(set) var bytes = 0

    /// Takes one more message into the batch, if it fits.
    ///
    /// - Parameter size: Body and attributes together. A message that is too large for any batch fits an
    ///   empty one: it is for the queue to refuse it.
    mutating func takes(_ size: Int) -> Bool {
        guard count == 0 || (count < Self.mostEntries && size <= Self.mostBytes - bytes) else { return false }
        count += 1
        bytes += size
        return true
    }
}
