import JSON

/// A text that says who else may use a stream or a consumer.
///
/// Source: Amazon Kinesis API Reference, `PutResourcePolicy`; order and words of what is refused reported from Amazon.
public enum ResourcePolicy {
    /// - Throws: `InvalidArgumentException` for the first thing that is wrong.
    public static func check(_ text: String, for arn: ResourceARN) throws(StreamFault) {
        guard let policy = try? JSONValue(parsing: text), policy.object != nil else {
            throw fault("This policy contains invalid Json")
        }
        for field in ["Version", "Statement"] where policy[field] == nil {
            throw fault("Missing required field \(field)")
        }
        let statements = policy["Statement"]?.array ?? policy["Statement"].map { [$0] } ?? []
        for (place, statement) in statements.enumerated() {
            let invalid = texts(statement["Action"]).filter { !actions(on: arn).contains($0) }
            guard invalid.isEmpty else {
                let names = invalid.map { "\"\($0)\"" }.joined(separator: ", ")
                throw fault("The following action names are invalid: \(names)", in: place, of: text)
            }
            let resources = texts(statement["Resource"])
            guard !resources.isEmpty, resources.allSatisfy({ $0 == arn.description }) else {
                throw fault(
                    "The resource policy's resource must be the same as the resource ARN.", in: place,
                    of: text)
            }
        }
    }

    /// What can be allowed to others.
    private static func actions(on arn: ResourceARN) -> [String] {
        arn.consumer == nil
            ? [
                "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords",
                "kinesis:GetShardIterator", "kinesis:ListShards", "kinesis:PutRecord", "kinesis:PutRecords",
            ] : ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"]
    }

    private static func texts(_ value: JSONValue?) -> [String] {
        value?.array?.compactMap(\.string) ?? value?.string.map { [$0] } ?? []
    }

    private static func fault(_ words: String) -> StreamFault {
        .invalidArgument("Policy validation error: \(words)")
    }

    private static func fault(_ words: String, in statement: Int, of text: String) -> StreamFault {
        let (line, column) = position(ofStatement: statement, in: text)
        return fault(
            "Resource policy contains invalid statement at line \(line), column \(column): \(words)")
    }

    /// Where a statement begins, in a text that is sound JSON; both count from 1.
    private static func position(ofStatement statement: Int, in text: String) -> (line: Int, column: Int) {
        var (line, column, depth, seen) = (1, 0, 0, -1)
        var (isInString, isEscaped) = (false, false)
        var key: [UInt8] = []
        for byte in text.utf8 {
            column += 1
            if isInString {
                switch byte {
                case _ where isEscaped: isEscaped = false
                case UInt8(ascii: "\\"): isEscaped = true
                case UInt8(ascii: "\""): isInString = false
                default: if depth == 1 { key.append(byte) }
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\n"): (line, column) = (line + 1, 0)
            case UInt8(ascii: "\""):
                isInString = true
                if depth == 1 { key = [] }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if byte == UInt8(ascii: "{"), (1...2).contains(depth), key == Array("Statement".utf8) {
                    seen += 1
                }
                if seen == statement { return (line, column) }
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        return (1, 1)
    }
}
