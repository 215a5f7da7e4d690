import Clockwork
import JSON

/// A fault as it is asked for.
package struct FaultWish: Hashable, Sendable {
    package var arrow: ArrowName
    package var fault: ArrowFault
    /// 1 ms to a day; the fault ends by itself afterwards.
    package var span: Duration
    /// 1 to 64 letters, digits, dots, hyphens or underscores; nil lets the relay choose.
    package var name: String?

    package init(
        _ fault: ArrowFault, on arrow: ArrowName, for span: Duration = .seconds(30), name: String? = nil
    ) {
        self.arrow = arrow
        self.fault = fault
        self.span = span
        self.name = name
    }

    static let spans = Duration.milliseconds(1)...Duration.seconds(86_400)

    static func isSound(name: String) -> Bool {
        let isFit: (UInt8) -> Bool = { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return (1...64).contains(name.utf8.count) && name.utf8.allSatisfy(isFit)
    }
}

extension FaultWish {
    package var json: JSONValue {
        [
            "arrow": .string(arrow.rawValue), "kind": .string(fault.kind), "parameters": fault.parametersJSON,
            "for_ms": JSONValue(span.milliseconds), "name": JSONValue(name),
        ]
    }

    /// Reads a wish from the wire. Parameters may be texts or whole numbers; 30 s is the span unless one is told.
    ///
    /// - Throws: ``ArrowRefusal``, or ``WishUnreadable`` for what is no wish at all.
    init(_ json: JSONValue) throws {
        guard let members = json.object?.members else { throw WishUnreadable("The body is no JSON object.") }
        let known = ["arrow", "kind", "parameters", "for_ms", "name"]
        if let stranger = members.map(\.name).first(where: { !known.contains($0) }) {
            throw WishUnreadable(
                "There is no member \"\(stranger)\". Known are \(known.joined(separator: ", ")).")
        }
        guard let arrow = json["arrow"]?.string, let kind = json["kind"]?.string else {
            throw WishUnreadable("Tell \"arrow\" and \"kind\", both as texts.")
        }
        let span = try json["for_ms"].map { told in
            guard let span = told.integer else { throw WishUnreadable("\"for_ms\" is a whole number.") }
            return span
        }
        guard span.map({ (1...86_400_000).contains($0) }) ?? true else {
            throw ArrowRefusal.badSpan(milliseconds: span ?? 0)
        }
        self.init(
            try ArrowFault(kind: kind, parameters: try Self.parameters(json["parameters"])),
            on: ArrowName(rawValue: arrow), for: span.map { .milliseconds($0) } ?? .seconds(30),
            name: try Self.name(json["name"]))
    }

    private static func parameters(_ json: JSONValue?) throws -> [String: String] {
        switch json {
        case nil, .null?: return [:]
        case .object(let object)?:
            var parameters: [String: String] = [:]
            for (name, value) in object.members {
                switch value {
                case .string(let text), .number(let text): parameters[name] = text
                case .integer(let number): parameters[name] = String(number)
                default: throw WishUnreadable("The parameter \"\(name)\" is neither a text nor a number.")
                }
            }
            return parameters
        default: throw WishUnreadable("\"parameters\" is an object.")
        }
    }

    private static func name(_ json: JSONValue?) throws -> String? {
        switch json {
        case nil, .null?: return nil
        case .string(let name)?: return name
        default: throw WishUnreadable("\"name\" is a text.")
        }
    }
}

/// Something that is no wish for a fault.
struct WishUnreadable: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
