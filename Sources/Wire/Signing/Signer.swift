import Clockwork
import Crypto
import Synchronization

/// Signs requests for one service in one region.
///
/// Source: AWS Signature Version 4.
public final class Signer: Sendable {
    public let credentials: Credentials
    public let region: String
    public let service: String
    private let keyOfTheDay = Mutex<(date: String, key: SigningKey)?>(nil)

    public init(credentials: Credentials, region: String, service: String) {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// Adds `X-Amz-Date`, the session token if there is one, and `Authorization`.
    ///
    /// - Parameter request: With its `host` header in place; every header it carries is signed.
    public func sign(_ request: inout WireRequest, at now: Timestamp) {
        let date = now.amzDate
        request.headers["x-amz-date"] = date
        if let token = credentials.sessionToken { request.headers["x-amz-security-token"] = token }
        let scope = CredentialScope(date: date.prefix(8), region: region[...], service: service[...])
        let names = Set(request.headers.fields.map(\.name)).sorted().map { $0[...] }
        let canonical = CanonicalRequest(
            request, signedHeaders: names, payloadHash: Hexadecimal.encode(SHA256.hash(data: request.body)))
        let signature = key(for: scope).signature(of: canonical, date: date, scope: scope)
        request.headers["authorization"] = """
            AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope.text), \
            SignedHeaders=\(names.joined(separator: ";")), Signature=\(String(decoding: signature, as: UTF8.self))
            """
    }

    private func key(for scope: CredentialScope) -> SigningKey {
        keyOfTheDay.withLock { kept in
            if let kept, kept.date == scope.date { return kept.key }
            let key = SigningKey(secret: credentials.secretAccessKey, scope: scope)
            kept = (String(scope.date), key)
            return key
        }
    }
}
