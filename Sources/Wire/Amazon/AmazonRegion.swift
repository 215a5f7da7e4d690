/// Amazon's own names: where a service is spoken in a region, and how a resource is called there.
///
/// Source: AWS General Reference, "AWS service endpoints" and "Amazon Resource Names (ARNs)".
public struct AmazonRegion: Hashable, Sendable {
    /// Such as `eu-central-1`.
    public let name: String

    public init(_ name: String) {
        self.name = name
    }

    /// Regions that share accounts and names: `aws`, `aws-cn` or `aws-us-gov`.
    public var partition: String {
        if name.hasPrefix("cn-") { return "aws-cn" }
        return name.hasPrefix("us-gov-") ? "aws-us-gov" : "aws"
    }

    /// Such as `https://sqs.eu-central-1.amazonaws.com`.
    public func endpoint(of service: String) -> String {
        "https://\(service).\(name).amazonaws.com\(partition == "aws-cn" ? ".cn" : "")"
    }

    /// Such as `arn:aws:sqs:eu-central-1:123456789012:orders.fifo`.
    ///
    /// - Parameter resource: As policies have it, such as `orders.fifo` or `stream/order-events`.
    public func arn(of resource: String, in service: String, account: String) -> String {
        "arn:\(partition):\(service):\(name):\(account):\(resource)"
    }
}
