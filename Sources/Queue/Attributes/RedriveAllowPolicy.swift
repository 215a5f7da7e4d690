import JSON

/// Which queues may use this one for their dead letters.
///
/// Source: Amazon SQS API Reference, `SetQueueAttributes`.
public enum RedriveAllowPolicy: Hashable, Sendable {
    case allowAll
    case denyAll
    /// 1 to 10 queues.
    case byQueue([QueueARN])

    public func allows(_ source: QueueARN) -> Bool {
        switch self {
        case .allowAll: true
        case .denyAll: false
        case .byQueue(let sources): sources.contains(source)
        }
    }

    /// - Throws: `InvalidParameterValue` for anything that is no such policy.
    init(parsing text: String) throws(QueueFault) {
        func fault(_ reason: String) -> QueueFault { .invalid(text, for: "RedriveAllowPolicy", reason) }
        guard let policy = try? JSONValue(parsing: text), policy.object != nil else {
            throw fault("Redrive allow policy is not a valid JSON map.")
        }
        let sources = policy["sourceQueueArns"]
        switch (policy["redrivePermission"]?.string, sources) {
        case ("allowAll", nil): self = .allowAll
        case ("denyAll", nil): self = .denyAll
        case ("allowAll", _), ("denyAll", _):
            throw fault("sourceQueueArns may only be given when redrivePermission is byQueue.")
        case ("byQueue", let sources):
            let arns = sources?.array?.map { $0.string.flatMap(QueueARN.init(_:)) } ?? []
            guard (1...10).contains(arns.count), !arns.contains(nil) else {
                throw fault("redrivePermission byQueue needs 1 to 10 sourceQueueArns.")
            }
            self = .byQueue(arns.compactMap(\.self))
        default: throw fault("redrivePermission must be allowAll, denyAll or byQueue.")
        }
    }

    /// Compact JSON.
    public var text: String {
        let value: JSONValue =
            switch self {
            case .allowAll: ["redrivePermission": "allowAll"]
            case .denyAll: ["redrivePermission": "denyAll"]
            case .byQueue(let sources):
                [
                    "redrivePermission": "byQueue",
                    "sourceQueueArns": .array(sources.map { .string($0.description) }),
                ]
            }
        return value.text
    }
}
