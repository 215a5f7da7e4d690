import Yams

/// Reads YAML, and JSON with it, into placed values.
///
/// Of YAML it takes what people write by hand, and words mean what YAML 1.2 says: `no` and `on` are texts. Anchors, tags
/// and further documents are refused, for they hide from the reader what a scenario does.
struct YAMLReader {
    private let lines: [[Unicode.Scalar]]
    private var complaints = Complaints()

    /// Nil when there is nothing that could be read; the complaints say why.
    static func read(_ text: String, _ complaints: inout Complaints) -> PlacedValue? {
        var reader = YAMLReader(lines: text.scalarLines, complaints: complaints)
        defer { complaints = reader.complaints }
        do {
            guard let root = try Yams.compose(yaml: text) else {
                reader.complaints.object(
                    at: Place(line: 1, column: 1), "The file is empty. Write a scenario into it.")
                return nil
            }
            return reader.value(of: root)
        } catch let error as YamlError {
            reader.object(error)
        } catch {
            reader.complaints.object(at: Place(line: 1, column: 1), "The file cannot be read: \(error).")
        }
        return nil
    }

    private mutating func value(of node: Node) -> PlacedValue {
        let place = Place(node.mark)
        // A node with properties begins with them. What an alias stands for is the anchored node itself.
        switch scalar(at: place) {
        case "&":
            complaints.object(
                at: place, "Anchors and aliases are not taken. Write the value out in each place.")
            return PlacedValue(content: .null, place: place)
        case "!":
            complaints.object(at: place, "Tags are not taken. Leave the tag out, and put a text into quotes.")
        default: break
        }
        switch node {
        case .scalar(let scalar): return PlacedValue(content: content(of: scalar, place), place: place)
        case .sequence(let items):
            return PlacedValue(content: .list(items.map { value(of: $0) }), place: place)
        case .mapping(let pairs):
            var map = PlacedMap()
            for (key, item) in pairs {
                let name = value(of: key)
                guard let text = name.spelled else {
                    complaints.object(at: name.place, "A name cannot be \(name.kindInWords). Write a text.")
                    continue
                }
                map.append(text, value(of: item), at: name.place)
            }
            return PlacedValue(content: .map(map), place: place)
        case .alias: return PlacedValue(content: .null, place: place)
        }
    }

    /// Source: YAML 1.2.2, 10.3.2 "Tag Resolution" of the core schema.
    private mutating func content(of scalar: Node.Scalar, _ place: Place) -> PlacedValue.Content {
        guard scalar.style == .plain else { return .text(scalar.string) }
        let text = scalar.string
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        if text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/) != nil {
            return .number(text)
        }
        if text.wholeMatch(
            of:
                /[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)/
        )
            != nil
        {
            complaints.object(
                at: place, "\(text) is a number that readers differ about. Write it plainly, or in quotes.")
        }
        if ["yes", "no", "on", "off"].contains(text.lowercased()) {
            complaints.warn(
                at: place, "\(text) is a text here, and a boolean for Chaos Toolkit. Put it into quotes.")
        }
        return .text(text)
    }

    private mutating func object(_ error: YamlError) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
            complaints.object(
                at: Place(mark), "This is no YAML: \(problem). Look at the line and the one above.")
        case .composer(_, let problem, let mark, _) where problem.contains("another document"):
            complaints.object(
                at: Place(mark), "A second document begins here. Write one scenario in each file.")
        case .composer(_, let problem, let mark, _):
            complaints.object(
                at: Place(mark),
                "Anchors and aliases are not taken (\(problem)). Write the value out in each place.")
        case .duplicatedKeysInMapping(let names, let context):
            complaints.object(
                at: Place(context.mark),
                "\(names.sorted().joined(separator: ", ")) stands twice in this map. Leave one out.")
        case .reader(let problem, _, _, _):
            complaints.object(
                at: Place(line: 1, column: 1), "The file is no text: \(problem). Save it as UTF-8.")
        default:
            complaints.object(at: Place(line: 1, column: 1), "The file cannot be read: \(error).")
        }
    }

    private func scalar(at place: Place) -> Unicode.Scalar? {
        guard lines.indices.contains(place.line - 1) else { return nil }
        let line = lines[place.line - 1]
        return line.indices.contains(place.column - 1) ? line[place.column - 1] : nil
    }
}

extension Place {
    fileprivate init(_ mark: Mark?) {
        self.init(line: max(1, mark?.line ?? 1), column: max(1, mark?.column ?? 1))
    }
}

extension String {
    /// Lines as libYAML counts them.
    fileprivate var scalarLines: [[Unicode.Scalar]] {
        split(omittingEmptySubsequences: false) {
            ["\n", "\r\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains($0)
        }
        .map { Array($0.unicodeScalars) }
    }
}
