import Clockwork
import Crypto
import Foundation
import JSON
import Testing

@testable import Wire

@Suite struct `A signature` {
    /// A time by which no recorded request is old.
    @Test(arguments: try RecordedRequest.all("suite") + RecordedRequest.all("random"))
    func `is made as botocore makes it`(recorded: RecordedRequest) {
        var request = recorded.unsigned

        recorded.signer.sign(&request, at: recorded.moment)

        #expect(request.headers["authorization"] == recorded.request.headers["authorization"])
    }

    @Test(
        arguments: try RecordedRequest.all("suite") + RecordedRequest.all("random")
            + RecordedRequest.all("presigned"))
    func `of botocore's is believed`(recorded: RecordedRequest) {
        guard !recorded.repeatsAHeader else { return }  // which we refuse on purpose

        #expect(throws: Never.self) { try recorded.verify(recorded.request) }
    }

    @Test(arguments: try RecordedRequest.all("random") + RecordedRequest.all("presigned"))
    func `covers every part of the request`(recorded: RecordedRequest) throws {
        var changed: [WireRequest] = []
        func change(_ alter: (inout WireRequest) -> Void) {
            var request = recorded.request
            alter(&request)
            changed.append(request)
        }
        change { $0.method = $0.method == "POST" ? "PUT" : "POST" }
        change { $0.path += "x" }
        change { $0.query += $0.query.isEmpty ? "a=b" : "&a=b" }
        change { $0.body.append(0) }
        for name in recorded.request.headers.fields.map(\.name)
        where name != "authorization" && recorded.signs(name) {
            change { $0.headers[name] = ($0.headers[name] ?? "") + "x" }
            change { $0.headers[name] = nil }
        }
        change { $0.headers.append("x-amz-added", "1") }

        for request in changed {
            #expect(throws: AuthenticationFault.self) { try recorded.verify(request) }
        }
    }

    @Test func `of headers that stand twice has both values, and is refused nevertheless`() throws {
        let recorded = try #require(
            try RecordedRequest.all("suite").first { $0.name == "get-header-key-duplicate" })
        var request = recorded.unsigned
        recorded.signer.sign(&request, at: recorded.moment)

        #expect(
            request.headers["authorization"]?.contains(
                "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea") == true)
        #expect(throws: AuthenticationFault.wrongSignature) { try recorded.verify(request) }
    }

    @Test(arguments: [
        (-301, false), (-300, true), (0, true), (300, true), (301, false), (86_400, false),
        (-31_536_000, false),
    ])
    func `holds for five minutes to either side`(seconds: Int64, isBelieved: Bool) throws {
        let recorded = try RecordedRequest.all("random")[0]
        let verdict = Result {
            try recorded.verify(recorded.request, at: recorded.moment + .seconds(seconds))
        }

        switch verdict {
        case .success: #expect(isBelieved)
        case .failure(let fault):
            #expect(!isBelieved)
            if case .expired? = fault as? AuthenticationFault { return }
            Issue.record("\(fault)")
        }
    }

    @Test(arguments: try RecordedRequest.all("presigned").prefix(12))
    func `in the query holds for as long as it says`(recorded: RecordedRequest) throws {
        let life = try #require(
            recorded.request.query.split(separator: "&").first { $0.hasPrefix("X-Amz-Expires=") }
                .flatMap { Int64($0.dropFirst(14)) })

        #expect(throws: Never.self) {
            try recorded.verify(recorded.request, at: recorded.moment + .seconds(life))
        }
        #expect(throws: AuthenticationFault.self) {
            try recorded.verify(recorded.request, at: recorded.moment + .seconds(life + 1))
        }
        #expect(throws: AuthenticationFault.self) {
            try recorded.verify(recorded.request, at: recorded.moment - .seconds(301))
        }
    }

    @Test func `made with a key that is not known is refused as such`() throws {
        let recorded = try RecordedRequest.all("random")[0]
        let verifier = Verifier(keys: [])

        #expect(throws: AuthenticationFault.unknownKey) {
            try verifier.verify(recorded.request, service: recorded.service, now: recorded.moment)
        }
    }

    @Test func `for another service is refused`() throws {
        let recorded = try RecordedRequest.all("random")[0]
        let verifier = Verifier(keys: [AccessKey(recorded.credentials, policy: .everything)])

        #expect(throws: AuthenticationFault.wrongSignature) {
            try verifier.verify(recorded.request, service: "s3", now: recorded.moment)
        }
    }

    @Test func `made with temporary credentials needs their token, and others need none`() throws {
        let temporary = Credentials(accessKeyID: "ASIA", secretAccessKey: "secret", sessionToken: "token")
        let (now, verifier) = (
            Timestamp(seconds: 1_795_000_000), Verifier(keys: [AccessKey(temporary, policy: .everything)])
        )
        func signed(token: String?) -> WireRequest {
            var request = WireRequest(headers: ["host": "localhost"], body: Array("{}".utf8))
            Signer(
                credentials: Credentials(accessKeyID: "ASIA", secretAccessKey: "secret", sessionToken: token),
                region: "us-east-1", service: "sqs"
            ).sign(&request, at: now)
            return request
        }

        #expect(throws: Never.self) { try verifier.verify(signed(token: "token"), service: "sqs", now: now) }
        for token in [nil, "other", ""] {
            #expect(throws: AuthenticationFault.unknownKey) {
                try verifier.verify(signed(token: token), service: "sqs", now: now)
            }
        }
    }

    @Test(arguments: ["Tue, 24 Nov 2026 12:00:00 GMT", "Tue, 24 Nov 2026 12:00:00 -0000", "20261124T120000Z"])
    func `is dated by a Date header where there is no other`(date: String) throws {
        let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "secret")
        let verifier = Verifier(keys: [AccessKey(credentials, policy: .everything)])
        let scope = CredentialScope(date: "20261124", region: "us-east-1", service: "sqs")
        var request = WireRequest(headers: ["host": "localhost", "date": date])
        let canonical = CanonicalRequest(
            request, signedHeaders: ["date", "host"],
            payloadHash: Hexadecimal.encode(SHA256.hash(data: request.body)))
        let signature = SigningKey(secret: "secret", scope: scope)
            .signature(of: canonical, date: "20261124T120000Z", scope: scope)
        request.headers["authorization"] = """
            AWS4-HMAC-SHA256 Credential=AKID/\(scope.text), SignedHeaders=date;host, \
            Signature=\(String(decoding: signature, as: UTF8.self))
            """

        #expect(throws: Never.self) { try verifier.verify(request, service: "sqs", now: .noon) }
        #expect(throws: AuthenticationFault.self) {
            try verifier.verify(request, service: "sqs", now: .noon + .seconds(301))
        }
        request.headers["date"] = "Tue, 24 Nov 2026 12:00:01 GMT"
        #expect(throws: AuthenticationFault.wrongSignature) {
            try verifier.verify(request, service: "sqs", now: .noon)
        }
    }

    @Test func `is known by its key, and its region`() throws {
        let recorded = try RecordedRequest.all("random")[0]

        let finding = try recorded.verify(recorded.request)

        #expect(finding.key.credentials.accessKeyID == recorded.credentials.accessKeyID)
        #expect(finding.region == recorded.region)
    }

    @Test func `is not slowed down by many scopes`() throws {
        // More days and regions than are kept: each is still derived rightly.
        let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "secret")
        let verifier = Verifier(keys: [AccessKey(credentials, policy: .everything)])
        for number in 0..<600 {
            let now = Timestamp(seconds: 1_795_000_000 + Int64(number) * 86_400)
            var request = WireRequest(headers: ["host": "localhost"])
            Signer(credentials: credentials, region: "r\(number % 7)", service: "sqs").sign(&request, at: now)
            #expect(throws: Never.self) { try verifier.verify(request, service: "sqs", now: now) }
        }
    }

    @Test func `never shows its secret`() {
        let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "hidden")

        #expect("\(credentials)" == "AKID")
        #expect(!"\(AccessKey(credentials, policy: .everything))".contains("hidden"))
    }
}

