import Clockwork
import Configuration
import Outages
import SystemPackage
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads a street's settings: the environment (`ORDERFLOW_…`) first, then a file, then defaults that suit a laptop.
struct SettingsReader {
    private let config: ConfigReader

    /// - Parameter file: The file given by `--config`; nil takes `config/local.yaml` where there is one.
    init(file: String?) async throws {
        let environment = EnvironmentVariablesProvider().prefixKeys(with: "orderflow")
        let path = file ?? "config/local.yaml"
        let isThere = FileManager.default.fileExists(atPath: path)
        guard isThere || file == nil else { throw SettingsFault("There is no settings file \(path).") }
        if isThere {
            config = ConfigReader(providers: [
                environment, try await FileProvider<YAMLSnapshot>(filePath: FilePath(path)),
            ])
        } else {
            config = ConfigReader(provider: environment)
        }
    }

    /// - Throws: ``SettingsFault`` for a value that cannot be.
    func streetSettings() throws -> StreetSettings {
        var street = StreetSettings()
        street.wiring = try choice("wiring", default: street.wiring)
        street.data = config.string(forKey: "data", default: street.data)
        street.region = config.string(forKey: "region", default: street.region)
        street.broker = try address("broker", default: street.broker)
        street.ballastBytes =
            Int64(try number("broker.ballast", in: 0...65_536, default: Int(street.ballastBytes >> 20))) << 20
        street.oms = try address("oms", default: street.oms)
        street.permitsMoods = config.bool(forKey: "broker.moods", default: street.permitsMoods)
        street.courier = try address("courier", default: street.courier)
        street.courierConcurrency = try number(
            "courier.concurrency", in: 2...256, default: street.courierConcurrency)
        street.queueEndpoint = config.string(forKey: "queue.endpoint")
        street.streamEndpoint = config.string(forKey: "stream.endpoint")
        street.reader = try optionalChoice("function.reader")
        street.consumerName = config.string(forKey: "function.consumer", default: street.consumerName)
        street.pollInterval = .milliseconds(
            try number(
                "function.pollInterval", in: 200...300_000, default: Int(street.pollInterval.milliseconds)))
        street.isAnonymous = config.bool(forKey: "anonymous", default: false)
        street.queueKind = try choice("queue.kind", default: street.queueKind)
        street.visibilityTimeout = .seconds(
            try number(
                "queue.visibilityTimeout", in: 0...43_200,
                default: Int(street.visibilityTimeout.components.seconds)))
        street.quietSpan = .seconds(
            try number("queue.quietSpan", in: 0...3_600, default: Int(street.quietSpan.components.seconds)))
        street.maxReceiveCount = try number(
            "queue.maxReceiveCount", in: 1...1_000, default: street.maxReceiveCount)
        street.shards = try number("stream.shards", in: 1...1_000, default: street.shards)
        street.controlDelay = .milliseconds(
            try number("stream.controlDelay", in: 0...60_000, default: Int(street.controlDelay.milliseconds)))
        street.throttlesStreams = config.bool(
            forKey: "stream.throttle", default: street.throttlesStreams)
        street.workers = try number("oms.workers", in: 1...64, default: street.workers)
        street.consumer = try choice("oms.consumer", default: street.consumer)
        street.retrySchedule = try choice("retries.schedule", default: street.retrySchedule)
        street.shop = try shop(street.shop)
        street.partners = try partners(street.partners)
        street.keys = try keys(street.keys)
        if config.bool(forKey: "amazon", default: false) { try street.moveToAmazon() }
        street.arrows = try arrows(of: street)
        return street
    }

    private func address(_ key: String, default fallback: StreetSettings.Address) throws
        -> StreetSettings.Address
    {
        StreetSettings.Address(
            host: config.string(forKey: ConfigKey("\(key).host"), default: fallback.host),
            port: try number("\(key).port", in: 0...65_535, default: fallback.port))
    }

    /// The relay that a conductor has set up; nobody else needs one.
    private func arrows(of street: StreetSettings) throws -> StreetArrows? {
        guard config.int(forKey: "arrows.desk.port") != nil, var arrows = street.withArrows().arrows else {
            return nil
        }
        arrows.desk = try address("arrows.desk", default: arrows.desk)
        for (name, listener) in arrows.listeners {
            arrows.listeners[name] = try address("arrows.\(name.key)", default: listener)
        }
        return arrows
    }

