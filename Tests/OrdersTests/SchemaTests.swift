import JSON
import Testing

@testable import Orders

@Suite struct `The published schema` {
    /// `fixtures/documents/order-placed.schema.json` is what other programs are given to read.
    @Test func `is the one that documents are judged by`() throws {
        let published = try Fixtures.bytes("documents/order-placed.schema.json")

        #expect(String(decoding: published, as: UTF8.self) == Order.jsonSchema.indentedText + "\n")
    }

    @Test func `names every shape that it refers to`() {
        let text = Order.jsonSchema.text
        let definitions = Order.jsonSchema["$defs"]?.object?.members.map(\.name) ?? []

        #expect(Set(definitions) == ["address", "bp", "line", "money"])
        for name in definitions { #expect(text.contains(##""#/$defs/\##(name)""##)) }
    }
}
