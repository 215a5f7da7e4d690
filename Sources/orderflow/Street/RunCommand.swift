import ArgumentParser
import AsyncHTTPClient
import Clockwork
import Disk
import JSON
import Logging
import Outages
import ServiceLifecycle
import UnixSignals
import Wire

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// `orderflow run ROLE…`: plays one or more roles in this process.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Play one or more roles in this process until told to stop.",
        discussion: """
            Roles: broker, shop, oms, function, courier, partners, or one partner such as partner-crm. `run broker` alone \
            is a whole local SQS and Kinesis for any application: set AWS_ENDPOINT_URL to the address it prints, and use \
            the key test with the secret test. SIGTERM and SIGINT stop it in order; SIGKILL is safe too.

            Exits with 0 when it was told to stop, 2 for wrong usage, 70 for an internal error, 74 when a file cannot be \
            written safely, 75 when another process has it, 78 when it was made by a newer orderflow.
            """)

    @OptionGroup var options: StreetOptions
    @Argument(help: "The roles to play.") var roles: [String]
    @Option(help: "Port of the broker; 0 picks a free one.") var port: Int?
    @Option(help: "Host of the broker's listener. Off loopback the key test is not known.") var host: String?
    @Flag(help: "Let everyone use the broker without a signature. On loopback only.") var anonymous = false
    @Flag(
        help:
            """
            Let the broker's shards take 1 MiB and 1,000 records and answer 5 reads in a second, push 2 MiB, and let an \
            account describe, list, make and change streams no more often than Amazon does.
            """
    )
    var throttle = false
    @Flag(help: "Let the broker be put in moods, such as throttling. For rehearsals, never in service.")
    var moods = false
    @Flag(help: .hidden) var lifeline = false
    @Flag(help: .hidden) var faults = false

    func run() async throws {
        var settings = try await options.settings()
        if let port { settings.broker.port = port }
        if let host { settings.broker.host = host }
        if anonymous { settings.isAnonymous = true }
        if throttle { settings.throttlesStreams = true }
        if moods { settings.permitsMoods = true }
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        umask(0o077)
        OpenFiles.raise(to: 65_536)  // each caller takes one, and shells give their children a thousand
        if lifeline { Lifeline.watch { kill(getpid(), SIGTERM) } }

        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let logger = Logger(label: roles.joined(separator: "+"))
        do {
            try await play(settings, logger)
        } catch let error as DiskError {
            throw Ending(status: error.exitStatus, words: error.description)
        } catch let error as UnknownRole {
            throw Ending(status: 2, words: error.description)
        } catch let error as SettingsFault {
            throw Ending(status: 2, words: error.description)
        } catch let error as ListenerError {
            throw Ending(status: 74, words: error.description)
        }
    }

    private func play(_ settings: StreetSettings, _ logger: Logger) async throws {
        try await NetworkTransport.withHTTPClient { try await play(settings, $0, logger) }
    }

    private func play(_ settings: StreetSettings, _ http: HTTPClient, _ logger: Logger) async throws {
        let ports = PortBook(directory: settings.data)
        // The broker is where things pile up; everyone else gives back more room than it takes, or can wait.
        let space =
            roles.contains("broker")
            ? SpaceGauge(directory: settings.data, ballastBytes: settings.ballastBytes) : nil
        let bearer =
            faults
            ? try FaultBearer(
                of: roles.joined(separator: "+"), in: RunDirectory(settings.data), logger: logger) : nil
        let storage = Storage(
            directory: settings.data, witness: bearer, failStop: { Ending.end(74, "\($0)") }, space: space,
            opened: { bearer?.opened($0) })
        let builder = RoleBuilder(
            settings: settings, storage: storage, surroundings: bearer?.surroundings ?? .system(),
            rehearsal: bearer?.rehearsal, http: http, logger: logger,
            listening: { role, port in
                try ports.note(role, port: port)
                Console.say("\(role) listens on \(settings.host(of: role)):\(port), data in \(settings.data)")
            })
        var services: [any Service] = []
        if let bearer { services.append(bearer) }
        for role in roles { services += try builder.services(for: role) }
        try await ServiceGroup(
            configuration: .init(
                services: services.map {
                    .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
                },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        ).run()
    }
}

extension StreetSettings {
    fileprivate func host(of role: String) -> String {
        listeners.first { $0.role == role }?.address.host ?? "127.0.0.1"
    }
}
