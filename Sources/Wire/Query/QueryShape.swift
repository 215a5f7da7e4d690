import JSON

/// How a value of AWS JSON is written in the older protocol: as fields of a form, and as elements of XML.
///
/// Lists and maps are flattened: their elements stand where the member would, each under a name of its own, counted from
/// 1 in a form and simply repeated in XML.
indirect enum QueryShape: Sendable {
    case text
    case number
    case truth
    /// Elements of this name.
    case list(of: String, QueryShape)
    /// The same; a form that has none means a list of none, for it cannot say so in another way.
    case listAtAnyRate(of: String, QueryShape)
    /// Elements of this name, each with a key under that name and a `Value`.
    case map(of: String, key: String, QueryShape)
    case structure([Member])

    /// A member by its name in AWS JSON.
    struct Member: Sendable {
        let name: String
        let shape: QueryShape
    }
}

extension QueryShape.Member: ExpressibleByStringLiteral {
    /// A member that is a text.
    init(stringLiteral name: String) { self.init(name: name, shape: .text) }

    static func number(_ name: String) -> Self { .init(name: name, shape: .number) }
    static func truth(_ name: String) -> Self { .init(name: name, shape: .truth) }
    static func member(_ name: String, _ shape: QueryShape) -> Self { .init(name: name, shape: shape) }
}

// MARK: From a form

extension QueryShape {
    /// What a form says of these members; what it does not speak of is left out.
    static func read(_ members: [Member], from node: QueryForm.Node) -> JSONObject {
        var object = JSONObject()
        for member in members { object[member.name] = member.shape.read(named: member.name, in: node) }
        return object
    }

    private func read(named name: String, in node: QueryForm.Node) -> JSONValue? {
        switch self {
        case .listAtAnyRate(let element, let shape):
            return Self.list(of: element, shape).read(named: name, in: node) ?? .array([])
        case .list(let element, let shape):
            guard let list = node[element] else { return nil }
            // One without a number counts as the first.
            let items = list.value == nil ? list.items : [list]
            return .array(items.compactMap { shape.read($0) })
        case .map(let element, let key, let shape):
            guard let entries = node[element] else { return nil }
            var object = JSONObject()
            for entry in entries.items {
                if let name = entry[key]?.value { object[name] = entry["Value"].flatMap(shape.read) }
            }
            return .object(object)
        case .text, .number, .truth, .structure: return node[name].flatMap(read)
        }
    }

    private func read(_ node: QueryForm.Node) -> JSONValue? {
        switch self {
        case .structure(let members): return .object(Self.read(members, from: node))
        case .number: return node.value.map { text in Int64(text).map(JSONValue.integer) ?? .string(text) }
        case .truth:
            return node.value.map { text in
                ["true", "false"].contains(text.lowercased())
                    ? .bool(text.lowercased() == "true") : .string(text)
            }
        case .text, .list, .listAtAnyRate, .map: return node.value.map(JSONValue.string)
        }
    }
}

// MARK: To XML

extension QueryShape {
    /// Elements for those members that an object has, in the order of the members.
    static func write(_ members: [Member], of object: JSONObject, to text: inout String) {
        for member in members {
            guard let value = object[member.name], value != .null else { continue }
            member.shape.write(value, named: member.name, to: &text)
        }
    }

    private func write(_ value: JSONValue, named name: String, to text: inout String) {
        switch self {
        case .list(let element, let shape), .listAtAnyRate(let element, let shape):
            for item in value.array ?? [] { shape.element(element, item, to: &text) }
        case .map(let element, let key, let shape):
            for entry in value.object?.members ?? [] {
                text += "<\(element)>"
                QueryShape.text.element(key, .string(entry.name), to: &text)
                shape.element("Value", entry.value, to: &text)
                text += "</\(element)>"
            }
        case .text, .number, .truth, .structure: element(name, value, to: &text)
        }
    }

    private func element(_ name: String, _ value: JSONValue, to text: inout String) {
        text += "<\(name)>"
        if case .structure(let members) = self, let object = value.object {
            Self.write(members, of: object, to: &text)
        } else {
            text += XMLText.escaped(value.string ?? value.text)
        }
        text += "</\(name)>"
    }
}

/// Texts inside of XML elements.
enum XMLText {
    /// A carriage return too: a reader would make a line feed of it, and a body's digest would no longer fit. What no
    /// document may hold shows as U+FFFD.
    ///
    /// Source: XML 1.0, "Characters"; escapes observed on Amazon SQS.
    static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { "&<>\"\r".unicodeScalars.contains($0) || !isAllowed($0) })
        else { return text }
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\r": escaped += "&#xD;"
            default: escaped.unicodeScalars.append(isAllowed(character) ? character : "\u{FFFD}")
            }
        }
        return escaped
    }

    private static func isAllowed(_ character: Unicode.Scalar) -> Bool {
        switch character.value {
        case 0x9, 0xA, 0xD, 0x20...0xFFFD, 0x10000...: true
        default: false
        }
    }
}
