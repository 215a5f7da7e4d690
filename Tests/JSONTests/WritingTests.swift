import JSON
import Testing

@Suite struct `A JSON value` {
    @Test(
        arguments: [
            (nil, "null"), (true, "true"), (-5, "-5"), (.number("1.50"), "1.50"), ([], "[]"), ([:], "{}"),
            (["b": 1, "a": [true, nil]], #"{"b":1,"a":[true,null]}"#),
            (
                "\"\\/\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}é😀",
                "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u{7F}é😀\""
            ),
        ] as [(JSONValue, String)])
    func `is written in the fewest bytes, members in their order`(value: JSONValue, text: String) {
        #expect(value.text == text)
    }

    @Test func `has one canonical text, whatever the order and the white space`() throws {
        let one = try JSONValue(parsing: #"{"b":[{"y":1,"x":2}],"a":"é","ä":0,"B":{}}"#)
        let other = try JSONValue(
            parsing: "{ \"B\" : {}, \"ä\":0,\n \"a\":\"\\u00e9\", \"b\":[{\"x\":2, \"y\":1}] }")

        #expect(
            String(decoding: one.canonicalBytes, as: UTF8.self)
                == #"{"B":{},"a":"é","b":[{"x":2,"y":1}],"ä":0}"#)
        #expect(one.canonicalBytes == other.canonicalBytes)
        #expect(one != other)
    }

    @Test func `is indented for eyes`() {
        let value: JSONValue = ["order": ["lines": [1, ["sku": "x"]], "none": [], "empty": [:]]]

        #expect(
            value.indentedText == """
                {
                  "order": {
                    "lines": [
                      1,
                      {
                        "sku": "x"
                      }
                    ],
                    "none": [],
                    "empty": {}
                  }
                }
                """)
        #expect((try? JSONValue(parsing: value.indentedText)) == value)
    }

    @Test(arguments: UInt64(1)...200)
    func `comes back from its text, its indented text and its canonical text`(seed: UInt64) throws {
        var random = Dice(seed: seed)
        let value = random.value(depth: 5)

        #expect(try JSONValue(parsing: value.bytes) == value, "seed \(seed)")
        #expect(try JSONValue(parsing: value.indentedText) == value, "seed \(seed)")
        let canonical = try JSONValue(parsing: value.canonicalBytes)
        #expect(canonical.canonicalBytes == value.canonicalBytes, "seed \(seed)")
    }

    @Test func `has its members set, replaced, removed`() {
        var object = JSONObject()
        object["b"] = 1
        object["a"] = 2
        object["b"] = 3
        object["c"] = nil

        #expect(JSONValue.object(object).text == #"{"b":3,"a":2}"#)
        object["b"] = nil
        #expect(JSONValue.object(object) == ["a": 2])
    }

    @Test func `is looked into by kind, by name and by place`() {
        let value: JSONValue = ["list": [1, "two"], "flag": true]

        #expect(value["list"]?[1]?.string == "two")
        #expect(value["list"]?[0]?.integer == 1)
        #expect(value["flag"]?.bool == true)
        #expect(value["list"]?.array?.count == 2)
        #expect(value.object?.members.map(\.name) == ["list", "flag"])
        #expect(value["list"]?[2] == nil && value["none"] == nil && value[0] == nil)
        #expect(value["flag"]?.integer == nil && value["list"]?.string == nil)
    }

    @Test func `is made from what may be absent, or too large`() {
        #expect(JSONValue(String?.none) == .null)
        #expect(JSONValue(Int?.none) == .null)
        #expect(JSONValue(UInt64.max) == .number("18446744073709551615"))
        #expect(JSONValue(Int8(-7)) == -7)
    }
}

/// Draws values by seed.
private struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func value(depth: Int) -> JSONValue {
        switch below(depth > 0 ? 8 : 6) {
        case 0: return .null
        case 1: return .bool(below(2) == 0)
        case 2: return .integer(Int64(bitPattern: next()) >> Int64(below(64)))
        case 3: return .number(["0.5", "-1e9", "1E-2", "99999999999999999999", "-0.0"][below(5)])
        case 4, 5: return .string(text())
        case 6: return .array((0..<below(5)).map { _ in value(depth: depth - 1) })
        default:
            var object = JSONObject()
            for _ in 0..<below(24) { object[text()] = value(depth: depth - 1) }
            return .object(object)
        }
    }

    private mutating func text() -> String {
        let pool = [
            "a", "Z", "\"", "\\", "\n", "\u{0}", "\u{1F}", "é", "e\u{301}", "\u{212A}", "😀", "\u{10FFFF}",
            "/", " ",
        ]
        return (0..<below(9)).map { _ in pool[below(pool.count)] }.joined()
    }

    private mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    private mutating func next() -> UInt64 {
        // Xorshift: enough for tests, and JSON stands on nothing that has a better one.
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
