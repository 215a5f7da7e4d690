import JSON

/// What names a running move task: base64 of a JSON object with its id and the ARN of its source.
///
/// It is no secret and opens nothing by itself: the caller's policy decides by the source. Source: observed on Amazon SQS.
public struct MoveTaskHandle: Hashable, Sendable {
    /// A UUID.
    public let taskID: String
    public let sourceArn: String

    public init(taskID: String, sourceArn: String) {
        self.taskID = taskID
        self.sourceArn = sourceArn
    }

    /// Nil for a text that is no handle.
    public init?(_ text: String) {
        guard let bytes = Base64.decode(text), let object = try? JSONValue(parsing: bytes),
            let taskID = object["taskId"]?.string, let sourceArn = object["sourceArn"]?.string
        else { return nil }
        self.init(taskID: taskID, sourceArn: sourceArn)
    }

    public var text: String {
        var text: [UInt8] = []
        let object: JSONValue = ["taskId": .string(taskID), "sourceArn": .string(sourceArn)]
        Base64.append(object.bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
