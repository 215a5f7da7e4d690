import Clockwork
import Crypto
import Testing

@testable import Wire

/// Every way in which a request may be false. None may be let in, none may be our fault, none may leave a trace.
@Suite struct `A forged request` {
    @Test(arguments: Spoken.allCases, Forgery.all)
    func `is refused, and leaves nothing behind`(spoken: Spoken, forgery: Forgery) async {
        let house = House()
        let desk = ForgersDesk(house: house, service: spoken.service)

        let response = await house.front.answer(forgery.make(desk))

        #expect((400..<500).contains(response.status), "\(response.status): \(response.text)")
        #expect(house.deeds == [])
    }

    /// Were the forger's desk to make nothing but nonsense, the promise above would be easily kept.
    @Test(arguments: Spoken.allCases)
    func `differs in nothing but its fault`(spoken: Spoken) async {
        let house = House()
        let desk = ForgersDesk(house: house, service: spoken.service)

        for request in [desk.signed(), desk.presigned(), desk.presigned(seconds: 604_800)] {
            let response = await house.front.answer(request)
            #expect(response.status == 200, "\(response.text)")
        }
        #expect(house.deeds.count == 3)
    }
}

struct Forgery: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let make: @Sendable (ForgersDesk) -> WireRequest

    private init(_ description: String, _ make: @escaping @Sendable (ForgersDesk) -> WireRequest) {
        testDescription = description
        self.make = make
    }

    /// Changes a good request after it was signed.
    private static func after(_ description: String, _ alter: @escaping @Sendable (inout WireRequest) -> Void)
        -> Forgery
    {
        Forgery(description) { desk in
            var request = desk.signed()
            alter(&request)
            return request
        }
    }

    /// Changes a part of the `Authorization` header.
    private static func replacing(_ description: String, _ old: String, _ new: String) -> Forgery {
        after(description) { request in
            let header = request.headers["authorization"] ?? ""
            precondition(header.contains(old), "\(old) is not in \(header)")
            request.headers["authorization"] = header.replacing(old, with: new)
        }
    }

    static let all: [Forgery] =
        keys + times + scopes + algorithms + coverage + changes + headers + signatures + payloads + queries

    private static let keys = [
        Forgery("no signature") { $0.unsigned },
        Forgery("unknown key") { $0.signed(key: "NOBODY") },
        Forgery("key in lower case") { $0.signed(key: "owner") },
        replacing("empty key", "Credential=OWNER", "Credential="),
        Forgery("wrong secret") { $0.signed(secret: "not the owner's") },
        Forgery("empty secret") { $0.signed(secret: "") },
        Forgery("another's secret") { $0.signed(secret: House.guest.secretAccessKey) },
        Forgery("invented session token") { desk in
            var request = desk.unsigned
            request.headers["x-amz-security-token"] = "let me in"
            return desk.signed(request)
        },
        after("session token added") { $0.headers["x-amz-security-token"] = "let me in" },
    ]

    private static let times = [
        Forgery("20 minutes old") { $0.signed(at: .noon - .seconds(1_200)) },
        Forgery("a day old") { $0.signed(at: .noon - .seconds(86_400)) },
        Forgery("20 minutes ahead") { $0.signed(at: .noon + .seconds(1_200)) },
        Forgery("a year ahead") { $0.signed(at: .noon + .seconds(365 * 86_400)) },
        after("date missing") { $0.headers["x-amz-date"] = nil },
        after("date malformed") { $0.headers["x-amz-date"] = "noon" },
        after("date of another form") { $0.headers["x-amz-date"] = "2026-11-24T12:00:00Z" },
        after("date doubled") { $0.headers.append("x-amz-date", "20261124T120000Z") },
        after("date moved by a second") { $0.headers["x-amz-date"] = "20261124T120001Z" },
        after("date empty") { $0.headers["x-amz-date"] = "" },
    ]

    private static let scopes = [
        replacing("other day", "/20261124/", "/20261123/"), replacing("no day", "/20261124/", "//"),
        replacing("half a day", "/20261124/", "/2026/"),
        replacing("other region", "/us-east-1/", "/eu-west-1/"), replacing("no region", "/us-east-1/", "//"),
        Forgery("other service") { $0.signed(service: "s3") },
        Forgery("the neighbour's service") {
            $0.signed(service: $0.service.name == "sqs" ? "kinesis" : "sqs")
        },
        replacing("other terminator", "/aws4_request", "/aws5_request"),
        Forgery("scope of another day, rightly signed") { $0.signed(scopeDate: "20261123") },
        Forgery("scope without a day, rightly signed") { $0.signed(scopeDate: "") },
        Forgery("scope without a region, rightly signed") { $0.signed(region: "") },
        Forgery("scope of what is no region, rightly signed") { $0.signed(region: "us east 1") },
        replacing("four parts", "/us-east-1", ""), replacing("six parts", "/us-east-1", "/us/east-1"),
        replacing(
            "16 KB of credential", "Credential=OWNER", "Credential=" + String(repeating: "A", count: 16_384)),
    ]

    private static let algorithms = [
        replacing("SHA-1", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
        replacing("no algorithm", "AWS4-HMAC-SHA256 ", ""),
        replacing("none", "AWS4-HMAC-SHA256", "none"),
        replacing("ECDSA", "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
        after("bearer") { $0.headers["authorization"] = "Bearer OWNER" },
        after("basic") { $0.headers["authorization"] = "Basic T1dORVI6b3duZXIncyBzZWNyZXQ=" },
        after("empty header") { $0.headers["authorization"] = "" },
    ]

    private static let coverage = [
        Forgery("host not signed") { $0.signed(leavingOut: "host") },
        Forgery("target not signed") { $0.signed(leavingOut: "x-amz-target") },
        Forgery("date not signed") { $0.signed(leavingOut: "x-amz-date") },
        replacing(
            "no signed headers", "SignedHeaders=content-type;host;x-amz-date;x-amz-target", "SignedHeaders="),
        replacing("signed headers in disorder", "content-type;host", "host;content-type"),
        replacing("signed headers in capitals", "content-type;host", "Content-Type;Host"),
        replacing("a header signed twice", "content-type;host", "content-type;host;host"),
        replacing("an absent header signed", "content-type;host", "content-type;content-typf;host"),
        after("signed header missing") { $0.headers["content-type"] = nil },
        after("signed header doubled") { $0.headers.append("content-type", SQS.contentType) },
        after("amz header added") { $0.headers["x-amz-meta"] = "1" },
        after("host doubled") { $0.headers.append("host", "127.0.0.1:4566") },
    ]

    private static let changes = [
        after("body changed") { $0.body[$0.body.count - 3] ^= 1 },
        after("body lengthened") { $0.body.append(UInt8(ascii: " ")) },
        after("body emptied") { $0.body = Array("{}".utf8) },
        after("target changed") { request in
            let isQueue = request.headers["x-amz-target"]?.hasPrefix("AmazonSQS") ?? false
            request.headers["x-amz-target"] =
                isQueue ? "AmazonSQS.DeleteMessage" : "Kinesis_20131202.DeleteStream"
        },
        after("two targets") { $0.headers.append("x-amz-target", $0.headers["x-amz-target"] ?? "") },
        after("host changed") { $0.headers["host"] = "127.0.0.1:4567" },
        after("path changed") { $0.path = "/other" },
        after("query added") { $0.query = "a=b" },
        after("method changed") { $0.method = "PUT" },
    ]

    private static let headers = [
        after("two signatures, the good one first") { $0.headers.append("authorization", "Bearer x") },
        after("two signatures, the good one last") { request in
            let good = request.headers["authorization"] ?? ""
            request.headers["authorization"] = "Bearer x"
            request.headers.append("authorization", good)
        },
        after("the same signature twice") {
            $0.headers.append("authorization", $0.headers["authorization"] ?? "")
        },
        replacing("a part twice", ", SignedHeaders=", ", Credential=OWNER, SignedHeaders="),
        replacing("a part too many", ", SignedHeaders=", ", Extra=1, SignedHeaders="),
        replacing("a part that is none", ", SignedHeaders=", ", what, SignedHeaders="),
        replacing("no credential", "Credential=OWNER/20261124/", "Credentials=OWNER/20261124/"),
    ]

    /// Rewrites the signature itself.
    private static func signature(_ description: String, _ rewrite: @escaping @Sendable (String) -> String)
        -> Forgery
    {
        after(description) { request in
            let parts = (request.headers["authorization"] ?? "").split(separator: "Signature=", maxSplits: 1)
            request.headers["authorization"] = "\(parts[0])Signature=\(rewrite(String(parts[1])))"
        }
    }

    private static let signatures = [
        replacing("no signature part", ", Signature=", ", Signed="), signature("empty") { _ in "" },
        signature("short") { String($0.dropLast()) },
        signature("shorter by a byte") { String($0.dropLast(2)) },
        signature("one bit off") { ($0.hasPrefix("0") ? "1" : "0") + $0.dropFirst() },
        signature("more behind it") { $0 + "00" }, signature("not hexadecimal") { "z" + $0.dropFirst() },
        signature("all zeros") { _ in String(repeating: "0", count: 64) },
        Forgery("of another request") { desk in
            var request = desk.signed()
            let other = desk.signed(desk.house.storing("another", by: desk.service))
            request.headers["authorization"] = other.headers["authorization"]
            return request
        },
    ]

    /// Announces a payload's hash, inside the signature.
    private static func payload(_ description: String, _ hash: String) -> Forgery {
        Forgery(description) { desk in
            var request = desk.unsigned
            request.headers["x-amz-content-sha256"] = hash
            return desk.signed(request)
        }
    }

    private static let payloads = [
        payload("hash of nothing", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        payload("hash of another body", String(repeating: "ab", count: 32)),
        payload("unsigned payload", "UNSIGNED-PAYLOAD"),
        payload("streaming payload", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), payload("no hash", ""),
    ]

    private static let queries = [
        Forgery("presigned: expired") { $0.presigned(at: .noon - .seconds(61), seconds: 60) },
        Forgery("presigned: for nine days") { $0.presigned(seconds: 9 * 86_400) },
        Forgery("presigned: for less than nothing") { $0.presigned(seconds: -5) },
        Forgery("presigned: for nothing") { $0.presigned(seconds: 0) },
        Forgery("presigned: ahead of time") { $0.presigned(at: .noon + .seconds(1_200)) },
        Forgery("presigned: wrong secret") { $0.presigned(secret: "not the owner's") },
        Forgery("presigned: life changed") { desk in
            var request = desk.presigned(seconds: 60)
            request.query = request.query.replacing("X-Amz-Expires=60", with: "X-Amz-Expires=600")
            return request
        },
        Forgery("presigned: body changed") { desk in
            var request = desk.presigned()
            request.body[request.body.count - 3] ^= 1
            return request
        },
        Forgery("presigned: mixed with a header") { desk in
            var request = desk.presigned()
            request.headers["authorization"] = desk.signed().headers["authorization"]
            return request
        },
        Forgery("presigned: a parameter added") { desk in
            var request = desk.presigned()
            request.query += "&X-Amz-Meta=1"
            return request
        },
        Forgery("presigned: a parameter twice") { desk in
            var request = desk.presigned()
            request.query += "&X-Amz-Expires=60"
            return request
        },
        Forgery("presigned: without its signature") { desk in
            var request = desk.presigned()
            request.query = request.query.split(separator: "&").filter { !$0.hasPrefix("X-Amz-Signature") }
                .joined(separator: "&")
            return request
        },
        Forgery("presigned: an algorithm of its own") { desk in
            var request = desk.presigned()
            request.query = request.query.replacing("AWS4-HMAC-SHA256", with: "AWS4-HMAC-SHA1")
            return request
        },
    ]
}

/// Makes requests that are right in everything but one thing.
struct ForgersDesk: Sendable {
    let house: House
    let service: any WireService.Type

    var unsigned: WireRequest { house.storing("forged", by: service) }

    /// Signs as anyone could who knew the secret, and as nobody does who goes by the rules.
    func signed(
        _ request: WireRequest? = nil, key: String = House.owner.accessKeyID,
        secret: String = House.owner.secretAccessKey, at moment: Timestamp = .noon,
        service other: String? = nil,
        scopeDate: String? = nil, region: String = "us-east-1", leavingOut: String? = nil
    ) -> WireRequest {
        var request = request ?? unsigned
        request.headers["x-amz-date"] = moment.amzDate
        let names = request.headers.fields.map(\.name).sorted().filter { $0 != leavingOut }
        let scope = scope(moment, service: other, date: scopeDate, region: region)
        let signature = signature(of: request, names: names, secret: secret, at: moment, scope: scope)
        request.headers["authorization"] = """
            AWS4-HMAC-SHA256 Credential=\(key)/\(scope.text), SignedHeaders=\(names.joined(separator: ";")), \
            Signature=\(signature)
            """
        return request
    }

    /// Signs in the query.
    func presigned(
        at moment: Timestamp = .noon, seconds: Int = 300, secret: String = House.owner.secretAccessKey
    ) -> WireRequest {
        var request = unsigned
        let names = request.headers.fields.map(\.name).sorted()
        let scope = scope(moment, service: nil, date: nil)
        request.query = """
            X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=\(House.owner.accessKeyID)/\(scope.text)\
            &X-Amz-Date=\(moment.amzDate)&X-Amz-Expires=\(seconds)&X-Amz-SignedHeaders=\(names.joined(separator: ";"))
            """
        let signature = signature(of: request, names: names, secret: secret, at: moment, scope: scope)
        request.query += "&X-Amz-Signature=\(signature)"
        return request
    }

    private func scope(
        _ moment: Timestamp, service other: String?, date: String?, region: String = "us-east-1"
    ) -> CredentialScope {
        CredentialScope(
            date: (date ?? String(moment.amzDate.prefix(8)))[...], region: region[...],
            service: (other ?? service.name)[...])
    }

    private func signature(
        of request: WireRequest, names: [String], secret: String, at moment: Timestamp, scope: CredentialScope
    ) -> String {
        let canonical = CanonicalRequest(
            request, signedHeaders: names.map { $0[...] }, payloadHash: payloadHash(of: request))
        let signature = SigningKey(secret: secret, scope: scope)
            .signature(of: canonical, date: moment.amzDate, scope: scope)
        return String(decoding: signature, as: UTF8.self)
    }

    /// As the request announces it, or as it is.
    private func payloadHash(of request: WireRequest) -> [UInt8] {
        if let told = request.headers["x-amz-content-sha256"] { return Array(told.utf8) }
        return Hexadecimal.encode(SHA256.hash(data: request.body))
    }
}
