import JSON

/// A value of a file together with the place where it stands.
struct PlacedValue {
    indirect enum Content {
        case null
        case bool(Bool)
        /// As it was written, which JSON allows too.
        case number(String)
        case text(String)
        case list([PlacedValue])
        case map(PlacedMap)
    }

    var content: Content
    var place: Place

    var text: String? { if case .text(let text) = content { text } else { nil } }
    var list: [PlacedValue]? { if case .list(let items) = content { items } else { nil } }
    var map: PlacedMap? { if case .map(let map) = content { map } else { nil } }

    /// The words of a scalar as it was written; nil for lists, maps and nothing.
    var spelled: String? {
        switch content {
        case .bool(let truth): truth ? "true" : "false"
        case .number(let text), .text(let text): text
        case .null, .list, .map: nil
        }
    }

    /// What it is, for the person who expected something else.
    var kindInWords: String {
        switch content {
        case .null: "nothing"
        case .bool(let truth): "the boolean \(truth)"
        case .number(let text): "the number \(text)"
        case .text(let text): "the text \"\(text)\""
        case .list: "a list"
        case .map: "a map"
        }
    }

    var json: JSONValue {
        switch content {
        case .null: .null
        case .bool(let truth): .bool(truth)
        case .number(let text): Int64(text).map(JSONValue.integer) ?? .number(text)
        case .text(let text): .string(text)
        case .list(let items): .array(items.map(\.json))
        case .map(let map): map.json
        }
    }
}

/// A map whose names stand somewhere too. Each name stands once.
struct PlacedMap {
    struct Member {
        var name: String
        var namePlace: Place
        var value: PlacedValue
    }

    var members: [Member] = []

    subscript(name: String) -> PlacedValue? { members.first { $0.name == name }?.value }

    mutating func append(_ name: String, _ value: PlacedValue, at place: Place? = nil) {
        members.append(Member(name: name, namePlace: place ?? value.place, value: value))
    }

    var json: JSONValue {
        var object = JSONObject()
        for member in members { object[member.name] = member.value.json }
        return .object(object)
    }
}
