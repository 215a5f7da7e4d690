import Clockwork
import Crypto
import Synchronization

/// Why a request is not let in. Each service spells these in its own way.
public enum AuthenticationFault: Error, Hashable, Sendable {
    /// Neither an `Authorization` header nor a signed query.
    case missing
    /// There is one, but it cannot be read; the words say what is wrong with it.
    case incomplete(String)
    case unknownKey
    /// Wrong secret, altered request, or a scope that is not ours.
    case wrongSignature
    /// The request's date is too far from our clock, or a signed query has run out.
    case expired(date: String, now: String)
}

/// Lets in requests that were signed, unaltered and lately, with a known key.
///
/// Every refusal costs the same work, so that it tells nothing about keys. Source: AWS Signature Version 4; the rules
/// where Amazon leaves room are the stricter ones.
public final class Verifier: Sendable {
    /// The key a signature was made with, and the region it was made for.
    public struct Finding: Sendable {
        public let key: AccessKey
        public let region: String
    }

    private let keys: [String: AccessKey]
    private let tolerance: Duration
    private let signingKeys = Mutex<[KeyOfScope: SigningKey]>([:])

    private struct KeyOfScope: Hashable {
        let accessKeyID: String
        let scope: CredentialScope
    }

    /// - Parameter tolerance: How far a request's date may be from our clock; Amazon documents 5 minutes.
    public init(keys: [AccessKey], tolerance: Duration = .seconds(300)) {
        self.keys = Dictionary(keys.map { ($0.credentials.accessKeyID, $0) }) { first, _ in first }
        self.tolerance = tolerance
    }

    public func verify(
        _ request: WireRequest, service: String, now: Timestamp
    ) throws(AuthenticationFault) -> Finding {
        let claim = try SignatureClaim(request)
        guard claim.scope.service == service, claim.scope.date == claim.date.prefix(8),
            claim.scope.namesRegion
        else {
            throw .wrongSignature
        }
        let known = keys[claim.accessKeyID]
        let payloadHash = Hexadecimal.encode(SHA256.hash(data: request.body))
        if let told = request.headers["x-amz-content-sha256"], Array(told.utf8) != payloadHash {
            throw .wrongSignature
        }
        guard claim.securityToken == known?.credentials.sessionToken else { throw .unknownKey }
        let canonical = CanonicalRequest(
            request, signedHeaders: claim.signedHeaders, payloadHash: payloadHash,
            leavingOut: claim.isPresigned ? ["X-Amz-Signature"] : [])
        let isValid = signingKey(for: claim, secret: known?.credentials.secretAccessKey)
            .isValid(claim.signature, for: canonical, date: claim.date, scope: claim.scope)
        guard let known else { throw .unknownKey }
        guard isValid else { throw .wrongSignature }
        try checkDate(claim, now: now)
        return Finding(key: known, region: String(claim.scope.region))
    }

    private func checkDate(_ claim: SignatureClaim, now: Timestamp) throws(AuthenticationFault) {
        let age = now - claim.moment
        let oldest = claim.validFor ?? tolerance
        guard age <= oldest, age >= .zero - tolerance else {
            throw .expired(date: claim.date, now: now.amzDate)
        }
    }

    /// - Parameter secret: Nil for an unknown key, which is checked against a secret that nobody has and takes as long as
    ///   a known one.
    private func signingKey(for claim: SignatureClaim, secret: String?) -> SigningKey {
        let place = KeyOfScope(accessKeyID: secret == nil ? "" : claim.accessKeyID, scope: claim.scope)
        return signingKeys.withLock { kept in
            if let key = kept[place] { return key }
            if kept.count >= 256 { kept.removeAll() }  // scopes are the caller's choice: keep few
            let key = SigningKey(secret: secret ?? "nobody", scope: claim.scope)
            kept[place] = key
            return key
        }
    }
}
