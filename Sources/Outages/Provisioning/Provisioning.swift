import Wire

/// Compares a blueprint with a queue service and a stream service, and makes there what is missing.
package struct Provisioning: Sendable {
    private let blueprint: Blueprint
    private let region: String
    private let queue: any Client<SQS>
    private let stream: any Client<Kinesis>

    package init(settings: StreetSettings, queue: any Client<SQS>, stream: any Client<Kinesis>) {
        blueprint = Blueprint(of: settings)
        region = settings.region
        self.queue = queue
        self.stream = stream
    }

    /// What was done about one item.
    package struct Deed: Hashable, Sendable {
        package enum Kind: String, Hashable, Sendable {
            case created, updated, unchanged
            /// It differs, and nobody asked for a change, or none is possible.
            case left
        }

        package var item: ProvisioningPlan.Item
        package var kind: Kind
    }

    /// Makes sure that all is there as the street needs it.
    ///
    /// - Throws: ``ProvisioningFault`` when something is there and different; ``ClientError``.
    package func run() async throws {
        let left = try await apply(updating: false).filter { $0.kind == .left }.map(\.item)
        guard left.isEmpty else { throw ProvisioningFault.differs(left) }
    }

    /// Looks, by calls that change nothing.
    ///
    /// - Throws: ``ClientError``.
    package func plan() async throws -> ProvisioningPlan {
        var items: [ProvisioningPlan.Item] = []
        for wanted in blueprint.queues {
            items.append(wanted.compared(with: try await attributes(of: wanted)))
        }
        let (summary, account) = try await streamSummary()
        items.append(blueprint.stream.compared(with: summary))
        return ProvisioningPlan(region: region, account: account, items: items)
    }

    /// Makes what is missing.
    ///
    /// - Parameter updating: Whether to change what is there and different, as far as that is possible.
    /// - Throws: ``ClientError``. What was made before it stays.
    package func apply(updating: Bool) async throws -> [Deed] {
        let items = try await plan().items
        var deeds: [Deed] = []
        for item in items {
            let kind: Deed.Kind
            switch item.standing {
            case .asWanted: kind = .unchanged
            case .missing:
                try await make(item)
                kind = .created
            case .differs(let differences):
                let canBeMended = updating && differences.allSatisfy(\.canBeChanged)
                if canBeMended { try await change(item) }
                kind = canBeMended ? .updated : .left
            }
            deeds.append(Deed(item: item, kind: kind))
        }
        return deeds
    }

    // MARK: Looking

    private func attributes(of wanted: Blueprint.Queue) async throws -> WireMap<String>? {
        do {
            let url = try await queue(GetQueueUrl(queueName: wanted.name)).queueUrl
            return try await queue(GetQueueAttributes(queueUrl: url, attributeNames: ["All"])).attributes
        } catch let error as ClientError where error.type == "QueueDoesNotExist" {
            return nil
        }
    }

    /// The stream, and whose it is: its name tells, or the refusal of one that is not there.
    ///
    /// Source of the refusal's words: observed on Amazon Kinesis, "Stream x under account 123456789012 not found."
    private func streamSummary() async throws -> (StreamDescriptionSummary?, account: String?) {
        do {
            let summary = try await stream(DescribeStreamSummary(streamName: blueprint.stream.name))
                .streamDescriptionSummary
            let account = summary.streamARN.split(separator: ":", omittingEmptySubsequences: false).dropFirst(
                4
            )
            .first
            return (summary, account.map(String.init))
        } catch ClientError.refused(let error) where error.type == "ResourceNotFoundException" {
            let words = (error.message ?? "").split(separator: " ")
            let account = words.firstIndex(of: "account").flatMap { words.dropFirst($0 + 1).first }
            return (nil, account.map(String.init))
        }
    }

    // MARK: Making

    private func make(_ item: ProvisioningPlan.Item) async throws {
        guard let wanted = blueprint.queues.first(where: { item.kind == .queue && $0.name == item.name })
        else {
            let wanted = blueprint.stream
            do {
                _ = try await stream(CreateStream(streamName: wanted.name, shardCount: wanted.shards))
            } catch let error as ClientError where error.type == "ResourceInUseException" {
                // Somebody else was quicker.
            }
            return
        }
        let attributes = wanted.attributes(deadLetterARN: try await arnOfDeadLetters(of: wanted))
        _ = try await queue(CreateQueue(queueName: wanted.name, attributes: attributes))
    }

    private func change(_ item: ProvisioningPlan.Item) async throws {
        guard let wanted = blueprint.queues.first(where: { $0.name == item.name }) else { return }
        let url = try await queue(GetQueueUrl(queueName: wanted.name)).queueUrl
        let attributes = wanted.changeableAttributes(deadLetterARN: try await arnOfDeadLetters(of: wanted))
        _ = try await queue(SetQueueAttributes(queueUrl: url, attributes: attributes))
    }

    private func arnOfDeadLetters(of wanted: Blueprint.Queue) async throws -> String? {
        guard let dead = wanted.deadLetters?.queue else { return nil }
        let url = try await queue(GetQueueUrl(queueName: dead)).queueUrl
        return try await queue(GetQueueAttributes(queueUrl: url, attributeNames: ["QueueArn"]))
            .attributes?["QueueArn"]
    }
}

/// Why a street cannot be set up.
package enum ProvisioningFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// These are there, and not as the settings want them.
    case differs([ProvisioningPlan.Item])

    package var description: String {
        switch self {
        case .differs(let items):
            let told = items.flatMap { item -> [String] in
                guard case .differs(let differences) = item.standing else { return [] }
                return differences.map { "\(item.name): \($0)" }
            }
            return """
                The settings want other queues or another stream than there are. \(told.joined(separator: "; ")). Change the \
                settings, or let `orderflow aws apply --update` change what can be changed.
                """
        }
    }
}
