/// Puts the values of `configuration` where `${name}` stands.
///
/// As in Chaos Toolkit, a text that is nothing but `${name}` becomes the value itself, a number for instance; within
/// other words it becomes text. `$$` stands for one `$`, and `$name` without braces means the same where there is such a
/// name.
///
/// Source: chaostoolkit-lib 1.44, `substitute`, and Python's `string.Template`.
struct Substitution {
    private let values: PlacedMap

    init(_ configuration: PlacedMap) {
        values = configuration
    }

    func applied(to value: PlacedValue, _ complaints: inout Complaints) -> PlacedValue {
        var result = value
        switch value.content {
        case .text(let text): result.content = content(of: text, at: value.place, &complaints)
        case .list(let items): result.content = .list(items.map { applied(to: $0, &complaints) })
        case .map(var map):
            for place in map.members.indices {
                map.members[place].value = applied(to: map.members[place].value, &complaints)
            }
            result.content = .map(map)
        case .null, .bool, .number: break
        }
        return result
    }

    private func content(of text: String, at place: Place, _ complaints: inout Complaints)
        -> PlacedValue.Content
    {
        if let whole = text.wholeMatch(of: /\$\{([^{}]*)\}/), let value = values[String(whole.1)] {
            return value.content
        }
        var result = ""
        var rest = text[...]
        while let match = rest.firstMatch(of: /\$(?:(\$)|\{([^{}]*)\}|([_A-Za-z][_A-Za-z0-9]*))/) {
            result += rest[..<match.range.lowerBound]
            rest = rest[match.range.upperBound...]
            let (written, dollar, braced, bare) = match.output
            if dollar != nil {
                result += "$"
            } else if let value = (braced ?? bare).flatMap({ values[String($0)] })?.spelled {
                result += value
            } else {
                if let braced {
                    let advice = Spelling.advice(for: String(braced), among: values.members.map(\.name))
                    complaints.object(
                        at: place, "configuration has no \(braced), for which \(written) stands. \(advice)")
                }
                result += written
            }
        }
        return .text(result + rest)
    }
}
