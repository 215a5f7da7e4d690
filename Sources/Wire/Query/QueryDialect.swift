import JSON

/// The older protocol of a service: requests are forms, answers are XML, or JSON in the shape of that XML. It says the
/// same as AWS JSON and is translated into it, so an operation is described and answered once.
///
/// Source: AWS Query protocol, as service model `sqs/2012-11-05` uses it; observed on Amazon SQS.
public struct QueryDialect: Sendable {
    /// How an operation's input and output are written; without an output there is only metadata to tell.
    struct Form: Sendable {
        let input: [QueryShape.Member]
        let output: [QueryShape.Member]?
    }

    let namespace: String
    /// By the operation's name.
    let forms: [String: Form]
    /// Errors that have other words here than in AWS JSON, by their older code.
    let words: [String: String]
    /// The member that a path gives, such as `QueueUrl`, and the operations that must not be sent to such a path.
    let pathMember: String
    let pathless: Set<String>
    /// Members of an output that have another name than in AWS JSON where the older protocol is answered in JSON.
    let jsonNames: [String: String]

    /// What a request asks for, in AWS JSON.
    struct Question {
        let operation: String
        let input: JSONValue
    }

    /// - Throws: `InvalidAction`, `MissingAction`.
    func question(_ form: QueryForm, in request: WireRequest) throws(WireError) -> Question {
        guard let action = form["Action"], !action.isEmpty else {
            throw WireError("MissingAction", "The request must contain the parameter Action.")
        }
        let hasPath = request.path.utf8.contains { $0 != UInt8(ascii: "/") }
        guard let shapes = forms[action], !(hasPath && pathless.contains(action)) else {
            throw Self.invalidAction(action)
        }
        var input = QueryShape.read(shapes.input, from: form.root)
        if hasPath, input[pathMember] == nil, shapes.input.contains(where: { $0.name == pathMember }) {
            let path = String(decoding: PercentEncoding.decode(request.path.utf8), as: UTF8.self)
            input[pathMember] = .string("http://\(request.headers["host"] ?? "localhost")\(path)")
        }
        return Question(operation: action, input: .object(input))
    }

    static func invalidAction(_ action: String) -> WireError {
        WireError("InvalidAction", "The action \(action) is not valid for this endpoint.")
    }

    /// - Parameter output: What the operation said in AWS JSON; empty where it had nothing to say.
    func response(
        to question: Question, output: [UInt8], requestID: String, in tongue: QueryTongue = .xml
    ) -> WireResponse {
        if tongue == .json {
            return Self.response(status: 200, json(to: question, output: output, requestID: requestID))
        }
        let name = question.operation
        var text = "<?xml version=\"1.0\"?><\(name)Response xmlns=\"\(namespace)\">"
        if let members = forms[name]?.output {
            text += "<\(name)Result>"
            if let object = (try? JSONValue(parsing: output))?.object {
                QueryShape.write(members, of: object, to: &text)
            }
            text += "</\(name)Result>"
        }
        text += "<ResponseMetadata><RequestId>\(requestID)</RequestId></ResponseMetadata></\(name)Response>"
        return Self.response(status: 200, text)
    }

    func response(
        to error: WireError, requestID: String, in tongue: QueryTongue = .xml
    ) -> WireResponse {
        if tongue == .json {
            return Self.response(status: error.status, json(to: error, requestID: requestID))
        }
        let said = message(of: error).map { "<Message>\(XMLText.escaped($0))</Message>" } ?? ""
        return Self.response(
            status: error.status,
            """
            <?xml version="1.0"?><ErrorResponse xmlns="\(namespace)"><Error>\
            <Type>\(error.isSenderFault ? "Sender" : "Receiver")</Type><Code>\(XMLText.escaped(error.legacyCode))</Code>\
            \(said)<Detail/></Error><RequestId>\(requestID)</RequestId></ErrorResponse>
            """)
    }

    func message(of error: WireError) -> String? { words[error.legacyCode] ?? error.message }

    private static func response(status: Int, _ json: JSONValue) -> WireResponse {
        WireResponse(status: status, headers: ["content-type": "application/json"], body: json.bytes)
    }

    private static func response(status: Int, _ text: String) -> WireResponse {
        WireResponse(status: status, headers: ["content-type": "text/xml"], body: Array(text.utf8))
    }
}
