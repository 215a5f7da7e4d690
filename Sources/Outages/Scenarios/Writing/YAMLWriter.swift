import JSON
import Yams

/// Writes a value as YAML that YAML 1.1 and 1.2 read alike, for Chaos Toolkit reads the former.
package enum YAMLWriter {
    /// - Throws: `YamlError` when the value holds a text that YAML cannot.
    package static func text(of value: JSONValue) throws -> String {
        try Yams.serialize(node: node(of: value), indent: 2, width: 110, allowUnicode: true)
    }

    private static func node(of value: JSONValue) -> Node {
        switch value {
        case .null: Node("null")
        case .bool(let truth): Node(truth ? "true" : "false")
        case .integer(let number): Node(String(number))
        case .number(let text): Node(text)
        case .string(let text): scalar(text)
        case .array(let items):
            Node(items.map(node), Tag(.seq), items.contains { $0.object != nil } ? .block : .flow)
        case .object(let object):
            Node(object.members.map { (scalar($0.name), node(of: $0.value)) }, Tag(.map), .block)
        }
    }

    /// A text plainly where nobody could take it for something else, and in quotes otherwise.
    private static func scalar(_ text: String) -> Node {
        let isWord = text.first?.isLetter == true && !words.contains(text.lowercased())
        if text.contains("\n") { return Node(text, Tag(.str), .literal) }
        return Node(text, Tag(.str), isWord ? .any : .doubleQuoted)
    }

    /// Texts that some YAML takes for a boolean or for nothing.
    private static let words: Set<String> = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]
}
