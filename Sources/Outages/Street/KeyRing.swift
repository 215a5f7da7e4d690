import Orders
import Wire

/// The access keys of a street, one for each role, each with the least its role needs.
package struct KeyRing: Sendable {
    package enum Holder: String, Hashable, Sendable, CaseIterable {
        case shop
        case intake = "oms-intake"
        case relay = "oms-relay"
        case function
        case courier
        /// Who sets the street up and looks after it.
        case conductor
        /// Who develops against the broker. May do everything, on loopback only.
        case developer = "test"
    }

    private var keys: [Holder: AccessKey]
    /// Keys of other programs that a server should know.
    package var others: [AccessKey] = []

    package init(_ keys: [Holder: AccessKey]) {
        self.keys = keys
    }

    /// The key of a role; a role without one may do nothing.
    package subscript(holder: Holder) -> AccessKey {
        get {
            keys[holder]
                ?? AccessKey(
                    Credentials(accessKeyID: holder.rawValue, secretAccessKey: ""), policy: AccessPolicy([]))
        }
        set { keys[holder] = newValue }
    }

    /// All keys that a server should know.
    ///
    /// - Parameter isLoopback: Off loopback the developer's key, whose secret everybody knows, is left out.
    package func known(onLoopback isLoopback: Bool) -> [AccessKey] {
        Holder.allCases.compactMap { holder in
            holder == .developer && !isLoopback ? nil : keys[holder]
        } + others
    }

    /// The keys of the default configuration. Their secrets are no secrets; they tell roles apart on one machine.
    package static let house = KeyRing(
        Dictionary(
            uniqueKeysWithValues: Holder.allCases.map { holder in
                let secret = holder == .developer ? "test" : "local-\(holder.rawValue)-secret"
                return (
                    holder,
                    AccessKey(
                        Credentials(accessKeyID: holder.rawValue, secretAccessKey: secret),
                        policy: policy(of: holder))
                )
            }))

    /// What each role may do: enough for its work and nothing beside it.
    private static func policy(of holder: Holder) -> AccessPolicy {
        switch holder {
        case .shop:
            AccessPolicy([
                AccessPolicy.Statement(
                    actions: ["sqs:SendMessage", "sqs:SendMessageBatch", "sqs:GetQueueUrl"],
                    resources: ordersQueues),
                AccessPolicy.Statement(actions: ["checkout:PlaceOrder"], resources: ["checkout"]),
            ])
        case .intake:
            allow(
                [
                    "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:DeleteMessageBatch",
                    "sqs:ChangeMessageVisibility", "sqs:ChangeMessageVisibilityBatch",
                    "sqs:GetQueueAttributes",
                    "sqs:GetQueueUrl",
                ], on: ordersQueues)
        case .relay:
            AccessPolicy([
                AccessPolicy.Statement(
                    actions: [
                        "kinesis:PutRecord", "kinesis:PutRecords", "kinesis:DescribeStreamSummary",
                        "kinesis:ListShards",
                    ], resources: orderEvents),
                AccessPolicy.Statement(
                    actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueUrl"],
                    resources: [Pipeline.gapQueue]),
            ])
        case .function:
            AccessPolicy([
                AccessPolicy.Statement(
                    actions: [
                        "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards",
                        "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:AwaitRecords",
                    ], resources: orderEvents),
                AccessPolicy.Statement(
                    actions: [
                        "kinesis:RegisterStreamConsumer", "kinesis:DescribeStreamConsumer",
                        "kinesis:SubscribeToShard",
                    ], resources: orderEvents + orderEventConsumers),
                AccessPolicy.Statement(
                    actions: ["sqs:SendMessage", "sqs:GetQueueUrl"], resources: [Pipeline.gapQueue]),
                AccessPolicy.Statement(actions: ["courier:AcceptEvents"], resources: ["courier"]),
            ])
        case .courier:
            AccessPolicy([])
        case .conductor:
            AccessPolicy([
                AccessPolicy.Statement(
                    actions: [
                        "sqs:CreateQueue", "sqs:GetQueueUrl", "sqs:GetQueueAttributes",
                        "sqs:SetQueueAttributes",
                    ], resources: ordersQueues + deadQueues + [Pipeline.gapQueue]),
                AccessPolicy.Statement(
                    actions: ["sqs:StartMessageMoveTask", "sqs:ListMessageMoveTasks"], resources: deadQueues),
                AccessPolicy.Statement(
                    actions: ["kinesis:CreateStream", "kinesis:DescribeStreamSummary"],
                    resources: orderEvents),
                AccessPolicy.Statement(actions: ["partners:*", "broker:*"], resources: ["*"]),
            ])
        case .developer:
            .everything
        }
    }

    private static let ordersQueues = [Pipeline.orderQueue, Pipeline.standardOrderQueue]
    private static let deadQueues = [
        Pipeline.deadOrderQueue, Pipeline.standardDeadOrderQueue, Pipeline.deadEventQueue,
    ]
    private static let orderEvents = ["stream/\(Pipeline.eventStream)"]
    private static let orderEventConsumers = orderEvents.map { "\($0)/consumer/*" }

    private static func allow(_ actions: [String], on resources: [String]) -> AccessPolicy {
        AccessPolicy([AccessPolicy.Statement(actions: actions, resources: resources)])
    }
}
