import Testing

@testable import JSON

@Suite struct `A JSON text` {
    @Test(
        arguments: [
            ("null", nil), ("true", true), ("false", false), ("0", 0), ("-0", 0), ("7", 7), ("-12", -12),
            ("\"\"", ""), ("[]", []), ("{}", [:]), (" \t\r\n[ 1 , 2 ]\n", [1, 2]),
            (#"{"a":{"b":[true,null,"c"]}}"#, ["a": ["b": [true, nil, "c"]]]),
            ("\"\u{7F}\u{2028}äß漢😀\"", "\u{7F}\u{2028}äß漢😀"),
        ] as [(String, JSONValue)])
    func `is read as what it says`(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
    }

    @Test(arguments: [
        ("9223372036854775807", JSONValue.integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .number("9223372036854775808")),
        ("-9223372036854775809", .number("-9223372036854775809")), ("1.0", .number("1.0")),
        ("1e2", .number("1e2")),
        ("1E+2", .number("1E+2")), ("-0.0", .number("-0.0")), ("12.5e-7", .number("12.5e-7")),
        ("1e400", .number("1e400")), ("0.1", .number("0.1")),
    ])
    func `keeps integers whole, and other numbers as they are written`(text: String, value: JSONValue) throws
    {
        let read = try JSONValue(parsing: text)

        #expect(read == value)
        #expect(read.text == text)
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""A\u00e9\u00DF""#, "Aéß"),
        (#""\u0000""#, "\0"), (#""\ud83d\ude00""#, "😀"), (#""\uD834\uDD1Ex""#, "\u{1D11E}x"),
        (#""\udbff\udfff""#, "\u{10FFFF}"), (#""\ue000\uffff""#, "\u{E000}\u{FFFF}"), (#""a\\nb""#, "a\\nb"),
    ])
    func `has its escapes undone`(text: String, string: String) throws {
        #expect(try JSONValue(parsing: text) == .string(string))
    }

    @Test(
        arguments: [
            ("", .endOfText, 0), ("   ", .endOfText, 3), ("[", .endOfText, 1), ("[1", .endOfText, 2),
            ("[1,", .endOfText, 3),
            ("{\"a\"", .endOfText, 4), ("{\"a\":", .endOfText, 5), ("\"abc", .endOfText, 4),
            ("\"ab\\", .endOfText, 4),
            ("tru", .endOfText, 3), ("-", .endOfText, 1), ("1.", .endOfText, 2), ("1e", .endOfText, 2),
            ("\"\\u12", .endOfText, 3),
            ("[1,]", .unexpected(UInt8(ascii: "]")), 3), ("[,1]", .unexpected(UInt8(ascii: ",")), 1),
            ("{,}", .unexpected(UInt8(ascii: ",")), 1), ("{\"a\":1,}", .unexpected(UInt8(ascii: "}")), 7),
            ("{1:2}", .unexpected(UInt8(ascii: "1")), 1), ("{\"a\" 1}", .unexpected(UInt8(ascii: "1")), 5),
            ("[1 2]", .unexpected(UInt8(ascii: "2")), 3), ("[1}", .unexpected(UInt8(ascii: "}")), 2),
            ("nul]", .unexpected(UInt8(ascii: "]")), 3), ("True", .unexpected(UInt8(ascii: "T")), 0),
            ("NaN", .unexpected(UInt8(ascii: "N")), 0), ("Infinity", .unexpected(UInt8(ascii: "I")), 0),
            ("+1", .unexpected(UInt8(ascii: "+")), 0), (".5", .unexpected(UInt8(ascii: ".")), 0),
            ("'a'", .unexpected(UInt8(ascii: "'")), 0), ("//x", .unexpected(UInt8(ascii: "/")), 0),
            ("\u{FEFF}1", .unexpected(0xEF), 0), ("\u{A0}1", .unexpected(0xC2), 0),
            ("\u{B}1", .unexpected(0xB), 0),
            ("01", .numberMalformed, 0), ("-01", .numberMalformed, 0), ("00", .numberMalformed, 0),
            ("-x", .numberMalformed, 1),
            ("1.x", .numberMalformed, 2), ("1ex", .numberMalformed, 2), ("1.e1", .numberMalformed, 2),
            ("0x10", .moreAfterValue, 1), ("1 2", .moreAfterValue, 2), ("{}{}", .moreAfterValue, 2),
            ("null,", .moreAfterValue, 4), ("1.5.2", .moreAfterValue, 3),
            (#""\x41""#, .invalidEscape, 2), (#""\u12G4""#, .invalidEscape, 3), (#""\'""#, .invalidEscape, 2),
            (#""\ud83d""#, .invalidEscape, 7), (#""\ude00""#, .invalidEscape, 7),
            (#""\ud83d\n""#, .invalidEscape, 7),
            (#""\ud83d\ud83d""#, .invalidEscape, 13), (#""\ud83dxxxxxx""#, .invalidEscape, 7),
            ("\"a\nb\"", .controlCharacterInString, 2), ("\"\\n\t\"", .controlCharacterInString, 3),
            ("\"\0\"", .controlCharacterInString, 1),
        ] as [(String, JSONError.Reason, Int)])
    func `that is none is refused, with the place`(text: String, reason: JSONError.Reason, offset: Int) {
        #expect(throws: JSONError(reason: reason, offset: offset)) { try JSONValue(parsing: text) }
    }

    @Test(arguments: [
        [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
        [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0x80, 0x22],
    ])
    func `that is not UTF-8 is refused`(bytes: [UInt8]) {
        #expect(throws: JSONError(reason: .invalidUTF8, offset: 1)) { try JSONValue(parsing: bytes) }
    }

    @Test(arguments: [(63, true), (64, true), (65, false), (100_000, false)])
    func `may be nested only so deep`(depth: Int, isRead: Bool) throws {
        for (opening, closing) in [("[", "]"), ("{\"a\":", "}")] {
            let text =
                String(repeating: opening, count: depth) + (opening == "[" ? "" : "1")
                + String(repeating: closing, count: depth)

            #expect(((try? JSONValue(parsing: text)) != nil) == isRead)
        }
        #expect(throws: JSONError.self) {
            try JSONValue(parsing: String(repeating: "[", count: depth), depth: 10)
        }
    }

    @Test(arguments: [(1_000, true), (1_001, false)])
    func `may have only so many members, where a limit is set`(width: Int, isRead: Bool) {
        let text = "{" + (0..<width).map { "\"m\($0)\":0" }.joined(separator: ",") + "}"

        #expect(((try? JSONValue(parsing: text, width: 1_000)) != nil) == isRead)
        #expect((try? JSONValue(parsing: text)) != nil)
    }

    @Test(arguments: [2, 15, 16, 17, 18, 400])
    func `names no member twice`(count: Int) {
        let names = (0..<(count - 1)).map { "\"m\($0)\":\($0)" }
        for repeated in [0, (count - 1) / 2, count - 2] {
            let text = "{" + (names + ["\"m\(repeated)\":true"]).joined(separator: ",") + "}"

            #expect { try JSONValue(parsing: text) } throws: {
                ($0 as? JSONError)?.reason == .repeatedMember("m\(repeated)")
            }
        }
    }

    @Test(arguments: [0, 20])
    func `tells names apart byte by byte`(others: Int) throws {
        // The Kelvin sign, and an e with its accent in one piece and in two: equal to Swift, but not the same text.
        let many = (0..<others).map { ",\"m\($0)\":0" }.joined()
        let text = "{\"K\":1,\"\u{212A}\":2,\"\u{E9}\":3,\"e\u{301}\":4\(many)}"

        let value = try JSONValue(parsing: text)

        #expect(value["K"] == 1 && value["\u{212A}"] == 2)
        #expect(value["\u{E9}"] == 3 && value["e\u{301}"] == 4)
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
    }

    @Test func `says in words what is wrong with it`() {
        #expect(
            "\(JSONError(reason: .unexpected(UInt8(ascii: "]")), offset: 3))"
                == "Not readable as JSON: ']' does not belong here (byte 3).")
        #expect("\(JSONError(reason: .tooDeep(limit: 32), offset: 32))".contains("32 levels"))
        #expect(!"\(JSONError(reason: .repeatedMember("secret"), offset: 1))".contains("secret"))
    }
}
