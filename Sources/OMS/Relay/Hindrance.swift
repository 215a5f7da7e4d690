import Disk
import Wire

/// Why events are still in the outbox after a sweep, or a gap is not refilled.
struct Hindrance: Error, CustomStringConvertible {
    let description: String
    /// What failures have in common that need telling only once.
    let kind: String
    /// The stream asks to be left alone for longer.
    let isThrottling: Bool
    /// True when other records would have fared no better.
    let concernsAll: Bool

    /// A call that brought no answer, or a refusal.
    init(_ error: ClientError) {
        description = "\(error)"
        switch error {
        case .refused(let refusal):
            kind = refusal.type
            isThrottling = refusal.isThrottling
            concernsAll = !Self.typesAboutRecords.contains(refusal.type)
        case .unknown:
            kind = "unknown"
            isThrottling = false
            concernsAll = true
        }
    }

    /// One record that failed while its neighbours may not have.
    init(ofRecord code: String, _ message: String?) {
        let error = WireError(code, message)
        description = "\(error)"
        kind = code
        isThrottling = error.isThrottling
        concernsAll = false
    }

    private init(_ error: DiskError) {
        description = "\(error)"
        kind = "disk"
        isThrottling = false
        concernsAll = true
    }

    /// Nil for an error that waiting does not cure.
    init?(_ error: any Error) {
        switch error {
        case let hindrance as Hindrance: self = hindrance
        case let error as ClientError: self.init(error)
        case let error as DiskError where error.mayPass: self.init(error)
        default: return nil
        }
    }

    /// Refusals for what a record is. Source: Amazon Kinesis API Reference, `PutRecords`.
    private static let typesAboutRecords: Set<String> = [
        "ValidationException", "InvalidArgumentException", "SerializationException",
    ]
}
