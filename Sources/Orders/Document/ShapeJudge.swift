import JSON

/// Holds a value against its ``Shape`` and remembers every difference, in the order of the shape.
struct ShapeJudge {
    private(set) var reasons: [Reason] = []
    private var steps: [Step] = []

    private enum Step {
        case member(String)
        case item(Int)
    }

    /// Every way in which `value` differs from `shape`; empty when it does not.
    static func reasons(against value: JSONValue, as shape: Shape) -> [Reason] {
        var judge = ShapeJudge()
        judge.compare(value, with: shape)
        return judge.reasons
    }

    private mutating func compare(_ value: JSONValue, with shape: Shape) {
        switch (shape, value) {
        case (.named(_, let shape), _): compare(value, with: shape)
        case (.nullable, .null): break
        case (.nullable(let shape), _): compare(value, with: shape)
        case (.text(let count, let pattern), .string(let text)): compare(text, with: count, pattern)
        case (.oneOf(let choices), .string(let text)):
            if !choices.contains(text) {
                note(.invalidValue, "Use one of: \(choices.joined(separator: ", ")).")
            }
        case (.integer(let range), .integer(let number)):
            if !range.contains(number) { note(.outOfRange, range.advice) }
        case (.integer(let range), .number(let text)) where text.isWholeNumber:
            note(.outOfRange, range.advice)
        case (.truth, .bool): break
        case (.list(let item, let count, let tooFew, let tooMany), .array(let items)):
            if items.count < count.lowerBound { return note(tooFew, "Send at least \(count.lowerBound).") }
            if items.count > count.upperBound { return note(tooMany, "Send at most \(count.upperBound).") }
            for (place, value) in items.enumerated() { step(.item(place)) { $0.compare(value, with: item) } }
        case (.object(let members), .object(let object)): compare(object, with: members)
        default: note(.wrongType, "This must be \(shape.kind), not \(value.kind).")
        }
    }

    private mutating func compare(_ text: String, with count: ClosedRange<Int>, _ pattern: TextPattern) {
        if text.isEmpty, count.lowerBound > 0 { return note(.invalidValue, "This must not be empty.") }
        // A text has at most as many characters as bytes, so most need no counting.
        if text.utf8.count > count.upperBound, text.unicodeScalars.count > count.upperBound {
            return note(.tooLong, "Use at most \(count.upperBound) characters.")
        }
        if !pattern.matches(text) { note(.invalidFormat, "This must be \(pattern.words).") }
    }

    private mutating func compare(_ object: JSONObject, with members: [Shape.Member]) {
        for member in members {
            step(.member(member.name)) { judge in
                if let value = object[member.name] {
                    judge.compare(value, with: member.shape)
                } else if member.isRequired {
                    judge.note(.missingField, "This member is required.")
                }
            }
        }
    }

    private mutating func step(_ step: Step, _ look: (inout ShapeJudge) -> Void) {
        steps.append(step)
        look(&self)
        steps.removeLast()
    }

    private mutating func note(_ code: Reason.Code, _ message: String) {
        reasons.append(Reason(code, at: pointer, message))
    }

    /// Our members' names hold neither `/` nor `~`, so nothing needs escaping.
    private var pointer: String {
        steps.reduce(into: "") { pointer, step in
            switch step {
            case .member(let name): pointer += "/\(name)"
            case .item(let place): pointer += "/\(place)"
            }
        }
    }
}

extension ClosedRange<Int64> {
    fileprivate var advice: String { "Use a whole number from \(lowerBound) to \(upperBound)." }
}

extension String {
    /// A number without fraction and exponent, as JSON writes it.
    fileprivate var isWholeNumber: Bool {
        utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-") }
    }
}

extension Shape {
    fileprivate var kind: String {
        switch self {
        case .text, .oneOf: "a text"
        case .integer: "a whole number"
        case .truth: "true or false"
        case .nullable(let shape): "\(shape.kind) or null"
        case .list: "a list"
        case .object: "an object"
        case .named(_, let shape): shape.kind
        }
    }
}

extension JSONValue {
    fileprivate var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .integer: "a whole number"
        case .number: "a number with a fraction or an exponent"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
