import AsyncHTTPClient
import Broker
import Clockwork
import Courier
import Disk
import Function
import Logging
import OMS
import Orders
import Outages
import Partners
import ServiceLifecycle
import Shop
import Wire

/// Makes the roles of one process from the street's settings: real disks, real clocks, real network.
struct RoleBuilder {
    let settings: StreetSettings
    let storage: Storage
    let surroundings: Surroundings
    /// Of the shop; nil where no faults are to be borne.
    let rehearsal: Rehearsal?
    let http: HTTPClient
    let logger: Logger
    /// Told where a role listens.
    let listening: @Sendable (_ role: String, _ port: Int) async throws -> Void

    /// The services that play a role; what is listed first starts first and stops last.
    ///
    /// - Parameter role: `broker`, `shop`, `oms`, `function`, `courier`, `partners`, or one partner as `partner-crm`.
    /// - Throws: ``UnknownRole``, or what the role says when it cannot begin.
    func services(for role: String) throws -> [any Service] {
        switch role {
        case "broker": [try broker()]
        case "shop": [try shop()]
        case "oms": try settings.wiring == .coupled ? coupledOrderManagement() : [orderManagement()]
        case "function": [try function()]
        case "courier": try courier()
        case StreetSettings.arrowsProcess: arrows()
        case "partners": try settings.partners.flatMap(partner)
        default:
            if let known = settings.partners.first(where: { role == "partner-\($0.name)" }) {
                try partner(known)
            } else {
                throw UnknownRole(role: role, partners: settings.partners.map(\.name))
            }
        }
    }

    private func broker() throws -> LocalBroker {
        var broker = BrokerSettings(
            directory: settings.data, host: settings.broker.host, port: settings.broker.port,
            keys: settings.isAnonymous ? nil : settings.keys.known(onLoopback: settings.broker.isLoopback))
        broker.region = settings.region
        broker.quietSpan = settings.quietSpan
        broker.controlDelay = settings.controlDelay
        broker.throttlesStreams = settings.throttlesStreams
        broker.permitsMoods = settings.permitsMoods
        return try LocalBroker(
            broker, storage: storage, surroundings: surroundings, logger: logger,
            listening: { try await listening("broker", $0) })
    }

    private func shop() throws -> WebShop {
        var shop = ShopSettings()
        shop.queue = settings.queueKind == .fifo ? Pipeline.orderQueue : Pipeline.standardOrderQueue
        shop.pace = Pace(settings.shop.pace)
        if let scale = settings.shop.prankScale {
            shop.pranks = Prank.demo.map { Prank($0.kind, at: $0.due * scale) }
        }
        return switch settings.wiring {
        case .decoupled:
            try WebShop(
                shop, source: try purchases(), storage: storage,
                queue: client(SQS.self, over: .shopToBroker, as: .shop, retries: .never),
                rehearsal: rehearsal, surroundings: surroundings, logger: logger)
        case .coupled:
            try WebShop(
                shop, source: try purchases(), storage: storage, oms: checkout,
                patience: CheckoutPatience(tries: settings.shop.tries), rehearsal: rehearsal,
                surroundings: surroundings, logger: logger)
        }
    }

    /// A customer waits for 5 s at most until the shop counts a try as failed.
    private var checkout: NetworkClient<Checkout> {
        SigningClient(
            Checkout.self, over: NetworkTransport(endpoint: settings.oms.url, http: http),
            credentials: settings.keys[.shop].credentials, region: settings.region,
            surroundings: surroundings, retries: .never, attemptLimit: .seconds(5))
    }

    private func purchases() throws -> any PurchaseSource {
        switch settings.shop.source {
        case .houseDay: HouseDay.day
        case .onlineRetail(let files): try OnlineRetail(files: files).day
        case .synthetic(let orders?): FirstPurchases(orders, of: SyntheticOrders(seed: settings.shop.seed))
        case .synthetic(nil): SyntheticOrders(seed: settings.shop.seed)
        }
    }

    private func orderManagement() throws -> OrderManagement {
        return try OrderManagement(
            settings: OrderManagement.Settings(of: settings), storage: storage,
            queue: client(SQS.self, over: .omsToBroker, as: .intake, retries: RetryPolicy()),
            gaps: client(SQS.self, over: .relayToBroker, as: .relay, retries: RetryPolicy()),
            stream: client(Kinesis.self, over: .relayToBroker, as: .relay, retries: .never),
            surroundings: surroundings,
            logger: logger)
    }

    private func coupledOrderManagement() throws -> [any Service] {
        let partners = settings.partners.map { partner in
            CoupledPartner(
                name: partner.name, path: PartnerSettings.path, secret: partner.secret,
                transport: NetworkTransport(endpoint: partner.address.url, http: http))
        }
        let oms = try CoupledOrderManagement(
            partners: partners, storage: storage, admission: admission, surroundings: surroundings,
            logger: logger)
        let listener = HTTPListener(
            host: settings.oms.host, port: settings.oms.port, surroundings: surroundings, logger: logger,
            listening: { try await listening("oms", $0) },
            answer: { request in
                if let health = Health.answer(request, isReady: nil) { return health }
                return await oms.answer(request)
            })
        return [oms, listener]
    }