    private func number(_ key: String, in range: ClosedRange<Int>, default fallback: Int) throws -> Int {
        let number = config.int(forKey: ConfigKey(key), default: fallback)
        guard range.contains(number) else {
            throw SettingsFault("\(key) is \(number). Use \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    private func choice<Choice>(_ key: String, default fallback: Choice) throws -> Choice
    where Choice: CaseIterable & RawRepresentable<String> {
        try optionalChoice(key) ?? fallback
    }

    private func optionalChoice<Choice>(_ key: String) throws -> Choice?
    where Choice: CaseIterable & RawRepresentable<String> {
        guard let text = config.string(forKey: ConfigKey(key)) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw SettingsFault("\(key) is \(text). Use one of: \(known).")
        }
        return choice
    }

    private func partners(_ house: [StreetSettings.Partner]) throws -> [StreetSettings.Partner] {
        let names = config.stringArray(forKey: "partners.names", default: house.map(\.name))
        return try names.enumerated().map { place, name in
            let known = house.first { $0.name == name }
            let address = try address(
                "partners.\(name)",
                default: known?.address ?? StreetSettings.Address(port: 4_571 + place))
            guard let text = config.string(forKey: ConfigKey("partners.\(name).secret")) else {
                guard let known else {
                    throw SettingsFault(
                        "partners.\(name).secret is missing. Give it a whsec_ secret of its own.")
                }
                return StreetSettings.Partner(name: name, address: address, secret: known.secret)
            }
            guard let secret = WebhookSecret(text) else {
                throw SettingsFault("partners.\(name).secret is not whsec_ and base64.")
            }
            return StreetSettings.Partner(name: name, address: address, secret: secret)
        }
    }

    private func shop(_ house: ShopPlan) throws -> ShopPlan {
        var plan = house
        switch config.string(forKey: "shop.source", default: "synthetic") {
        case "house-day":
            plan.source = .houseDay
            plan.pace = .replay(speed: 549)
        case "online-retail":
            plan.source = .onlineRetail(config.stringArray(forKey: "shop.files", default: []))
            plan.pace = .replay(speed: 549)
        case "synthetic": plan.source = .synthetic(orders: config.int(forKey: "shop.orders"))
        case let other:
            throw SettingsFault("shop.source is \(other). Use one of: house-day, online-retail, synthetic.")
        }
        if let speed = config.double(forKey: "shop.speed") { plan.pace = .replay(speed: speed) }
        if let rate = config.double(forKey: "shop.rate") { plan.pace = .rate(perSecond: rate) }
        if config.bool(forKey: "shop.burst", default: false) { plan.pace = .burst }
        if let seed = config.int(forKey: "shop.seed") { plan.seed = UInt64(bitPattern: Int64(seed)) }
        plan.tries = try number("shop.tries", in: 1...10, default: plan.tries)
        plan.prankScale = config.double(forKey: "shop.prankScale")
        return plan
    }

    private func keys(_ house: KeyRing) throws -> KeyRing {
        var ring = house
        for holder in KeyRing.Holder.allCases {
            let key = "keys.\(holder.rawValue)"
            if let id = config.string(forKey: ConfigKey("\(key).id")) {
                ring[holder].credentials.accessKeyID = id
            }
            if let secret = config.string(forKey: ConfigKey("\(key).secret")) {
                ring[holder].credentials.secretAccessKey = secret
            }
            if let policy = try policy(of: holder.rawValue) { ring[holder].policy = policy }
        }
        ring.others = try config.stringArray(forKey: "keys.names", default: []).map { name in
            guard let secret = config.string(forKey: ConfigKey("keys.\(name).secret")) else {
                throw SettingsFault("keys.\(name).secret is missing. Give the key one.")
            }
            guard let policy = try policy(of: name) else {
                throw SettingsFault(
                    "keys.\(name).allow is missing. Say what the key may do, or [] for nothing.")
            }
            let id = config.string(forKey: ConfigKey("keys.\(name).id"), default: name)
            return AccessKey(Credentials(accessKeyID: id, secretAccessKey: secret), policy: policy)
        }
        return ring
    }

    /// What a key may do; nil where the settings do not say.
    private func policy(of key: String) throws -> AccessPolicy? {
        guard let sentences = config.stringArray(forKey: ConfigKey("keys.\(key).allow")) else { return nil }
        return AccessPolicy(
            try sentences.map { sentence in
                guard let statement = AccessPolicy.Statement(sentence) else {
                    throw SettingsFault(
                        """
                        keys.\(key).allow says "\(sentence)". Write actions, "on" and resources, such as \
                        sqs:SendMessage on orders.fifo.
                        """)
                }
                return statement
            })
    }
}

/// A setting that cannot be as it is.
struct SettingsFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
