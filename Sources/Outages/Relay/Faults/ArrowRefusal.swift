/// Why a fault is not put on an arrow, or not taken off one.
package enum ArrowRefusal: Error, Hashable, Sendable {
    case unknownKind(String)
    case unknownParameter(String, kind: String, known: [String])
    case missing(String, kind: String, needed: String)
    case badValue(String, of: String, kind: String, needed: String)
    case unknownArrow(String, known: [String])
    case badSpan(milliseconds: Int64)
    case badName(String)
    case nameTaken(String)
    case unknownName(String, known: [String])
}

extension ArrowRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownKind(let kind):
            "There is no fault \"\(kind)\" of arrows. Choose one of \(Self.list(ArrowFault.kinds))."
        case .unknownParameter(let name, let kind, let known) where known.isEmpty:
            "The fault \(kind) takes no parameter, so not \"\(name)\" either. Leave it out."
        case .unknownParameter(let name, let kind, let known):
            "The fault \(kind) has no parameter \"\(name)\". It takes \(Self.list(known))."
        case .missing(let name, let kind, let needed):
            "The fault \(kind) needs \(name): \(needed)."
        case .badValue(let text, let name, let kind, let needed):
            "The parameter \(name) of \(kind) cannot be \"\(text)\". Give \(needed)."
        case .unknownArrow(let name, let known):
            "There is no arrow \"\(name)\" here. Choose one of \(Self.list(known))."
        case .badSpan(let milliseconds):
            "A fault lasts 1 to 86,400,000 ms, not \(milliseconds)."
        case .badName(let name):
            "\"\(name)\" cannot name a fault. Take 1 to 64 letters, digits, dots, hyphens or underscores."
        case .nameTaken(let name):
            "A fault named \"\(name)\" is in effect already. Remove it first, or choose another name."
        case .unknownName(let name, let known) where known.isEmpty:
            "There is no fault named \"\(name)\"; none is in effect. It may have ended by itself."
        case .unknownName(let name, let known):
            "There is no fault named \"\(name)\". In effect are \(Self.list(known))."
        }
    }

    private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}
