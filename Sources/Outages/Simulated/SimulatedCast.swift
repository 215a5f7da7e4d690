import Broker
import Clockwork
import Courier
import Disk
import Function
import Logging
import OMS
import Orders
import Partners
import ServiceLifecycle
import Shop
import Wire

/// Makes the roles for simulated computers, as `orderflow run` makes them for real ones.
struct SimulatedCast {
    let settings: StreetSettings
    let shop: ShopSettings
    let purchases: any PurchaseSource
    let sabotage: Sabotage?
    /// How patiently partners are served.
    var patience = Patience.simulated
    /// By which the shop is asked for what it would not do by itself.
    var rehearsal: Rehearsal?
    let network: SimulatedNetwork
    /// Sees what is asked of the queue and of the stream, and what they answer.
    let witness: WireWitness

    /// What one process runs: its services, and what it answers to callers if there are any.
    struct Play {
        var services: [any Service]
        var answer: SimulatedNetwork.Answer?
    }

    /// - Parameter name: Of a process, such as `oms` or `partner-crm`.
    func play(
        _ name: String, on host: SimulatedHost, storage: Storage, surroundings: Surroundings, logger: Logger
    ) throws -> Play {
        let place = Place(host: host, storage: storage, around: surroundings, logger: logger)
        switch StreetRole(playing: name) {
        case .broker: return try broker(place)
        case .shop: return try shop(place)
        case .oms: return try orderManagement(place)
        case .function: return try function(place)
        case .courier: return try courier(place)
        case .partner: return try partner(String(name.dropFirst("partner-".count)), place)
        }
    }

    private struct Place {
        let host: SimulatedHost
        let storage: Storage
        let around: Surroundings
        let logger: Logger
    }

    private func broker(_ place: Place) throws -> Play {
        var settings = BrokerSettings(
            directory: place.storage.directory, keys: settings.keys.known(onLoopback: true))
        settings.writer = nil
        settings.permitsMoods = true
        settings.moodStruck = { [witness] kind in witness.hear(moodOf: kind) }
        let broker = try LocalBroker(
            settings, storage: place.storage, surroundings: place.around, logger: place.logger)
        return Play(services: [UnheardBroker(broker: broker)], answer: { await broker.answer($0) })
    }

    private func shop(_ place: Place) throws -> Play {
        let queue = client(
            SQS.self, of: "broker", over: .shopToBroker, as: .shop, retries: .never, at: place)
        return Play(services: [
            try WebShop(
                shop, source: purchases, storage: place.storage, queue: queue, rehearsal: rehearsal,
                surroundings: place.around, logger: place.logger)
        ])
    }

    private func orderManagement(_ place: Place) throws -> Play {
        var oms = OrderManagement.Settings(of: settings)
        oms.planted = sabotage?.inOMS
        let queue = client(
            SQS.self, of: "broker", over: .omsToBroker, as: .intake, retries: RetryPolicy(), at: place)
        let gaps = client(
            SQS.self, of: "broker", over: .relayToBroker, as: .relay, retries: RetryPolicy(), at: place)
        let stream = client(
            Kinesis.self, of: "broker", over: .relayToBroker, as: .relay, retries: .never, at: place)
        return Play(services: [
            try OrderManagement(
                settings: oms, storage: place.storage, queue: WatchedClient(queue, by: witness),
                gaps: gaps, stream: WatchedClient(stream, by: witness), surroundings: place.around,
                logger: place.logger)
        ])
    }

    private func function(_ place: Place) throws -> Play {
        let courier = client(
            CourierIntake.self, of: "courier", over: .functionToCourier, as: .function,
            retries: RetryPolicy(), at: place)
        let stream = client(
            Kinesis.self, of: "broker", over: .functionToBroker, as: .function, retries: RetryPolicy(),
            at: place)
        let queue = client(
            SQS.self, of: "broker", over: .functionToBroker, as: .function, retries: RetryPolicy(), at: place)
        return Play(services: [
            try FunctionHost(
                settings: FunctionSettings(of: settings), storage: place.storage,
                kinesis: stream, queue: queue,
                handler: CourierHandler(courier: courier), surroundings: place.around, logger: place.logger,
                planted: sabotage?.inFunction)
        ])
    }

    private func courier(_ place: Place) throws -> Play {
        let endpoints = settings.partners.compactMap { partner -> Endpoint? in
            guard let url = EndpointURL("http://partner-\(partner.name)\(PartnerSettings.path)") else {
                return nil
            }
            var endpoint = Endpoint(name: partner.name, url: url, secrets: [partner.secret])
            endpoint.concurrency = settings.courierConcurrency
            endpoint.patience = patience
            return endpoint
        }
        let courier = try CourierService(
            settings: CourierSettings(endpoints: endpoints), storage: place.storage,
            transports: { endpoint in
                network.transport(
                    from: place.host, to: endpoint.url.host, over: .courierToPartner(endpoint.name))
            }, admission: admission,
            surroundings: place.around, logger: place.logger, planted: sabotage?.inCourier)
        return Play(services: [courier], answer: { await courier.answer($0) })
    }

    private func partner(_ name: String, _ place: Place) throws -> Play {
        let secrets = settings.partners.first { $0.name == name }.map { [$0.secret] } ?? []
        let partner = try PartnerService(
            settings: PartnerSettings(name: name, secrets: secrets), storage: place.storage,
            admission: admission,
            surroundings: place.around, logger: place.logger)
        return Play(services: [partner], answer: { await partner.answer($0) })
    }

    private var admission: WireFront.Admission {
        .signed(Verifier(keys: settings.keys.known(onLoopback: true)))
    }

    private func client<Service: WireService>(
        _ service: Service.Type, of server: String, over arrow: FaultArrow, as holder: KeyRing.Holder,
        retries: RetryPolicy, at place: Place
    ) -> SigningClient<Service, SimulatedTransport> {
        SigningClient(
            service, over: network.transport(from: place.host, to: server, over: arrow),
            credentials: settings.keys[holder].credentials, region: settings.region,
            surroundings: place.around,
            retries: retries)
    }
}

extension StreetRole {
    /// The role of a process: `broker`, `oms`, `partner-crm`.
    init(playing name: String) {
        self = StreetRole(rawValue: name) ?? .partner
    }
}

extension Patience {
    /// As patient as for endpoints out in the world, at a pace at which a run of minutes sees it all.
    static let simulated = Patience(
        schedule: .exponential(base: .milliseconds(200), factor: 2, cap: .seconds(5), limit: 100),
        afterOverload: .seconds(1),
        breaker: CircuitBreaker.Limits(
            window: .seconds(5), openFor: .milliseconds(500), longestOpen: .seconds(2)))
}

/// A broker without a listener: callers reach it through the simulated network.
private struct UnheardBroker: Service {
    let broker: LocalBroker

    func run() async throws {
        let over = Bell()
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await broker.run(while: { await over.heard() })
        } onCancelOrGracefulShutdown: {
            over.ring()
        }
    }
}
