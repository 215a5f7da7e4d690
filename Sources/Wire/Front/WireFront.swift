import Clockwork
import JSON
import Logging

/// What stands behind a listener: it tells services apart, reads, verifies, and lets a desk answer.
///
/// The order of checks is Amazon's: which service, in what content type, which operation, is the body readable, whose
/// signature, are the members of the right type, may this caller do it, and only then the operation itself.
public struct WireFront: Sendable {
    /// How a front decides whom to let in.
    public enum Admission: Sendable {
        /// Only requests with a good signature, each under its key's own policy.
        case signed(Verifier)
        /// Everyone, everything: for a listener on loopback whose owner said so.
        case anonymous(region: String)
    }

    private let admission: Admission
    private let surroundings: Surroundings
    private let logger: Logger
    private var services: [any AttendedService] = []

    public init(admission: Admission, surroundings: Surroundings, logger: Logger) {
        self.admission = admission
        self.surroundings = surroundings
        self.logger = logger
    }

    /// Adds a service that this front answers.
    public mutating func attend<Service: WireService>(_ desk: ServiceDesk<Service>) {
        services.append(Attended(desk: desk))
    }

    public func answer(_ request: WireRequest) async -> WireResponse {
        let requestID = surroundings.chance.uuid()
        var response = await answerWithoutID(request)
        response.headers.append("x-amzn-requestid", requestID)
        if request.headers["x-amz-target"]?.hasPrefix(Kinesis.targetPrefix) == true {
            response.headers.append("x-amz-id-2", Kinesis.secondID(beside: requestID))
        }
        response.headers.append("date", HTTPDate.text(for: surroundings.now))
        return response
    }

    private func answerWithoutID(_ request: WireRequest) async -> WireResponse {
        let target = request.headers["x-amz-target"] ?? ""
        let prefix = Substring(target.utf8.prefix { $0 != UInt8(ascii: ".") })
        guard request.method == "POST", !prefix.isEmpty,
            let service = services.first(where: { $0.targetPrefix == prefix })
        else {
            return Self.unknownService(request)
        }
        if let refusal = service.refusal(ofContentTypeIn: request) { return refusal }
        guard request.headers.count(of: "x-amz-target") == 1 else {
            return service.response(to: Self.unknownOperation)
        }
        return await service.answer(
            request, operation: Substring(target.utf8.dropFirst(prefix.utf8.count + 1)), admission: admission,
            surroundings: surroundings, logger: logger)
    }

    static let unknownOperation = WireError(
        "UnknownOperationException", "The operation is not one that this server knows.",
        namespace: SQS.frameworkNamespace, legacyCode: "InvalidAction")

    /// No target that we know: a browser, a stranger, or the older form protocol of SQS.
    ///
    /// Source: observed on Amazon Kinesis by the authors of kinesalite.
    private static func unknownService(_ request: WireRequest) -> WireResponse {
        let mediaType = request.mediaType
        if mediaType == "application/x-www-form-urlencoded" || request.query.contains("Action=") {
            let document = """
                <?xml version="1.0"?><ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error>\
                <Type>Sender</Type><Code>InvalidAction</Code><Message>This server speaks AWS JSON 1.0 for SQS; use an \
                SDK from 2024 or later.</Message><Detail/></Error></ErrorResponse>
                """
            return WireResponse(
                status: 400, headers: ["content-type": "text/xml"], body: Array(document.utf8))
        }
        if request.method == "POST", mediaType == Kinesis.contentType {
            return Kinesis.response(to: unknownOperation)
        }
        if request.method == "POST", request.headers["x-amz-target"]?.contains(".") == true {
            return .unknownOperation
        }
        let document = """
            <AccessDeniedException>
              <Message>Unable to determine service/operation name to be authorized</Message>
            </AccessDeniedException>

            """
        return WireResponse(status: 403, headers: ["content-type": "text/xml"], body: Array(document.utf8))
    }
}

/// A desk with its service's type forgotten.
private protocol AttendedService: Sendable {
    var targetPrefix: String { get }
    func response(to error: WireError) -> WireResponse
    func refusal(ofContentTypeIn request: WireRequest) -> WireResponse?
    func answer(
        _ request: WireRequest, operation: Substring, admission: WireFront.Admission,
        surroundings: Surroundings,
        logger: Logger
    ) async -> WireResponse
}

private struct Attended<Service: WireService>: AttendedService {
    let desk: ServiceDesk<Service>

    var targetPrefix: String { Service.targetPrefix }

    func response(to error: WireError) -> WireResponse { Service.response(to: error) }

    func refusal(ofContentTypeIn request: WireRequest) -> WireResponse? {
        Service.refusal(ofContentTypeIn: request)
    }

    func answer(
        _ request: WireRequest, operation: Substring, admission: WireFront.Admission,
        surroundings: Surroundings,
        logger: Logger
    ) async -> WireResponse {
        do {
            guard let answer = desk.answer(for: operation) else { throw WireFront.unknownOperation }
            let json = try Self.read(request)
            let caller = try Self.admit(request, by: admission, now: surroundings.now)
            let body = try await answer(json, caller)
            // An answer without output has no body and so no type of one, except that Amazon tells it all the same.
            return WireResponse(status: 200, headers: ["content-type": Service.contentType], body: body)
        } catch let error as WireError {
            return Service.response(to: error)
        } catch is CancellationError {
            return Service.response(to: Self.internalFailure)
        } catch {
            logger.error("Request failed", metadata: ["operation": "\(operation)", "error": "\(error)"])
            return Service.response(to: Self.internalFailure)
        }
    }

    private static var internalFailure: WireError {
        WireError(
            "InternalFailure", "The server could not finish this request. It may have happened; try again.",
            status: 500, namespace: Service.name == SQS.name ? SQS.frameworkNamespace : "")
    }

    private static func read(_ request: WireRequest) throws(WireError) -> JSONValue {
        let isCBOR = request.mediaType.hasPrefix("application/x-amz-cbor")
        guard !isCBOR, let json = try? JSONValue(parsing: request.body, depth: 32, width: 1_000),
            case .object = json
        else {
            // Amazon tells an unreadable body without words; only what we lack ourselves needs some.
            throw WireError(
                "SerializationException",
                isCBOR
                    ? "This server reads \(Service.contentType). With Java, set AWS_CBOR_DISABLE=true." : nil,
                namespace: Service.name == SQS.name ? SQS.frameworkNamespace : "",
                legacyCode: "MalformedInput")
        }
        return json
    }

    private static func admit(
        _ request: WireRequest, by admission: WireFront.Admission, now: Timestamp
    ) throws(WireError) -> Caller {
        let endpoint = "http://\(request.headers["host"] ?? "localhost")"
        let denied: @Sendable (String, ResourceName) -> WireError = { Service.accessDenied($0, on: $1) }
        let trace = request.headers["x-amzn-trace-id"]
        switch admission {
        case .anonymous(let region):
            return Caller(
                accessKeyID: "anonymous", region: region, endpoint: endpoint, traceHeader: trace,
                policy: .everything, denied: denied)
        case .signed(let verifier):
            do {
                let finding = try verifier.verify(request, service: Service.name, now: now)
                return Caller(
                    accessKeyID: finding.key.credentials.accessKeyID, region: finding.region,
                    endpoint: endpoint,
                    traceHeader: trace, policy: finding.key.policy, denied: denied)
            } catch {
                throw Service.error(for: error)
            }
        }
    }
}
