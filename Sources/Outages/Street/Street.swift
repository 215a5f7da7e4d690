import AsyncHTTPClient
import Clockwork
import Inspection
import JSON
import Logging
import Wire

/// The street on real processes: broker, partners, courier, function, OMS and shop, each a child of this one.
package final class Street: Sendable {
    package let settings: StreetSettings
    package let directory: RunDirectory
    package let journal: Journal
    package let supervisor: Supervisor
    /// Breaks things.
    package let faults: FaultDesk
    private let logger: Logger
    private let surroundings: Surroundings
    private let queue: any Client<SQS>
    private let stream: any Client<Kinesis>
    private let inquiry: QueueInquiry?
    private let http: HTTPClient

    /// - Parameters:
    ///   - settings: Free ports are chosen where they are 0; `data` becomes the run's directory.
    ///   - program: The path of our own program.
    ///   - http: Shared by all clients of the conductor; whoever made it shuts it down.
    package init(
        _ settings: StreetSettings, in directory: RunDirectory, program: String, surroundings: Surroundings,
        logger: Logger, http: HTTPClient
    ) throws {
        var settings = settings.withChosenPorts()
        settings.data = directory.path
        self.settings = settings
        self.directory = directory
        self.surroundings = surroundings
        self.http = http
        journal = Journal(in: directory, time: surroundings.time)
        try directory.make()
        if settings.conductor != nil { try directory.makeControl() }
        let file = directory.settings
        try directory.write(settings.file, to: file)
        try directory.write(settings.ports, to: directory.ports)
        supervisor = try Supervisor(
            parts: Self.parts(of: settings, file: file), program: program, logDirectory: directory.logs,
            holding: settings.wiring == .coupled ? ["shop"] : [], surroundings: surroundings, logger: logger)
        self.logger = logger
        var injectors: [any FaultInjector] = [
            ProcessInjector(
                supervisor: supervisor, freezeGuard: FreezeGuard(program: program, lifeline: try Lifeline()),
                time: surroundings.time),
            FileInjector(directory: directory, supervisor: supervisor),
        ]
        if settings.permitsMoods {
            injectors.append(
                SheetInjector(directory: directory, processes: supervisor.names, time: surroundings.time))
        }
        if let desk = settings.arrows?.desk {
            injectors.append(
                ArrowInjector(
                    control: ArrowControl(endpoint: desk.url, http: http, time: surroundings.time),
                    time: surroundings.time))
        }
        if settings.permitsMoods, settings.hasOwnBroker {
            let broker = SigningClient(
                BrokerControl.self, over: NetworkTransport(endpoint: settings.broker.url, http: http),
                credentials: settings.keys[.conductor].credentials, region: settings.region,
                surroundings: surroundings)
            injectors.append(MoodInjector(control: broker, seed: settings.shop.seed))
        }
        faults = FaultDesk(injectors, journal: journal, time: surroundings.time)
        queue = settings.conductorClient(of: SQS.self, http: http, surroundings: surroundings)
        stream = settings.conductorClient(of: Kinesis.self, http: http, surroundings: surroundings)
        inquiry = settings.inquiry(http: http, surroundings: surroundings)
    }

    /// Who plays, in the order in which they start: whoever is asked stands before whoever asks.
    private static func parts(of settings: StreetSettings, file: String) -> [Supervisor.Part] {
        let relay = settings.arrows == nil ? [] : [StreetSettings.arrowsProcess]
        let broker = settings.hasOwnBroker ? ["broker"] : []
        let partners = settings.partners.map { "partner-\($0.name)" }
        let roles =
            switch settings.wiring {
            case .coupled: partners + ["oms", "shop"]
            case .decoupled: relay + broker + partners + ["courier", "function", "oms", "shop"]
            }
        return roles.map { role in
            // Only where there is somebody who could ask for it does a process bring faults upon itself.
            let bears = settings.permitsMoods && role != StreetSettings.arrowsProcess ? ["--faults"] : []
            return Supervisor.Part(
                name: role, arguments: ["run", role, "--config", file, "--lifeline"] + bears)
        }
    }

    /// Waits until all who listen are ready, and makes the queues and the stream.
    ///
    /// A coupled shop is let in only now, for it would turn its first customers away if its OMS was still on its way up.
    /// - Throws: ``StreetFault``; its ``StreetFault/notReady(role:)`` after 20 s.
    package func open() async throws {
        let end = surroundings.time.uptime + .seconds(20)
        for (role, address) in settings.listeners {
            while !(await isReady(address)) {
                guard surroundings.time.uptime < end else { throw StreetFault.notReady(role: role) }
                try await surroundings.time.sleep(for: .milliseconds(20))
            }
        }
        switch settings.wiring {
        case .coupled: await supervisor.letGo("shop")
        case .decoupled: try await provision()
        }
    }

    private func provision() async throws {
        do {
            try await Provisioning(settings: settings, queue: queue, stream: stream).run()
        } catch let fault as ProvisioningFault {
            throw StreetFault.unlikeItsSettings(fault)
        } catch let error as ClientError {
            throw StreetFault.notProvisioned(error)
        }
    }

    private func isReady(_ address: StreetSettings.Address) async -> Bool {
        let question = WireRequest(
            method: "GET", path: "/health/ready", headers: ["host": "\(address.host):\(address.port)"])
        let answer = try? await NetworkTransport(endpoint: address.url, http: http).send(
            question, timeout: .seconds(1))
        return answer?.status == 200
    }

    /// Where queue and stream are when they are not ours, and what the queue says of itself now; nil when all is ours.
    package func elsewhere() async throws -> Elsewhere? {
        try await inquiry?.ask() ?? settings.elsewhere
    }

    /// Answers those who break things, at ``StreetSettings/conductor``, until cancelled.
    ///
    /// - Throws: ``ListenerError`` when the address cannot be had.
    package func keepDoor() async throws {
        guard let address = settings.conductor else { return }
        let door = FaultDoor(to: faults)
        try await HTTPListener(
            host: address.host, port: address.port, surroundings: surroundings, logger: logger,
            answer: { request in await door.answer(request) }
        ).run()
    }

    /// A client of one partner's control, by which its temper is changed.
    package func control<Service: WireService>(of partner: String, _ service: Service.Type) -> (
        any Client<Service>
    )? {
        settings.partners.first { $0.name == partner }.map { partner in
            SigningClient(
                service, over: NetworkTransport(endpoint: partner.address.url, http: http),
                credentials: settings.keys[.conductor].credentials,
                region: settings.region, surroundings: surroundings)
        }
    }
}

