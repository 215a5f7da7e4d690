import Broker
import Clockwork
import Disk
import Foundation
import Logging
import Wire

@testable import Outages

/// A broker of our own in this process, known to every role by its key, on which nothing has been made yet.
final class Premises {
    var settings = StreetSettings()
    let directory: String
    private let broker: LocalBroker

    private init(in directory: String) throws {
        self.directory = directory
        broker = try LocalBroker(
            BrokerSettings(directory: directory, keys: settings.keys.known(onLoopback: true)),
            storage: Storage(directory: directory), surroundings: .system(),
            logger: Logger(label: "broker") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Keeps it open for as long as the deed lasts.
    static func open(_ deed: (Premises) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "premises-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let premises = try Premises(in: directory)
        let isOver = Bell()
        try await withThrowingTaskGroup { group in
            group.addTask { [broker = premises.broker] in try await broker.run { await isOver.heard() } }
            defer { isOver.ring() }
            try await deed(premises)
        }
    }

    func provisioning(as holder: KeyRing.Holder = .conductor) -> Provisioning {
        Provisioning(
            settings: settings, queue: client(SQS.self, as: holder), stream: client(Kinesis.self, as: holder))
    }

    func client<Service: WireService>(
        _ service: Service.Type, as holder: KeyRing.Holder
    ) -> LoopbackClient<Service> {
        SigningClient(
            service, over: LoopbackTransport { [broker] in await broker.answer($0) },
            credentials: settings.keys[holder].credentials, region: settings.region, surroundings: .system(),
            retries: .never)
    }
}
