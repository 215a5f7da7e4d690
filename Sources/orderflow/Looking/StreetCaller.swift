import AsyncHTTPClient
import Clockwork
import Inspection
import JSON
import Outages
import Wire

/// Speaks to queue, stream or courier as any client of Amazon's does: endpoint, region and credentials from the standard
/// environment.
struct StreetCaller {
    private let endpoint: String
    private let region: String
    private let credentials: Credentials

    /// The queue service.
    ///
    /// - Parameter directory: Of the street that is meant where nobody says another.
    /// - Throws: ``AmazonEnvironmentFault``.
    init(endpoint: String?, region: String?, directory: String) throws {
        let environment = try AmazonEnvironment.ofThisProcess(), street = RunDirectory(directory)
        try self.init(
            endpoint ?? environment.endpoint(of: SQS.self) ?? street.elsewhere?.queue, orElse: "broker",
            of: street, region: region, environment)
    }

    /// The stream service, as ``init(endpoint:region:directory:)``.
    init(stream endpoint: String?, region: String?, directory: String) throws {
        let environment = try AmazonEnvironment.ofThisProcess(), street = RunDirectory(directory)
        try self.init(
            endpoint ?? environment.endpoint(of: Kinesis.self) ?? street.elsewhere?.stream, orElse: "broker",
            of: street, region: region, environment)
    }

    /// The courier of a street that runs here.
    init(courier endpoint: String?, region: String?, directory: String) throws {
        try self.init(
            endpoint, orElse: "courier", of: RunDirectory(directory), region: region,
            try AmazonEnvironment.ofThisProcess())
    }

    /// - Parameter role: Who is meant where no endpoint is told: at the port that it has noted, or at its usual one.
    private init(
        _ endpoint: String?, orElse role: String, of street: RunDirectory, region: String?,
        _ environment: AmazonEnvironment
    ) throws {
        let usual = StreetSettings()
        let port =
            street.read(street.ports)?[role]?.integer.map(Int.init)
            ?? (role == "courier" ? usual.courier : usual.broker).port
        self.endpoint = endpoint ?? "http://127.0.0.1:\(port)"
        self.region = region ?? environment.region?.name ?? "us-east-1"
        credentials =
            try environment.choosesCredentials
            ? environment.credentials() ?? Self.developer : Self.developer
    }

    /// Whom our own broker knows; so a default profile that is there for something else is not tried on it.
    private static let developer = Credentials(accessKeyID: "test", secretAccessKey: "test")

    /// Makes calls, and closes the connection behind them.
    ///
    /// - Parameters:
    ///   - missing: What there is not, where the answer is that there is none.
    ///   - unknown: What to say, and to do, when nobody can tell what became of the call.
    /// - Throws: ``Ending``, by what became of the call.
    func call<Service: WireService, Answer>(
        _ service: Service.Type, missing: String = "such queue", unknown: String,
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
            if service == BrokerControl.self, Self.strangers.contains(error.type ?? "") {
                throw Ending(status: 1, words: notOurs)
            }
            throw ending(after: error, missing: missing, unknown: unknown)
        }
    }

    /// How servers answer to an operation that they do not know; some in no words that a program could read.
    private static let strangers: Set = ["UnknownOperationException", "InvalidAction", "HTTP 404"]

    /// What to say of a server that speaks SQS, and nothing of ours.
    private var notOurs: String {
        """
        \(endpoint) is no broker of orderflow. Amazon and others move all dead letters of a queue together \
        (`dlq redrive --all`); to choose, correct or discard them takes the broker that `orderflow run broker` starts.
        """
    }

    private func ending(after error: ClientError, missing: String, unknown: String) -> Ending {
        switch error {
        case .refused(let reason)
        where ["QueueDoesNotExist", "ResourceNotFoundException"].contains(reason.type):
            Ending(status: 4, words: "\(endpoint) has no \(missing).")
        case .refused(let reason): Ending(status: 1, words: "\(endpoint) refused: \(reason)")
        case .unknown(let reason):
            Ending(status: 3, words: "\(reason). \(unknown)")
        }
    }
}
