import Clockwork

/// What a request says of its own signature, read but not yet believed.
struct SignatureClaim {
    var accessKeyID: String
    var scope: CredentialScope
    var signedHeaders: [Substring]
    var signature: [UInt8]
    /// ``moment`` as it stands under the signature, `20150830T123600Z`.
    var date: String
    var moment: Timestamp
    var securityToken: String?
    /// Only for a signature in the query: how long after ``moment`` it holds good.
    var validFor: Duration?
    var isPresigned: Bool { validFor != nil }

    init(_ request: WireRequest) throws(AuthenticationFault) {
        let inQuery = !request.query.isEmpty && request.query.contains("X-Amz-Algorithm=")
        switch (request.headers.count(of: "authorization"), inQuery) {
        case (0, false): throw .missing
        case (0, true): try self.init(query: request)
        case (1, false): try self.init(header: request)
        case (1, true):
            throw .incomplete(
                "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
        default: throw .incomplete("Authorization header must stand once.")
        }
        try checkSignedHeaders(of: request)
    }

    private init(header request: WireRequest) throws(AuthenticationFault) {
        let header = request.headers["authorization"] ?? ""
        func closing() -> String { "Authorization=\(header.prefix(256))" }
        guard header.hasPrefix("AWS4-HMAC-SHA256 "), header.utf8.count <= 8_192 else {
            throw .incomplete("Authorization header requires 'AWS4-HMAC-SHA256'. \(closing())")
        }
        var (credential, signedHeaders, signature): (Substring?, Substring?, Substring?)
        for part in header.utf8.dropFirst("AWS4-HMAC-SHA256 ".utf8.count).split(separator: UInt8(ascii: ","))
        {
            let parameter = part.drop { $0 == UInt8(ascii: " ") }
            let name = Substring(parameter.prefix { $0 != UInt8(ascii: "=") })
            let value = Substring(parameter.dropFirst(name.utf8.count + 1))
            switch (name, parameter.count > name.utf8.count) {
            case ("Credential", true) where credential == nil: credential = value
            case ("SignedHeaders", true) where signedHeaders == nil: signedHeaders = value
            case ("Signature", true) where signature == nil: signature = value
            default:
                throw .incomplete(
                    "Authorization header has a part that is no parameter, or one twice. \(closing())")
            }
        }
        guard let credential, !credential.isEmpty, let signature, !signature.isEmpty, let signedHeaders,
            !signedHeaders.isEmpty
        else {
            let missing = [
                ("Credential", credential), ("Signature", signature), ("SignedHeaders", signedHeaders),
            ]
            .filter { $0.1?.isEmpty ?? true }
            let words = missing.map { "Authorization header requires '\($0.0)' parameter. " }.joined()
            throw .incomplete("\(words)\(closing())")
        }
        let dateHeader = request.headers.count(of: "x-amz-date") > 0 ? "x-amz-date" : "date"
        guard request.headers.count(of: dateHeader) == 1, let date = request.headers[dateHeader],
            let moment = Timestamp(amzDate: date)
                ?? (dateHeader == "date" ? Timestamp(httpDate: date) : nil)
        else {
            throw .incomplete(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. \(closing())"
            )
        }
        self.date = moment.amzDate
        self.moment = moment
        (accessKeyID, scope) = try Self.read(credential: credential)
        self.signedHeaders = Self.split(signedHeaders, at: ";")
        self.signature = try Self.read(signature: signature)
        securityToken = request.headers["x-amz-security-token"]
    }

    private init(query request: WireRequest) throws(AuthenticationFault) {
        var parameters: [String: String] = [:]
        for part in request.query.split(separator: "&") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(decoding: PercentEncoding.decode(halves[0].utf8), as: UTF8.self)
            guard name.hasPrefix("X-Amz-") else { continue }
            let value = halves.count > 1 ? PercentEncoding.decode(halves[1].utf8) : []
            guard parameters.updateValue(String(decoding: value, as: UTF8.self), forKey: name) == nil else {
                throw .incomplete("Query parameter \(name) must stand once.")
            }
        }
        let wanted = [
            "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date",
        ]
        let missing = wanted.filter { parameters[$0, default: ""].isEmpty }
        guard missing.isEmpty, parameters["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256",
            let date = parameters["X-Amz-Date"], let moment = Timestamp(amzDate: date),
            let seconds = Int64(parameters["X-Amz-Expires", default: "300"]), (1...604_800).contains(seconds)
        else {
            let words = missing.map { "AWS query-string parameters must include '\($0)'. " }.joined()
            throw .incomplete("\(words)Re-examine the query-string parameters.")
        }
        self.date = date
        self.moment = moment
        (accessKeyID, scope) = try Self.read(credential: parameters["X-Amz-Credential", default: ""][...])
        signedHeaders = Self.split(parameters["X-Amz-SignedHeaders", default: ""][...], at: ";")
        signature = try Self.read(signature: parameters["X-Amz-Signature", default: ""][...])
        securityToken = parameters["X-Amz-Security-Token"] ?? request.headers["x-amz-security-token"]
        validFor = .seconds(seconds)
    }

    private static func read(
        credential: Substring
    ) throws(AuthenticationFault) -> (String, CredentialScope) {
        let parts = split(credential, at: "/")
        guard parts.count == 5, parts[4] == "aws4_request", !parts[0].isEmpty else {
            throw .incomplete(
                "Credential must have exactly 5 slash-delimited elements and end in aws4_request.")
        }
        return (String(parts[0]), CredentialScope(date: parts[1], region: parts[2], service: parts[3]))
    }

    /// By bytes: characters would have to be looked for first, and that on every request.
    private static func split(_ text: Substring, at separator: Unicode.Scalar) -> [Substring] {
        text.utf8.split(separator: UInt8(ascii: separator), omittingEmptySubsequences: false).map(
            Substring.init)
    }

    private static func read(signature: Substring) throws(AuthenticationFault) -> [UInt8] {
        // Out of the text's storage at once: to step through a text costs more than to copy it.
        guard signature.utf8.count == 64, let bytes = Hexadecimal.decode(Array(signature.utf8)) else {
            throw .wrongSignature
        }
        return bytes
    }

    /// Signed headers must be sorted, in lower case, there exactly once, and cover the host and every `x-amz-*`.
    private func checkSignedHeaders(of request: WireRequest) throws(AuthenticationFault) {
        let areSound =
            zip(signedHeaders, signedHeaders.dropFirst()).allSatisfy { $0 < $1 }
            && signedHeaders.contains { $0 == "host" || $0 == ":authority" }
            && signedHeaders.allSatisfy { name in request.headers.count(of: String(name)) == 1 }
            && request.headers.fields.allSatisfy { field in
                !field.name.hasPrefix("x-amz-") || signedHeaders.contains { $0 == field.name }
            }
        guard areSound else { throw .wrongSignature }
    }
}
