/// How a mock partner is given another temper. Ours, in the manner of Amazon's JSON services.
public enum PartnerControl: WireService {
    public static let name = "partners"
    public static let targetPrefix = "Partners_20261101"
    public static let contentType = "application/x-amz-json-1.1"

    public static func response(to error: WireError) -> WireResponse { Kinesis.response(to: error) }
    public static func error(for mismatch: TypeMismatch) -> WireError { Kinesis.error(for: mismatch) }
    public static func error(forMissing members: [String], in operation: String) -> WireError {
        Kinesis.error(forMissing: members, in: operation)
    }
}

/// Gives a partner a temper for a while; afterwards it is by itself as it was set up.
public struct SetTemper: Operation {
    public typealias Service = PartnerControl

    public var partner: String
    public var temper: TemperDescription
    /// 1 to 3,600,000.
    public var forMilliseconds: Int

    public init(partner: String, temper: TemperDescription, forMilliseconds: Int) {
        self.partner = partner
        self.temper = temper
        self.forMilliseconds = forMilliseconds
    }

    public var resource: ResourceName? { .partner(partner) }
}

/// Tells what temper a partner has.
public struct DescribePartner: Operation {
    public typealias Service = PartnerControl

    public var partner: String

    public init(partner: String) {
        self.partner = partner
    }

    public var resource: ResourceName? { .partner(partner) }

    public struct Output: Codable, Sendable {
        public var partner: String
        public var temper: TemperDescription
        /// Nil for the temper it was set up with.
        public var endsInMilliseconds: Int?

        public init(partner: String, temper: TemperDescription, endsInMilliseconds: Int?) {
            self.partner = partner
            self.temper = temper
            self.endsInMilliseconds = endsInMilliseconds
        }
    }
}

/// A temper as it crosses the wire: its name, and the one or two figures that belong to it.
public struct TemperDescription: Codable, Hashable, Sendable {
    /// `well-behaved`, `slow`, `flapping`, `refusing`, `down`, `forgetful`, `rate-limiting` or `gone`.
    public var name: String
    /// Of `slow`: how long it takes to answer, 1 to 3,600,000.
    public var delayMilliseconds: Int?
    /// Of `flapping` and `forgetful`: which share of the webhooks it meets, 1 to 100.
    public var percent: Int?
    /// Of `refusing`: what it answers, 400 to 599.
    public var status: Int?
    /// Of `down`: what it asks for, 0 to 86,400; absent, it asks for nothing.
    public var retryAfterSeconds: Int?
    /// Of `rate-limiting`: how many webhooks it takes, 1 to 10,000.
    public var perSecond: Int?

    public init(
        name: String, delayMilliseconds: Int? = nil, percent: Int? = nil, status: Int? = nil,
        retryAfterSeconds: Int? = nil, perSecond: Int? = nil
    ) {
        self.name = name
        self.delayMilliseconds = delayMilliseconds
        self.percent = percent
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
        self.perSecond = perSecond
    }
}
