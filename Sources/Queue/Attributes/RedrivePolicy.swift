import JSON

/// Where messages go that were received too often.
///
/// Source: Amazon SQS API Reference, `SetQueueAttributes`; spelling when read back observed on Amazon.
public struct RedrivePolicy: Hashable, Sendable {
    public var deadLetterTarget: QueueARN
    /// How often a message may be received, 1 to 1000.
    public var maxReceiveCount: Int

    public init(deadLetterTarget: QueueARN, maxReceiveCount: Int) {
        self.deadLetterTarget = deadLetterTarget
        self.maxReceiveCount = maxReceiveCount
    }

    /// - Throws: `InvalidParameterValue` for anything that is no redrive policy.
    init(parsing text: String) throws(QueueFault) {
        func fault(_ reason: String) -> QueueFault { .invalid(text, for: "RedrivePolicy", reason) }
        guard let policy = try? JSONValue(parsing: text), policy.object != nil else {
            throw fault("Redrive policy is not a valid JSON map.")
        }
        guard let target = policy["deadLetterTargetArn"] else {
            throw fault("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.")
        }
        guard let limit = policy["maxReceiveCount"] else {
            throw fault("Redrive policy does not contain mandatory attribute: maxReceiveCount.")
        }
        guard let targetText = target.string, let arn = QueueARN(targetText) else {
            throw fault("Invalid value for deadLetterTargetArn.")
        }
        guard let count = limit.integer.map(Int.init) ?? limit.string.flatMap(Int.init(_:)),
            (1...1_000).contains(count)
        else {
            throw fault(
                "Invalid value for maxReceiveCount: \(limit.string ?? limit.text), valid values are from 1 to 1000 both inclusive."
            )
        }
        self.init(deadLetterTarget: arn, maxReceiveCount: count)
    }

    /// Compact JSON with a number, whatever was written.
    public var text: String {
        let value: JSONValue = [
            "deadLetterTargetArn": .string(deadLetterTarget.description),
            "maxReceiveCount": .integer(Int64(maxReceiveCount)),
        ]
        return value.text
    }

    /// Refuses a target that does not suit.
    ///
    /// - Parameters:
    ///   - source: The queue that is to have this policy.
    ///   - target: The queue that ``deadLetterTarget`` names, or nil when there is none.
    /// - Throws: `InvalidParameterValue`.
    public func check(
        from source: QueueARN, _ kind: QueueKind, to target: (kind: QueueKind, allowing: RedriveAllowPolicy?)?
    ) throws(QueueFault) {
        func fault(_ reason: String) -> QueueFault { .invalid(text, for: "RedrivePolicy", reason) }
        guard deadLetterTarget.region == source.region, deadLetterTarget.account == source.account else {
            throw fault("Dead-letter target owner and region should be the same as the source's.")
        }
        guard let target else { throw fault("Dead letter target does not exist.") }
        guard target.kind == kind else {
            throw fault("Dead-letter queue must be same type of queue as the source.")
        }
        guard target.allowing?.allows(source) != false else {
            throw fault("Dead-letter queue does not allow this queue to use it (its RedriveAllowPolicy).")
        }
    }
}