/// Why a street does not open.
package enum StreetFault: Error, CustomStringConvertible {
    case notReady(role: String)
    /// Queues or stream are there already, and other ones than the settings want.
    case unlikeItsSettings(ProvisioningFault)
    /// Queues or stream could be neither found nor made.
    case notProvisioned(ClientError)

    package var description: String {
        switch self {
        case .notReady(let role): "\(role) is not ready after 20 s. Its log says why."
        case .unlikeItsSettings(let fault): "\(fault)"
        case .notProvisioned(let error):
            "Queues and stream could not be set up: \(error). `orderflow aws plan` looks at them alone."
        }
    }
}

extension StreetSettings {
    /// Everyone who listens, by role.
    package var listeners: [(role: String, address: Address)] {
        let partners = partners.map { (role: "partner-\($0.name)", address: $0.address) }
        if wiring == .coupled { return partners + [("oms", oms)] }
        var listeners: [(role: String, address: Address)] = []
        if let arrows { listeners.append((Self.arrowsProcess, arrows.desk)) }
        if hasOwnBroker { listeners.append(("broker", broker)) }
        listeners += partners
        listeners.append(("courier", courier))
        return listeners
    }

    /// Whether queue or stream are our own, and not another's.
    var hasOwnBroker: Bool { queueEndpoint == nil || streamEndpoint == nil }

    /// The process that tells the partners.
    package var teller: String {
        switch wiring {
        case .coupled: "oms"
        case .decoupled: "courier"
        }
    }

    /// Where everyone listens, for `ports.json`.
    var ports: JSONValue {
        var object = JSONObject()
        for (role, address) in listeners { object[role] = JSONValue(address.port) }
        object["conductor"] = conductor.map { JSONValue($0.port) }
        return .object(object)
    }
}
