/// One of Amazon's services, as far as its protocol goes.
public protocol WireService: Sendable {
    /// The service's name in signatures and policies, such as `sqs`.
    static var name: String { get }

    /// What stands before the dot in `X-Amz-Target`, such as `AmazonSQS`.
    static var targetPrefix: String { get }

    /// `application/x-amz-json-1.0` or `application/x-amz-json-1.1`.
    static var contentType: String { get }

    /// The content type under which it also speaks CBOR; by default it does not.
    static var contentTypeOfCBOR: String? { get }

    /// How this service writes an error down in JSON.
    static func response(to error: WireError) -> WireResponse

    /// What this service answers when a member is of the wrong JSON type.
    static func error(for mismatch: TypeMismatch) -> WireError

    /// What this service answers when required members are absent.
    ///
    /// - Parameter members: One or more names as they stand on the wire, each with the way there before it where it
    ///   lies deeper; places in lists count from 0: `Records.0.PartitionKey`.
    static func error(forMissing members: [String], in operation: String) -> WireError

    /// The older protocol in which the same operations can be asked for; by default there is none.
    static var queryDialect: QueryDialect? { get }

    /// What this service answers to a request whose content type it does not speak; by default it looks at none.
    static func refusal(ofContentTypeIn request: WireRequest) -> WireResponse?
}

extension WireService {
    public static var contentTypeOfCBOR: String? { nil }
    public static var queryDialect: QueryDialect? { nil }
    public static func refusal(ofContentTypeIn request: WireRequest) -> WireResponse? { nil }
}

/// One operation of a service, described once: the client encodes it, the server decodes it.
///
/// A property is written as the member of the same name with a capital letter, `queueUrl` as `QueueUrl`. The few
/// members that Amazon spells otherwise have a coding key that begins with `=`: `case tags = "=tags"`.
public protocol Operation: Codable, Sendable {
    associatedtype Service: WireService
    associatedtype Output: Codable & Sendable = NoOutput

    /// The operation's name on the wire; by default the type's own.
    static var name: String { get }

    /// What the operation works on, for the caller's policy to judge.
    ///
    /// Nil when only the handler can tell, which then asks ``Caller/require(_:on:)`` itself.
    var resource: ResourceName? { get }

    /// How long the server may keep the caller waiting on purpose, as a long poll does.
    var patience: Duration { get }
}

extension Operation {
    public static var name: String { String(describing: Self.self) }
    public var patience: Duration { .zero }
}

/// The output of an operation that has none: its answer has an empty body.
public struct NoOutput: Codable, Hashable, Sendable {
    public init() {}
}

/// What a policy speaks of: the last part of an Amazon resource name.
///
/// Source: AWS Service Authorization Reference, "Actions, resources, and condition keys" of each service.
public enum ResourceName: Hashable, Sendable {
    case queue(String)
    case stream(String)
    /// A consumer as its ARN names it behind the stream: `reader:1795521600`.
    case consumer(String, ofStream: String)
    /// Operations on the whole account, such as `ListQueues`.
    case account
    /// The courier's intake of events.
    case courier
    /// The OMS's counter, for shops that are coupled to it.
    case checkout
    /// A mock partner.
    case partner(String)
    /// The broker itself.
    case broker

    /// The name a policy compares: `orders.fifo`, `stream/order-events`, `partner/crm`, `*`.
    public var text: String {
        switch self {
        case .queue(let name): name
        case .stream(let name): "stream/\(name)"
        case .consumer(let name, let stream): "stream/\(stream)/consumer/\(name)"
        case .account: "*"
        case .courier: "courier"
        case .checkout: "checkout"
        case .partner(let name): "partner/\(name)"
        case .broker: "broker"
        }
    }

    /// The queue that a queue URL means, whoever's it is.
    public static func queue(url: String) -> ResourceName { .queue(QueueURL(url).name) }

    /// The queue that an ARN means, whoever's it is; nothing that any policy allows by name where the text is none.
    public static func queue(arn: String) -> ResourceName {
        .queue(arn.split(separator: ":", omittingEmptySubsequences: false).last.map(String.init) ?? "")
    }

    /// The stream that an ARN means, or whose consumer it means; nothing that any policy allows where it is neither's.
    public static func stream(owning arn: String) -> ResourceName {
        let parts = arn.split(separator: "/", omittingEmptySubsequences: false)
        return .stream(parts.count > 1 ? String(parts[1]) : "")
    }

    /// The stream that a name or an ARN means; nothing that any policy allows where neither is given.
    public static func stream(named name: String?, arn: String?) -> ResourceName {
        .stream(name ?? arn?.split(separator: "/").last.map(String.init) ?? "")
    }
}
