import Inspection

/// A piece of HTML or SVG. Whatever is text is escaped the moment it comes in, so that an order cannot bring its own.
///
///     Markup("p", ["class": "lead"]) {
///         "127 orders, "
///         Markup("strong") { "none lost" }
///     }
struct Markup: Hashable, Sendable {
    /// As it stands in the page.
    let source: String

    /// An element with what is inside.
    init(
        _ element: String, _ attributes: KeyValuePairs<String, String> = [:],
        @MarkupBuilder inside: () -> [Markup] = { [] }
    ) {
        let words = attributes.map { " \($0.key)=\"\(Self.escaped($0.value))\"" }.joined()
        let content = inside().map(\.source).joined()
        source =
            Self.withoutEnd.contains(element)
            ? "<\(element)\(words)>" : "<\(element)\(words)>\(content)</\(element)>"
    }

    /// A text.
    init(text: String) {
        source = Self.escaped(text)
    }

    /// Something of our own that is markup already, such as a style sheet.
    init(trusted source: String) {
        self.source = source
    }

    /// Source: HTML Living Standard, "Void elements".
    private static let withoutEnd: Set<String> = ["meta", "br", "hr", "col"]

    /// Without control characters and marks that turn the direction of writing; line breaks stay.
    static func escaped(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { PlainText.forTerminal(String($0)) }.joined(separator: "\n")
            .replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }
}

/// Lists what is inside an element, one below the other.
@resultBuilder enum MarkupBuilder {
    static func buildExpression(_ text: String) -> [Markup] { [Markup(text: text)] }
    static func buildExpression(_ markup: Markup) -> [Markup] { [markup] }
    static func buildExpression(_ list: [Markup]) -> [Markup] { list }
    static func buildBlock(_ parts: [Markup]...) -> [Markup] { parts.flatMap(\.self) }
    static func buildOptional(_ part: [Markup]?) -> [Markup] { part ?? [] }
    static func buildEither(first part: [Markup]) -> [Markup] { part }
    static func buildEither(second part: [Markup]) -> [Markup] { part }
    static func buildArray(_ parts: [[Markup]]) -> [Markup] { parts.flatMap(\.self) }
}
