import JSON
import Wire

/// A blueprint held against what is there.
package struct ProvisioningPlan: Hashable, Sendable {
    /// One queue, or the stream.
    package struct Item: Hashable, Sendable {
        package enum Kind: String, Hashable, Sendable {
            case queue, stream
        }

        package var kind: Kind
        package var name: String
        package var purpose: String
        /// What it should be like, by name.
        package var wanted: [Setting]
        package var standing: Standing
    }

    package struct Setting: Hashable, Sendable {
        package var name: String
        package var value: String
    }

    package enum Standing: Hashable, Sendable {
        /// Not there.
        case missing
        case asWanted
        case differs([Difference])

        package var word: String {
            switch self {
            case .missing: "missing"
            case .asWanted: "there"
            case .differs: "differs"
            }
        }
    }

    /// A setting that is another one than the blueprint's.
    package struct Difference: Hashable, Sendable, CustomStringConvertible {
        package var name: String
        package var found: String
        package var wanted: String
        /// False for what is settled when a queue or stream is made, or takes more than a change of attributes.
        package var canBeChanged = true

        package var description: String { "\(name) is \(found), not \(wanted)" }
    }

    package var region: String
    /// Nil where the service does not tell.
    package var account: String?
    package var items: [Item]

    package var isFulfilled: Bool { items.allSatisfy { $0.standing == .asWanted } }
}

extension Blueprint.Queue {
    /// - Parameter attributes: As `GetQueueAttributes` told them; nil where there is no such queue.
    func compared(with attributes: WireMap<String>?) -> ProvisioningPlan.Item {
        var differences: [ProvisioningPlan.Difference] = []
        func compare(_ name: String, _ found: String?, _ wanted: String?, canBeChanged: Bool = true) {
            guard let wanted, found != wanted else { return }
            differences.append(
                .init(name: name, found: found ?? "not set", wanted: wanted, canBeChanged: canBeChanged))
        }
        if let attributes {
            compare("FifoQueue", attributes["FifoQueue"] ?? "false", "\(isFIFO)", canBeChanged: false)
            compare(
                "VisibilityTimeout", attributes["VisibilityTimeout"],
                visibilityTimeout.map { "\($0.components.seconds)" })
            // Dead letters stay in account and region, so the name says it all.
            let redrive = attributes["RedrivePolicy"].flatMap { try? JSONValue(parsing: Array($0.utf8)) }
            compare(
                "deadLetterTarget",
                redrive?["deadLetterTargetArn"]?.string.map { ResourceName.queue(arn: $0).text },
                deadLetters?.queue)
            compare(
                "maxReceiveCount", redrive?["maxReceiveCount"].map { $0.string ?? $0.text },
                deadLetters.map { "\($0.maxReceiveCount)" })
        }
        var wanted: [ProvisioningPlan.Setting] = [.init(name: "FifoQueue", value: "\(isFIFO)")]
        if let visibilityTimeout {
            wanted.append(.init(name: "VisibilityTimeout", value: "\(visibilityTimeout.components.seconds)"))
        }
        if let deadLetters {
            wanted.append(.init(name: "deadLetterTarget", value: deadLetters.queue))
            wanted.append(.init(name: "maxReceiveCount", value: "\(deadLetters.maxReceiveCount)"))
        }
        return ProvisioningPlan.Item(
            kind: .queue, name: name, purpose: purpose, wanted: wanted,
            standing: attributes == nil ? .missing : differences.isEmpty ? .asWanted : .differs(differences))
    }
}

extension Blueprint.Stream {
    /// - Parameter summary: Nil where there is no such stream.
    func compared(with summary: StreamDescriptionSummary?) -> ProvisioningPlan.Item {
        var differences: [ProvisioningPlan.Difference] = []
        // One that is on its way has no shards yet, and one on demand has as many as it needs.
        if let summary, summary.streamStatus == "ACTIVE", summary.openShardCount != shards,
            summary.streamModeDetails?.streamMode != "ON_DEMAND"
        {
            differences.append(
                .init(
                    name: "ShardCount", found: "\(summary.openShardCount)", wanted: "\(shards)",
                    canBeChanged: false))
        }
        return ProvisioningPlan.Item(
            kind: .stream, name: name, purpose: purpose,
            wanted: [.init(name: "ShardCount", value: "\(shards)")],
            standing: summary == nil ? .missing : differences.isEmpty ? .asWanted : .differs(differences))
    }
}