    private func function() throws -> FunctionHost {
        let courier = SigningClient(
            CourierIntake.self,
            over: NetworkTransport(endpoint: settings.url(over: .functionToCourier), http: http),
            credentials: settings.keys[.function].credentials, region: settings.region,
            surroundings: surroundings)
        return try FunctionHost(
            settings: FunctionSettings(of: settings), storage: storage,
            kinesis: client(Kinesis.self, over: .functionToBroker, as: .function, retries: RetryPolicy()),
            queue: client(SQS.self, over: .functionToBroker, as: .function, retries: RetryPolicy()),
            handler: CourierHandler(courier: courier), surroundings: surroundings, logger: logger)
    }

    private func courier() throws -> [any Service] {
        let network = WebhookNetwork(reaching: doors, time: surroundings.time)
        let endpoints = try settings.partners.map { partner in
            guard
                let url = EndpointURL(
                    settings.url(over: .courier(toPartner: partner.name)) + PartnerSettings.path)
            else {
                throw SettingsFault("The address of partner \(partner.name) is no URL.")
            }
            var endpoint = Endpoint(name: partner.name, url: url, secrets: [partner.secret])
            endpoint.concurrency = settings.courierConcurrency
            endpoint.patience = Patience(settings.retrySchedule)
            return endpoint
        }
        let courier = try CourierService(
            settings: CourierSettings(endpoints: endpoints), storage: storage, transports: network.transport,
            admission: admission, surroundings: surroundings, logger: logger)
        let listener = HTTPListener(
            host: settings.courier.host, port: settings.courier.port, surroundings: surroundings,
            logger: logger,
            listening: { try await listening("courier", $0) },
            answer: { request in
                if let health = Health.answer(request, isReady: nil) { return health }
                return await courier.answer(request)
            })
        return [NetworkKeeper(network: network), courier, listener]
    }

    private func partner(_ partner: StreetSettings.Partner) throws -> [any Service] {
        let service = try PartnerService(
            settings: PartnerSettings(name: partner.name, secrets: [partner.secret]), storage: storage,
            admission: admission, surroundings: surroundings, logger: logger)
        let listener = HTTPListener(
            host: partner.address.host, port: partner.address.port, surroundings: surroundings,
            logger: logger,
            listening: { try await listening("partner-\(partner.name)", $0) },
            answer: { request in
                if let health = Health.answer(request, isReady: nil) { return health }
                return await service.answer(request)
            })
        return [service, listener]
    }

    private func arrows() -> [any Service] {
        guard let desk = settings.arrows?.desk else { return [] }
        let relay = ArrowRelay(
            settings.arrowPlans, seed: settings.shop.seed, time: surroundings.time, logger: logger)
        let answers = ArrowDesk(of: relay)
        let listener = HTTPListener(
            host: desk.host, port: desk.port, surroundings: surroundings, logger: logger,
            listening: { try await listening(StreetSettings.arrowsProcess, $0) },
            answer: { request in
                if let health = Health.answer(request, isReady: nil) { return health }
                return await answers.answer(request)
            })
        return [relay, listener]
    }

    /// This machine, unless the settings name a partner elsewhere: then every public address, and those that they name.
    private var doors: AddressGuard {
        let hosts = settings.partners.map(\.address).filter { !$0.isLoopback }.map(\.host)
        return hosts.isEmpty
            ? AddressGuard()
            : AddressGuard(reach: .world, allowed: hosts.compactMap { Network($0) } + ["127.0.0.1", "::1"])
    }

    private var admission: WireFront.Admission {
        .signed(Verifier(keys: settings.keys.known(onLoopback: true)))
    }

    private func client<Service: WireService>(
        _ service: Service.Type, over arrow: ArrowName, as holder: KeyRing.Holder, retries: RetryPolicy
    ) -> NetworkClient<Service> {
        SigningClient(
            service, over: NetworkTransport(endpoint: settings.url(over: arrow), http: http),
            credentials: settings.credentials(of: holder, for: service), region: settings.region,
            surroundings: surroundings, retries: retries)
    }
}

/// Lets go of the courier's connections once nobody sends any more. Listed first, so it stops last.
private struct NetworkKeeper: Service {
    let network: WebhookNetwork

    func run() async throws {
        try? await gracefulShutdown()  // cancelled means over, too
        await network.shutdown()
    }
}

/// A role that nobody on this street plays.
struct UnknownRole: Error, CustomStringConvertible {
    var role: String
    var partners: [String]

    var description: String {
        let known = partners.map { "partner-\($0)" }.joined(separator: ", ")
        return
            "There is no role \(role). Use broker, shop, oms, function, courier, partners, or one of \(known)."
    }
}
