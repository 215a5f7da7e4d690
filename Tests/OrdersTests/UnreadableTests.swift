import Clockwork
import JSON
import Testing

@testable import Orders

@Suite struct `An unreadable document` {
    @Test(arguments: [
        "", " ", "hello", "{", "[1,2]", "\"W-1001\"", "null", "42", "{}", #"{"order_number":1001}"#,
        #"{"order_number":null}"#,
        #"{"order_number":"W-1","order_number":"W-2"}"#, #"{"order_number":"W-1"} {}"#,
        #"{"order_number":"W-1",}"#,
        #"{"order_number":"W-1","note":"\uD800"}"#, "{\"order_number\":\"W-1\u{1}\"}",
        #"{"order_number":"W-1","n":01}"#,
        #"{"order_number":"W-1","n":NaN}"#, "\u{FEFF}{\"order_number\":\"W-1\"}",
    ])
    func `is not JSON, not an object, or names no order`(text: String) {
        let judgement = OrderDocument(text).judged(now: .evening)

        guard case .unreadable(let reason) = judgement else { Issue.record("\(judgement)"); return }
        #expect(reason.code == .unreadableJSON)
    }

    @Test(
        arguments: [[0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC0, 0xAF]] as [[UInt8]])
    func `is not UTF-8`(rogue: [UInt8]) {
        let bytes = Array(#"{"order_number":"W-1","note":""#.utf8) + rogue + Array(#""}"#.utf8)

        #expect(OrderDocument(bytes: bytes).judged(now: .evening).findings == ["unreadable_json "])
    }

    @Test func `is nested so deeply that no one reads it`() {
        let deep = String(repeating: "[", count: 500_000)

        #expect(
            OrderDocument(#"{"order_number":"W-1","n":\#(deep)"#).judged(now: .evening).findings == [
                "unreadable_json "
            ])
    }

    @Test func `is larger than a message can be`() {
        let largest =
            JSONValue.example.text + String(repeating: " ", count: 1_048_576 - JSONValue.example.bytes.count)

        #expect(OrderDocument(largest).judged(now: .evening).findings == [])
        #expect(OrderDocument(largest + " ").judged(now: .evening).findings == ["too_long "])
        #expect(OrderDocument(largest + largest).judged(now: .evening).findings == ["too_long "])
    }
}

@Suite struct `A hostile document` {
    /// Values that programs stumble over.
    static let oddities: [JSONValue] = [
        .null, true, 0, -1, .integer(.max), .integer(.min), .number("1e400"), .number("-0.0"),
        .number("18446744073709551616"), "", "\u{0}", "\u{FFFF}", "9", [], [[]], [:], ["": .null],
    ]

    @Test(arguments: 1...200)
    func `always comes to a judgement`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var document = Order.ofLines(Int.random(in: 1...4, using: &random)).json
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = try #require(document.places.randomElement(using: &random))
            document = document.setting(place, to: Self.oddities.randomElement(using: &random)!)
        }

        switch document.judged {
        case .sound(let sound): #expect(ContentHash(of: sound.order.json) == sound.contentHash)
        case .cancellation(let sound):
            #expect(ContentHash(of: sound.cancellation.json) == sound.contentHash)
        case .rejected(let rejection): #expect(!rejection.reasons.isEmpty)
        case .unreadable(let reason): #expect(reason.path == "/order_number" || document.object == nil)
        }
    }

    @Test(arguments: 1...200)
    func `may be cut or dented anywhere`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bytes = JSONValue.example.bytes
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
        bytes.removeLast(
            Int.random(in: 0...bytes.count, using: &random) * Int.random(in: 0...1, using: &random))

        let once = OrderDocument(bytes: bytes).judged(now: .evening)

        #expect(OrderDocument(bytes: bytes).judged(now: .evening) == once)
    }
}

extension JSONValue {
    /// A pointer to every value inside this one.
    fileprivate var places: [String] {
        switch self {
        case .object(let object):
            object.members.flatMap { member in
                ["/\(member.name)"] + member.value.places.map { "/\(member.name)\($0)" }
            }
        case .array(let items):
            items.indices.flatMap { place in ["/\(place)"] + items[place].places.map { "/\(place)\($0)" } }
        default: []
        }
    }
}
