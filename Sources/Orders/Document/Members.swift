import JSON

/// The members of an object, by name and type; nil where there is none, or null.
struct Members {
    let object: JSONObject?

    init(_ value: JSONValue?) { object = value?.object }

    func text(_ name: String) -> String? { object?[name]?.string }
    func number(_ name: String) -> Int64? { object?[name]?.integer }
    func truth(_ name: String) -> Bool? { object?[name]?.bool }

    func object<Part>(_ name: String, _ read: (Members) -> Part?) -> Part? {
        read(Members(object?[name]))
    }

    func list<Part>(_ name: String, _ read: (Members) -> Part?) -> [Part]? {
        guard let items = object?[name]?.array else { return nil }
        let parts = items.compactMap { read(Members($0)) }
        return parts.count == items.count ? parts : nil
    }
}
