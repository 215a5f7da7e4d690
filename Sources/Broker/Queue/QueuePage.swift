import Queue
import Wire

/// A page of queue names, in their order.
struct QueuePage {
    let names: [QueueKey]
    /// What the next page begins behind; only where a page of a certain length was asked for and more remain.
    let next: String?

    /// - Parameter most: 1 to 1,000; nil takes so many and tells of no further page.
    /// - Throws: `InvalidParameterValue`.
    init(of all: [QueueKey], most: Int?, after token: String?) throws(WireError) {
        if let most, !(1...1_000).contains(most) {
            throw WireError(.invalid(most, for: "MaxResults", "Must be between 1 and 1000."))
        }
        let behind = all.filter { $0.name > (token ?? "") }.sorted()
        names = Array(behind.prefix(most ?? 1_000))
        next = most != nil && names.count < behind.count ? names.last?.name : nil
    }
}
