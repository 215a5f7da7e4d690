import AsyncHTTPClient
import Clockwork
import Inspection
import JSON
import Outages
import Wire

/// Speaks to a queue as any client of Amazon's does: endpoint, region and credentials from the standard
/// environment.
struct QueueCaller {
    private let endpoint: String
    private let region: String
    private let credentials: Credentials

    /// - Parameter directory: Of the street whose queue is meant where nobody says another.
    /// - Throws: ``AmazonEnvironmentFault``.
    init(endpoint: String?, region: String?, directory: String) throws {
        let environment = try AmazonEnvironment.ofThisProcess()
        self.endpoint =
            endpoint ?? environment.endpoint(of: SQS.self) ?? RunDirectory(directory).elsewhere?.queue
            ?? Self.localBroker(in: directory) ?? "http://127.0.0.1:4566"
        self.region = region ?? environment.region?.name ?? "us-east-1"
        credentials =
            try environment.choosesCredentials
            ? environment.credentials() ?? Self.developer : Self.developer
    }

    /// Whom our own broker knows; so a default profile that is there for something else is not tried on it.
    private static let developer = Credentials(accessKeyID: "test", secretAccessKey: "test")

    /// Makes calls, and closes the connection behind them.
    ///
    /// - Parameter unknown: What to say, and to do, when nobody can tell what became of the call.
    /// - Throws: ``Ending``, by what became of the call.
    func call<Service: WireService, Answer>(
        _ service: Service.Type, unknown: String,
        _ deed: (any Client<Service>) async throws -> Answer
    ) async throws -> Answer {
        let http = NetworkTransport.makeHTTPClient()
        let client = SigningClient(
            service, over: NetworkTransport(endpoint: endpoint, http: http), credentials: credentials,
            region: region,
            surroundings: .system())
        let outcome: Result<Answer, any Error>
        do { outcome = .success(try await deed(client)) } catch { outcome = .failure(error) }
        try await http.shutdown()
        do {
            return try outcome.get()
        } catch let error as ClientError {
            throw ending(after: error, unknown: unknown)
        }
    }

    private func ending(after error: ClientError, unknown: String) -> Ending {
        switch error {
        case .refused(let reason)
        where ["QueueDoesNotExist", "ResourceNotFoundException"].contains(reason.type):
            Ending(status: 4, words: "\(endpoint) has no such queue.")
        case .refused(let reason): Ending(status: 1, words: "\(endpoint) refused: \(reason)")
        case .unknown(let reason):
            Ending(status: 3, words: "\(reason). \(unknown)")
        }
    }

    private static func localBroker(in directory: String) -> String? {
        TextFile.read("\(directory)/ports.json").flatMap { try? JSONValue(parsing: Array($0.utf8)) }?[
            "broker"]?.integer
            .map { "http://127.0.0.1:\($0)" }
    }
}
