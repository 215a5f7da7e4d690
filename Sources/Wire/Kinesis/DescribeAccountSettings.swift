/// Tells what the account has committed itself to.
///
/// Source: Amazon Kinesis API Reference, `DescribeAccountSettings`.
public struct DescribeAccountSettings: Operation {
    public typealias Service = Kinesis
    public typealias Output = AccountSettings

    public init() {}

    public var resource: ResourceName? { .account }
}
