import JSON

/// Statements of a queue's policy, added and removed by their labels.
///
/// A policy that somebody has set as a whole is kept as it is, but for the statement in question. Source: form and words
/// observed on Amazon SQS; owner-only actions: Amazon SQS Developer Guide, "Amazon SQS API permissions".
extension QueueAttributes {
    /// Lets accounts do something with the queue.
    public mutating func addPermission(
        _ label: String, to accounts: [String], for actions: [String], on arn: QueueARN
    ) throws(QueueFault) {
        let isSound =
            (1...80).contains(label.utf8.count)
            && label.utf8.allSatisfy { byte in
                let character = Character(Unicode.Scalar(byte))
                return character.isASCII
                    && (character.isLetter || character.isNumber || "-_".contains(character))
            }
        guard isSound else {
            throw .invalid(
                label, for: "Label", "Must be 1 to 80 letters, digits, hyphens and underscores.")
        }
        guard !accounts.isEmpty else { throw .missing("AWSAccountIds") }
        guard !actions.isEmpty else { throw .missing("Actions") }
        if let stranger = accounts.first(where: { $0.utf8.count != 12 || Int($0) == nil }) {
            throw .invalid("[\(stranger)]", for: "PrincipalId", "Unable to verify.")
        }
        guard actions.count <= 7 else {
            throw QueueFault(.overLimit, "\(actions.count) Actions were found, maximum allowed is 7.")
        }
        if let action = actions.first(where: Self.ownerOnly.contains) {
            throw .invalid(
                "SQS:\(action)", for: "ActionName", "Only the queue owner is allowed to invoke this action.")
        }
        var statements = statements
        guard !statements.contains(where: { $0["Sid"]?.string == label }) else {
            throw .invalid(label, for: "Label", "Already exists.")
        }
        statements.append([
            "Sid": .string(label), "Effect": "Allow",
            "Principal": ["AWS": Self.oneOrMany(accounts.map { "arn:aws:iam::\($0):root" })],
            "Action": Self.oneOrMany(actions.map { "SQS:\($0)" }),
            "Resource": .string("\(arn)"),
        ])
        var document = document ?? JSONObject()
        if document["Version"] == nil {
            document["Version"] = "2008-10-17"
            document["Id"] = .string("\(arn)/SQSDefaultPolicy")
        }
        document["Statement"] = .array(statements)
        policy = JSONValue.object(document).text
    }

    /// Takes back what was allowed under a label. With its last statement the policy goes.
    public mutating func removePermission(_ label: String) throws(QueueFault) {
        let statements = statements
        let kept = statements.filter { $0["Sid"]?.string != label }
        guard kept.count < statements.count, var document else {
            throw .invalid(label, for: "Label", "can't find label.")
        }
        document["Statement"] = .array(kept)
        policy = kept.isEmpty ? nil : JSONValue.object(document).text
    }

    private var document: JSONObject? { policy.flatMap { try? JSONValue(parsing: $0) }?.object }
    private var statements: [JSONValue] { document?["Statement"]?.array ?? [] }

    private static func oneOrMany(_ texts: [String]) -> JSONValue {
        texts.count == 1 ? .string(texts[0]) : .array(texts.map(JSONValue.string))
    }

    private static let ownerOnly: Set<String> = [
        "AddPermission", "RemovePermission", "CreateQueue", "DeleteQueue", "SetQueueAttributes", "ListQueues",
        "ListQueueTags", "TagQueue", "UntagQueue", "StartMessageMoveTask", "CancelMessageMoveTask",
        "ListMessageMoveTasks",
    ]
}