/// A request of `fixtures/wire/signatures.json`.
struct RecordedRequest: CustomTestStringConvertible, Sendable {
    let name: String
    let request: WireRequest
    let credentials: Credentials
    let region: String
    let service: String
    let moment: Timestamp

    var testDescription: String { name }

    static func all(_ list: String) throws -> [RecordedRequest] {
        guard let cases = try document.get()[list]?.array else { throw Missing() }
        return try cases.map(RecordedRequest.init)
    }

    private struct Missing: Error {}

    private static let document = Result {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try JSONValue(
            parsing: try Data(contentsOf: root.appending(path: "fixtures/wire/signatures.json")))
    }

    private init(_ json: JSONValue) throws {
        func text(_ name: String) throws -> String {
            guard let text = json[name]?.string else { throw Missing() }
            return text
        }
        var headers: WireHeaders = [:]
        for field in json["headers"]?.array ?? [] {
            headers.append(field[0]?.string?.lowercased() ?? "", field[1]?.string ?? "")
        }
        guard let moment = Timestamp(amzDate: try text("date")) else { throw Missing() }
        self.moment = moment
        name = try text("name")
        request = WireRequest(
            method: try text("method"), path: try text("path"), query: try text("query"), headers: headers,
            body: Array(try text("body").utf8))
        credentials = Credentials(
            accessKeyID: try text("accessKeyID"), secretAccessKey: try text("secretAccessKey"),
            sessionToken: json["sessionToken"]?.string)
        region = try text("region")
        service = try text("service")
    }

    var signer: Signer { Signer(credentials: credentials, region: region, service: service) }

    /// The request before botocore signed it.
    var unsigned: WireRequest {
        var request = request
        for name in ["authorization", "x-amz-date", "x-amz-security-token"] { request.headers[name] = nil }
        return request
    }

    var repeatsAHeader: Bool {
        let names = request.headers.fields.map(\.name)
        return Set(names).count < names.count
    }

    /// Whether a header is inside the signature.
    func signs(_ name: String) -> Bool {
        let list = request.headers["authorization"] ?? request.query.replacing("%3B", with: ";")
        let names = list.components(separatedBy: "SignedHeaders=").last?.prefix { !", &".contains($0) } ?? ""
        return names.split(separator: ";").contains { $0 == name }
    }

    @discardableResult
    func verify(_ request: WireRequest, at now: Timestamp? = nil) throws -> Verifier.Finding {
        try Verifier(keys: [AccessKey(credentials, policy: .everything)])
            .verify(request, service: service, now: now ?? moment)
    }
}
