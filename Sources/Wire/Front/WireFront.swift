import Clockwork
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
        var response = await answer(request, requestID)
        response.headers.append("x-amzn-requestid", requestID)
        if request.headers["x-amz-target"]?.hasPrefix(Kinesis.targetPrefix) == true {
            response.headers.append("x-amz-id-2", Kinesis.secondID(beside: requestID))
        }
        response.headers.append("date", HTTPDate.text(for: surroundings.now))
        return response
    }

    private func answer(_ request: WireRequest, _ requestID: String) async -> WireResponse {
        let target = request.headers["x-amz-target"] ?? ""
        let prefix = Substring(target.utf8.prefix { $0 != UInt8(ascii: ".") })
        guard request.method == "POST", !prefix.isEmpty,
            let service = services.first(where: { $0.targetPrefix == prefix })
        else {
            return await answerForm(in: request, requestID) ?? Self.unknownService(request)
        }
        if let refusal = service.refusal(ofContentTypeIn: request) { return refusal }
        guard request.headers.count(of: "x-amz-target") == 1 else {
            return service.response(to: Self.unknownOperation, in: request)
        }
        return await service.answer(
            request, operation: Substring(target.utf8.dropFirst(prefix.utf8.count + 1)), admission: admission,
            surroundings: surroundings, logger: logger)
    }

    /// Answers a request in the older protocol; nil where it is none.
    private func answerForm(in request: WireRequest, _ requestID: String) async -> WireResponse? {
        guard
            let (service, dialect) = services.lazy.compactMap({ service in
                service.queryDialect.map { (service, $0) }
            }).first, request.headers["x-amz-target"] == nil
        else { return nil }
        do throws(WireError) {
            guard let form = try QueryForm(of: request), request.method == "POST" || form["Action"] != nil
            else { return Self.queueWithoutAction(request) }
            return await service.answer(
                form, in: request, dialect, requestID, admission: admission, surroundings: surroundings,
                logger: logger)
        } catch {
            return dialect.response(to: error, requestID: requestID, in: QueryTongue(wantedBy: request))
        }
    }

    /// Somebody looks at a queue's URL and asks for nothing.
    private static func queueWithoutAction(_ request: WireRequest) -> WireResponse? {
        let steps = request.path.utf8.split(separator: UInt8(ascii: "/")).count
        guard request.method == "GET", steps == 2 else { return nil }
        return WireResponse(
            status: 404, headers: ["content-type": "text/xml"],
            body: Array("<UnknownOperationException/>".utf8))
    }

    static let unknownOperation = WireError(
        "UnknownOperationException", "The operation is not one that this server knows.",
        namespace: SQS.frameworkNamespace, legacyCode: "InvalidAction")

    /// No target that we know: a browser, or a stranger.
    ///
    /// Source: observed on Amazon Kinesis by the authors of kinesalite.
    private static func unknownService(_ request: WireRequest) -> WireResponse {
        if request.method == "POST", Kinesis.speaks(request.mediaType) {
            return Kinesis.response(to: unknownOperation, in: Kinesis.coding(of: request))
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
    var queryDialect: QueryDialect? { get }
    func response(to error: WireError, in request: WireRequest) -> WireResponse
    func refusal(ofContentTypeIn request: WireRequest) -> WireResponse?
    func answer(
        _ request: WireRequest, operation: Substring, admission: WireFront.Admission,
        surroundings: Surroundings,
        logger: Logger
    ) async -> WireResponse
    func answer(
        _ form: QueryForm, in request: WireRequest, _ dialect: QueryDialect, _ requestID: String,
        admission: WireFront.Admission, surroundings: Surroundings, logger: Logger
    ) async -> WireResponse
}

private struct Attended<Service: WireService>: AttendedService {
    let desk: ServiceDesk<Service>

    var targetPrefix: String { Service.targetPrefix }

    var queryDialect: QueryDialect? { Service.queryDialect }

    func response(to error: WireError, in request: WireRequest) -> WireResponse {
        Service.response(to: error, in: Service.coding(of: request))
    }

    func refusal(ofContentTypeIn request: WireRequest) -> WireResponse? {
        Service.refusal(ofContentTypeIn: request)
    }

    func answer(
        _ request: WireRequest, operation: Substring, admission: WireFront.Admission,
        surroundings: Surroundings,
        logger: Logger
    ) async -> WireResponse {
        let coding = Service.coding(of: request)
        do throws(WireError) {
            guard let answer = desk.answer(for: operation) else { throw WireFront.unknownOperation }
            let document = try Self.read(request, in: coding)
            let caller = try Self.admit(request, by: admission, now: surroundings.now)
            let reply = try await Self.reply(operation, logger) { try await answer(document, caller) }
            // An answer without output has no body and so no type of one, except that Amazon tells it all the same.
            return WireResponse(
                status: 200, headers: ["content-type": reply.mediaType ?? Service.contentType(of: coding)],
                body: reply.body, rest: reply.rest.map { Self.watched($0, operation, logger) })
        } catch {
            return Service.response(to: error, in: coding)
        }
    }

    func answer(
        _ form: QueryForm, in request: WireRequest, _ dialect: QueryDialect, _ requestID: String,
        admission: WireFront.Admission, surroundings: Surroundings, logger: Logger
    ) async -> WireResponse {
        do throws(WireError) {
            let question = try dialect.question(form, in: request)
            guard let answer = desk.answer(for: question.operation[...]) else {
                throw QueryDialect.invalidAction(question.operation)
            }
            let caller = try Self.admit(request, by: admission, now: surroundings.now)
            let reply = try await Self.reply(question.operation[...], logger) {
                try await answer(.json(question.input), caller)
            }
            return dialect.response(
                to: question, output: reply.body, requestID: requestID, in: QueryTongue(wantedBy: request))
        } catch {
            return dialect.response(to: error, requestID: requestID, in: QueryTongue(wantedBy: request))
        }
    }

    /// What a desk answers. Whatever it throws becomes an error that a caller understands.
    private static func reply(
        _ operation: Substring, _ logger: Logger, _ answer: () async throws -> ServiceDesk<Service>.Reply
    ) async throws(WireError) -> ServiceDesk<Service>.Reply {
        do {
            return try await answer()
        } catch let error as WireError {
            throw error
        } catch is CancellationError {
            throw internalFailure
        } catch {
            logger.error("Request failed", metadata: ["operation": "\(operation)", "error": "\(error)"])
            throw internalFailure
        }
    }

    /// An answer's rest whose failure is noted: the caller only sees that it breaks off.
    private static func watched(
        _ rest: @escaping WireResponse.Rest, _ operation: Substring, _ logger: Logger
    ) -> WireResponse.Rest {
        {
            do {
                return try await rest()
            } catch {
                if !(error is CancellationError) {
                    logger.error(
                        "Answer broken off", metadata: ["operation": "\(operation)", "error": "\(error)"])
                }
                throw error
            }
        }
    }

    private static var internalFailure: WireError {
        WireError(
            "InternalFailure", "The server could not finish this request. It may have happened; try again.",
            status: 500, namespace: Service.name == SQS.name ? SQS.frameworkNamespace : "")
    }

    private static func read(
        _ request: WireRequest, in coding: WireCoding
    ) throws(WireError) -> WireDocument {
        if let document = coding.read(request.body) { return document }
        // Amazon tells an unreadable body without words; only what we lack ourselves needs some.
        let isUnknownCBOR = coding == .json && request.mediaType.hasPrefix("application/x-amz-cbor")
        throw WireError(
            "SerializationException", isUnknownCBOR ? "This server reads \(Service.contentType)." : nil,
            namespace: Service.name == SQS.name ? SQS.frameworkNamespace : "", legacyCode: "MalformedInput")
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
