/// What the holder of an access key may do: everything not allowed is forbidden.
public struct AccessPolicy: Hashable, Sendable {
    /// Allows some actions on some resources. A `*` may stand at the end of either.
    public struct Statement: Hashable, Sendable {
        /// Such as `sqs:SendMessage` or `kinesis:*`.
        public var actions: [String]
        /// Such as `orders.fifo`, `stream/order-events` or `*`.
        public var resources: [String]

        public init(actions: [String], resources: [String]) {
            self.actions = actions
            self.resources = resources
        }
    }

    public var statements: [Statement]

    public init(_ statements: [Statement]) {
        self.statements = statements
    }

    /// Allows everything: for the developer's own key, on loopback.
    public static let everything = AccessPolicy([Statement(actions: ["*"], resources: ["*"])])

    public func allows(_ action: String, on resource: ResourceName) -> Bool {
        let resource = resource.text
        return statements.contains { statement in
            statement.actions.contains { Self.covers($0, action) }
                && statement.resources.contains { Self.covers($0, resource) }
        }
    }

    private static func covers(_ pattern: String, _ name: String) -> Bool {
        pattern.utf8.last == UInt8(ascii: "*") ? name.hasPrefix(pattern.dropLast()) : pattern == name
    }
}

extension AccessPolicy.Statement: LosslessStringConvertible {
    /// Reads a sentence such as `sqs:SendMessage, sqs:GetQueueUrl on orders.fifo`.
    ///
    /// - Returns: Nil for anything but actions, `on` and resources, each list with commas in it.
    public init?(_ sentence: String) {
        let words = sentence.split(whereSeparator: { $0 == " " || $0 == "," }).map(String.init)
        guard let place = words.firstIndex(of: "on"), place > 0, place + 1 < words.count else { return nil }
        self.init(actions: Array(words[..<place]), resources: Array(words[(place + 1)...]))
    }

    public var description: String {
        "\(actions.joined(separator: ", ")) on \(resources.joined(separator: ", "))"
    }
}

/// An access key that a server knows.
public struct AccessKey: Hashable, Sendable {
    public var credentials: Credentials
    public var policy: AccessPolicy

    public init(_ credentials: Credentials, policy: AccessPolicy) {
        self.credentials = credentials
        self.policy = policy
    }
}

/// Who calls, once the signature has been found good.
public struct Caller: Sendable {
    public let accessKeyID: String
    /// The region that the caller signed for; every region is a world of its own.
    public let region: String
    /// Scheme and authority that the caller used, such as `http://127.0.0.1:4566`: queue URLs are told in these words.
    public let endpoint: String
    /// `X-Amzn-Trace-Id`, where the caller sent one.
    public let traceHeader: String?
    private let policy: AccessPolicy
    private let denied: @Sendable (_ action: String, _ resource: ResourceName) -> WireError

    public init(
        accessKeyID: String, region: String, endpoint: String, traceHeader: String? = nil,
        policy: AccessPolicy,
        denied: @escaping @Sendable (_ action: String, _ resource: ResourceName) -> WireError
    ) {
        self.accessKeyID = accessKeyID
        self.region = region
        self.endpoint = endpoint
        self.traceHeader = traceHeader
        self.policy = policy
        self.denied = denied
    }

    /// Makes sure that the caller's policy allows an action.
    ///
    /// - Parameter action: With the service before it, such as `kinesis:GetRecords`.
    /// - Throws: The service's own "access denied" error.
    public func require(_ action: String, on resource: ResourceName) throws(WireError) {
        guard policy.allows(action, on: resource) else { throw denied(action, resource) }
    }
}
