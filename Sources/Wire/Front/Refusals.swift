extension WireResponse {
    /// The answer to what is an operation of no service.
    ///
    /// Source: observed on Amazon Kinesis by the authors of kinesalite.
    static let unknownOperation = WireResponse(
        status: 404, headers: ["content-type": "text/xml"],
        body: Array("<UnknownOperationException/>\n".utf8))
}

/// How services refuse strangers: SQS in its own words and statuses, every other service as AWS JSON services do.
///
/// Source: observed on Amazon SQS and Amazon Kinesis.
extension WireService {
    static func error(for fault: AuthenticationFault) -> WireError {
        let isSQS = name == SQS.name
        func refusal(_ type: String, _ message: String, code: String, status: Int) -> WireError {
            WireError(
                type, message, status: isSQS ? status : 400, namespace: isSQS ? SQS.frameworkNamespace : "",
                legacyCode: code)
        }
        switch fault {
        case .missing where isSQS:
            return refusal(
                "AccessDeniedException",
                "Access to the resource is denied. Sign the request with an access key.",
                code: "AccessDenied", status: 403)
        case .missing:
            return refusal(
                "MissingAuthenticationTokenException", "Missing Authentication Token", code: "MissingToken",
                status: 400)
        case .incomplete(let words):
            return refusal("IncompleteSignatureException", words, code: "IncompleteSignature", status: 400)
        case .unknownKey:
            return refusal(
                "UnrecognizedClientException", "The security token included in the request is invalid.",
                code: "InvalidClientTokenId", status: 403)
        case .wrongSignature:
            return refusal(
                "InvalidSignatureException",
                """
                The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                Access Key and signing method.
                """,
                code: "SignatureDoesNotMatch", status: 403)
        case .expired(let date, let now):
            return refusal(
                "InvalidSignatureException", "Signature expired: \(date) is not within 5 minutes of \(now).",
                code: "SignatureDoesNotMatch", status: 403)
        }
    }

    static func accessDenied(_ action: String, on resource: ResourceName) -> WireError {
        let isSQS = name == SQS.name
        return WireError(
            "AccessDeniedException",
            "This access key is not allowed to perform \(action) on \(resource.text).",
            status: isSQS ? 403 : 400, namespace: isSQS ? SQS.frameworkNamespace : "",
            legacyCode: "AccessDenied")
    }
}
