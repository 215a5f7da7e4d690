import JSON

/// What an answer in the older protocol is written in.
///
/// Source: observed on Amazon SQS, which writes JSON in the shape of its XML where a `GET` accepts that.
enum QueryTongue {
    case xml
    case json

    init(wantedBy request: WireRequest) {
        let accepted = request.headers["accept"]?.split(separator: ",") ?? []
        let wantsJSON = accepted.contains {
            $0.prefix { $0 != ";" }.filter { $0 != " " } == "application/json"
        }
        self = request.method == "GET" && wantsJSON ? .json : .xml
    }
}

extension QueryDialect {
    /// An answer as JSON: its root, its result, and its metadata, by the names that they have in XML.
    ///
    /// - Parameter output: What the operation said in AWS JSON; empty where it had nothing to say.
    func json(to question: Question, output: [UInt8], requestID: String) -> JSONValue {
        let name = question.operation
        var root = JSONObject()
        if let members = forms[name]?.output {
            let object = (try? JSONValue(parsing: output))?.object ?? JSONObject()
            root["\(name)Result"] = .object(QueryShape.json(members, of: object, renaming: jsonNames))
        }
        root["ResponseMetadata"] = ["RequestId": .string(requestID)]
        var answer = JSONObject()
        answer["\(name)Response"] = .object(root)
        return .object(answer)
    }

    func json(to error: WireError, requestID: String) -> JSONValue {
        [
            "Error": [
                "Type": .string(error.isSenderFault ? "Sender" : "Receiver"),
                "Code": .string(error.legacyCode), "Message": JSONValue(message(of: error)), "Detail": .null,
            ],
            "RequestId": .string(requestID),
        ]
    }
}

extension QueryShape {
    /// Those members that an object has, with a list of names and values for each map.
    fileprivate static func json(
        _ members: [Member], of object: JSONObject, renaming names: [String: String] = [:]
    ) -> JSONObject {
        var written = JSONObject()
        for member in members {
            guard let value = object[member.name], value != .null else { continue }
            written[names[member.name] ?? member.name] = member.shape.json(value)
        }
        return written
    }

    private func json(_ value: JSONValue) -> JSONValue {
        switch self {
        case .text, .number, .truth: value
        case .list(_, let shape), .listAtAnyRate(_, let shape):
            .array((value.array ?? []).map(shape.json))
        case .map(_, let key, let shape):
            .array(
                (value.object?.members ?? []).map { entry in
                    [key: .string(entry.name), "Value": shape.json(entry.value)]
                })
        case .structure(let members): .object(Self.json(members, of: value.object ?? JSONObject()))
        }
    }
}
