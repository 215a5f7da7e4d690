/// Adds a statement to a queue's policy, by which other accounts may do something with it.
///
/// Source: Amazon SQS API Reference, `AddPermission`.
public struct AddPermission: Operation {
    public typealias Service = SQS

    public var queueUrl: String
    /// By which the statement can be removed: up to 80 letters, digits, hyphens and underscores.
    public var label: String
    /// Accounts of 12 digits.
    public var awsAccountIds: [String]
    /// Names of operations such as `SendMessage`, or `*`; at most 7.
    public var actions: [String]

    public init(queueUrl: String, label: String, awsAccountIds: [String], actions: [String]) {
        self.queueUrl = queueUrl
        self.label = label
        self.awsAccountIds = awsAccountIds
        self.actions = actions
    }

    public var resource: ResourceName? { .queue(url: queueUrl) }

    enum CodingKeys: String, CodingKey {
        case queueUrl, label, actions
        case awsAccountIds = "=AWSAccountIds"
    }
}
