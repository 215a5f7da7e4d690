/// Which of a message's attributes a receiver wants to see.
///
/// Source: Amazon SQS API Reference, `ReceiveMessage`; that the dot of `prefix.*` is no part of the prefix was observed
/// on Amazon.
public struct AttributeSelection: Hashable, Sendable {
    private let takesAll: Bool
    private let names: Set<String>
    private let prefixes: [String]

    /// - Parameter wanted: Names, `prefix.*`, or `All`, `*` and `.*` for every one. What matches nothing is ignored.
    public init(_ wanted: [String]) {
        takesAll = wanted.contains { $0 == "All" || $0 == "*" || $0 == ".*" }
        names = Set(wanted)
        prefixes = wanted.filter { $0.hasSuffix(".*") }.map { String($0.dropLast(2)) }
    }

    public var isEmpty: Bool { !takesAll && names.isEmpty }

    public func contains(_ name: String) -> Bool {
        takesAll || names.contains(name) || prefixes.contains { name.hasPrefix($0) }
    }
}

/// What SQS itself tells of a message.
public enum SystemAttribute: String, Hashable, Sendable, CaseIterable {
    case senderId = "SenderId"
    case sentTimestamp = "SentTimestamp"
    case approximateReceiveCount = "ApproximateReceiveCount"
    case approximateFirstReceiveTimestamp = "ApproximateFirstReceiveTimestamp"
    case sequenceNumber = "SequenceNumber"
    case messageDeduplicationId = "MessageDeduplicationId"
    case messageGroupId = "MessageGroupId"
    case awsTraceHeader = "AWSTraceHeader"
    case deadLetterQueueSourceArn = "DeadLetterQueueSourceArn"

    /// Reads what a receiver asks for.
    ///
    /// - Parameter names: Names, or `All`; none asks for none.
    /// - Throws: `InvalidAttributeName` for a name that is none.
    public static func selection(_ names: [String]) throws(QueueFault) -> [SystemAttribute] {
        var selected: Set<SystemAttribute> = []
        for name in names where name != "All" {
            guard let attribute = SystemAttribute(rawValue: name) else { throw .unknownAttribute(name) }
            selected.insert(attribute)
        }
        return names.contains("All") ? allCases : allCases.filter(selected.contains)
    }
}
