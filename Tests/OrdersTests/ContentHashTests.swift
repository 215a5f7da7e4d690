import JSON
import Testing

@testable import Orders

@Suite struct `The content hash` {
    @Test func `is SHA-256 of the sorted, minified text`() {
        let document = OrderDocument(#"{ "b" : 1, "a" : [ "é", null ] }"#)

        // printf '{"a":["é",null],"b":1}' | sha256sum
        #expect(
            document.contentHash.rawValue
                == "6b940ff97b8f64e75080429519f8fe71eb9a5693540a8b6c61147486f08706db")
    }

    @Test(arguments: [
        #"{"a":"é/","b":{"d":1,"c":[true,2]}}"#,
        " {\n\t\"b\": {\"c\": [true, 2], \"d\": 1}, \"a\": \"é\\/\" } ",
        #"{"b":{"d":1,"c":[true,2]},"\u0061":"\u00e9/"}"#,
    ])
    func `does not mind how the same thing is written`(text: String) {
        #expect(
            OrderDocument(text).contentHash
                == OrderDocument(#"{"a":"é/","b":{"c":[true,2],"d":1}}"#).contentHash)
    }

    @Test(arguments: [
        #"{"a":"é","b":{"c":[2,true],"d":1}}"#, #"{"a":"e","b":{"c":[true,2],"d":1}}"#,
        #"{"a":"é","b":{"c":[true,2]}}"#,
    ])
    func `minds what is said`(text: String) {
        #expect(
            OrderDocument(text).contentHash
                != OrderDocument(#"{"a":"é","b":{"c":[true,2],"d":1}}"#).contentHash)
    }

    @Test func `of what is not JSON is that of its bytes`() {
        // printf 'not an order' | sha256sum
        #expect(
            OrderDocument("not an order").contentHash.rawValue
                == "d906ae96a32fee0799b699d92b573d071b62058e563b3c4f9f0273cc7ec7260f")
    }

    @Test(arguments: ["", "abc", String(repeating: "A", count: 64), String(repeating: "g", count: 64)])
    func `is 64 digits and nothing else`(text: String) {
        #expect(ContentHash(rawValue: text) == nil)
    }
}
