import JSON

extension Order {
    /// The published description of `order.placed/1`, as JSON Schema.
    ///
    /// Source: JSON Schema, draft 2020-12.
    package static var jsonSchema: JSONValue {
        .schema(of: shape, id: "order-placed:1", title: "order.placed, version 1")
    }
}

extension Cancellation {
    /// The published description of `order.cancelled/1`, as JSON Schema.
    ///
    /// Source: JSON Schema, draft 2020-12.
    package static var jsonSchema: JSONValue {
        .schema(of: shape, id: "order-cancelled:1", title: "order.cancelled, version 1")
    }
}

extension JSONValue {
    fileprivate static func schema(of shape: Shape, id: String, title: String) -> JSONValue {
        var writer = SchemaWriter()
        let body = writer.written(shape)
        var schema: JSONValue = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": .string("urn:oms:schema:\(id)"),
            "title": .string(title),
        ]
        schema.append(body)
        if writer.definitions != [:] { schema.append(["$defs": writer.definitions]) }
        return schema
    }
}

/// Writes a ``Shape`` as JSON Schema and collects the named shapes on the way.
private struct SchemaWriter {
    var definitions: JSONValue = [:]

    mutating func written(_ shape: Shape) -> JSONValue {
        switch shape {
        case .text(let count, let pattern): Self.text(count, pattern)
        case .oneOf(let choices) where choices.count == 1: ["const": .string(choices[0])]
        case .oneOf(let choices): ["enum": .array(choices.map(JSONValue.string))]
        case .integer(let range):
            ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
        case .truth: ["type": "boolean"]
        case .nullable(let shape): orNull(written(shape))
        case .list(let item, let count, _, _): list(of: item, count)
        case .object(let members): object(members)
        case .named(let name, let shape): reference(to: name, shape)
        }
    }

    private static func text(_ count: ClosedRange<Int>, _ pattern: TextPattern) -> JSONValue {
        var schema: JSONValue = ["type": "string"]
        if count.lowerBound > 0 { schema.append(["minLength": JSONValue(count.lowerBound)]) }
        if count.upperBound < Int.max { schema.append(["maxLength": JSONValue(count.upperBound)]) }
        schema.append(["pattern": .string(pattern.expression)])
        return schema
    }

    private func orNull(_ schema: JSONValue) -> JSONValue {
        guard case .object(var members) = schema, let type = members["type"] else { return schema }
        members["type"] = [type, "null"]
        return .object(members)
    }

    private mutating func list(of item: Shape, _ count: ClosedRange<Int>) -> JSONValue {
        var schema: JSONValue = ["type": "array"]
        if count.lowerBound > 0 { schema.append(["minItems": JSONValue(count.lowerBound)]) }
        schema.append(["maxItems": JSONValue(count.upperBound), "items": written(item)])
        return schema
    }

    private mutating func object(_ members: [Shape.Member]) -> JSONValue {
        var properties: JSONValue = [:]
        for member in members { properties.append([member.name: written(member.shape)]) }
        let required = members.filter(\.isRequired).map { JSONValue.string($0.name) }
        return ["type": "object", "required": .array(required), "properties": properties]
    }

    private mutating func reference(to name: String, _ shape: Shape) -> JSONValue {
        if definitions[name] == nil {
            let schema = written(shape)
            definitions.append([name: schema])
        }
        return ["$ref": .string("#/$defs/\(name)")]
    }
}

extension JSONValue {
    /// Adds the members of another object behind our own.
    fileprivate mutating func append(_ other: JSONValue) {
        guard case .object(var members) = self, case .object(let more) = other else { return }
        for member in more.members { members[member.name] = member.value }
        self = .object(members)
    }
}
