import JSON

/// Amazon Simple Queue Service, AWS JSON 1.0.
///
/// Source: service model `sqs/2012-11-05`; spelling of errors observed on Amazon.
public enum SQS: WireService {
    public static let name = "sqs"
    public static let targetPrefix = "AmazonSQS"
    public static let contentType = "application/x-amz-json-1.0"

    /// Errors of the service model.
    public static let modelNamespace = "com.amazonaws.sqs#"
    /// Errors of the framework around it: parameters, serialisation, authentication.
    public static let frameworkNamespace = "com.amazon.coral.service#"

    public static func response(to error: WireError) -> WireResponse {
        var body = JSONObject()
        body["__type"] = .string(error.namespace + error.type)
        if let message = error.message { body["message"] = .string(message) }
        let side = error.isSenderFault ? "Sender" : "Receiver"
        return WireResponse(
            status: error.status,
            headers: ["content-type": contentType, "x-amzn-query-error": "\(error.legacyCode);\(side)"],
            body: JSONValue.object(body).bytes)
    }

    public static func error(for mismatch: TypeMismatch) -> WireError {
        WireError(
            "SerializationException",
            "\(mismatch.path.joined(separator: ".")) must be a \(mismatch.wanted.rawValue).",
            namespace: frameworkNamespace, legacyCode: "MalformedInput")
    }

    public static func error(forMissing members: [String], in operation: String) -> WireError {
        let member = members[0]
        if member == "QueueUrl" { return queueDoesNotExist }
        if operation == "GetQueueUrl" {
            return invalidParameterValue(
                "Value for parameter \(member) is invalid. Reason: Must specify a queue name.")
        }
        return missingParameter("The request must contain the parameter \(member).")
    }

    public static let queueDoesNotExist = WireError(
        "QueueDoesNotExist", "The specified queue does not exist.", namespace: modelNamespace,
        legacyCode: "AWS.SimpleQueueService.NonExistentQueue")

    public static func missingParameter(_ message: String) -> WireError {
        WireError(
            "MissingRequiredParameterException", message, namespace: frameworkNamespace,
            legacyCode: "MissingParameter")
    }

    public static func invalidParameterValue(_ message: String) -> WireError {
        WireError(
            "InvalidParameterValueException", message, namespace: frameworkNamespace,
            legacyCode: "InvalidParameterValue")
    }
}
