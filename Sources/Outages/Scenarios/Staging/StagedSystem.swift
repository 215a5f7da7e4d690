import Orders
import Wire

/// The street that a scenario is played on. It is private to the run, and less patient than one that is left running.
package struct StagedSystem: Hashable, Sendable {
    /// Coupled, the shop calls the OMS and waits; then there is neither queue nor stream, and only processes and partners
    /// can be broken.
    package var wiring = StreetSettings.Wiring.decoupled
    /// How often a coupled shop asks while a customer waits.
    package var tries = 3
    package var consumer = StreetSettings.Consumer.sound
    /// Intakes of the OMS.
    package var workers = 2
    package var partners = Pipeline.partners
    package var queueKind = StreetSettings.QueueKind.fifo
    package var visibilityTimeout = Duration.seconds(8)
    package var maxReceiveCount = 4
    package var shards = 4
    package var retries = StreetSettings.RetrySchedule.fast
    /// Webhooks that may be under way to one partner at once.
    package var courierConcurrency = 32

    package init() {}
}

extension StagedSystem {
    /// Settings of a street as this scenario wants it, on ports that are free.
    package func applied(to settings: StreetSettings) -> StreetSettings {
        var settings = settings
        settings.wiring = wiring
        settings.consumer = consumer
        settings.oms.port = 0
        settings.workers = workers
        settings.queueKind = queueKind
        settings.visibilityTimeout = visibilityTimeout
        settings.maxReceiveCount = maxReceiveCount
        settings.shards = shards
        settings.retrySchedule = retries
        settings.courierConcurrency = courierConcurrency
        settings.broker.port = 0
        settings.ballastBytes = 0
        settings.courier.port = 0
        settings.partners = partners.map { name in
            let known = settings.partners.first { $0.name == name }
            return StreetSettings.Partner(
                name: name, address: StreetSettings.Address(port: 0),
                secret: known?.secret ?? .staged(for: name))
        }
        return settings
    }

    init(_ section: Section, _ complaints: inout Complaints) {
        section.allow(
            [
                "workers", "partners", "queue", "visibility_timeout", "max_receive_count", "shards",
                "retries",
                "courier_concurrency", "wiring", "tries", "consumer",
            ], &complaints)
        if let wiring: StreetSettings.Wiring = section.choice("wiring", &complaints) { self.wiring = wiring }
        if let consumer: StreetSettings.Consumer = section.choice("consumer", &complaints) {
            self.consumer = consumer
        }
        if let count = section.integer("tries", in: 1...10, &complaints) {
            tries = count
            if wiring == .decoupled, let value = section["tries"] {
                complaints.object(
                    at: value.place,
                    "Only a coupled shop makes a customer wait for tries. Write wiring: coupled.")
            }
        }
        if let count = section.integer("workers", in: 1...64, &complaints) { workers = count }
        if let kind: StreetSettings.QueueKind = section.choice("queue", &complaints) { queueKind = kind }
        if let count = section.integer("max_receive_count", in: 1...1_000, &complaints) {
            maxReceiveCount = count
        }
        if let count = section.integer("shards", in: 1...1_000, &complaints) { shards = count }
        if let schedule: StreetSettings.RetrySchedule = section.choice("retries", &complaints) {
            retries = schedule
        }
        if let count = section.integer("courier_concurrency", in: 2...256, &complaints) {
            courierConcurrency = count
        }
        if let span = section.span("visibility_timeout", in: .zero...(.seconds(43_200)), &complaints) {
            if span.components.attoseconds != 0, let value = section["visibility_timeout"] {
                complaints.object(
                    at: value.place, "visibility_timeout counts in whole seconds, as in Amazon SQS. Round it."
                )
            }
            visibilityTimeout = span
        }
        if section["partners"] != nil { readPartners(section, &complaints) }
    }

    private mutating func readPartners(_ section: Section, _ complaints: inout Complaints) {
        let words = section.words("partners", &complaints)
        partners = []
        for (name, place) in words {
            if FaultTarget("partner-\(name)") == nil {
                complaints.object(
                    at: place, "A partner cannot be called \(name). Use letters, digits, _ and -.")
            } else if partners.contains(name) {
                complaints.object(at: place, "The partner \(name) stands twice. Leave one out.")
            } else {
                partners.append(name)
            }
        }
        if partners.count > 16, let value = section["partners"] {
            complaints.object(at: value.place, "A street has up to 16 partners. Leave some out.")
        }
    }
}

extension StreetSettings.Wiring {
    /// Whether a street of this kind has something to break there.
    func has(_ target: FaultTarget) -> Bool {
        guard self == .coupled else { return true }
        switch target {
        case .process(let process), .clock(let process):
            return ["shop", "oms"].contains(process.role) || process.partner != nil
        case .everyProcess, .orderDatabase: return true
        case .arrow, .orderQueue: return false
        }
    }
}

extension WebhookSecret {
    /// A secret of a partner that lives as long as a run does: its name, filled up to 32 bytes.
    fileprivate static func staged(for name: String) -> WebhookSecret {
        let bytes = Array(name.utf8)
        return WebhookSecret(bytes: bytes + [UInt8](repeating: 0, count: max(0, 32 - bytes.count)))
    }
}
