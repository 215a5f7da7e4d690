import Clockwork
import JSON
import Testing

@testable import Inspection

@Suite struct `The nearest name` {
    private let checks = ["shop-open", "freshness", "isolation", "recovered", "no-leftover"]

    @Test(arguments: [
        ("shop-opn", "shop-open"), ("shop_open", "shop-open"), ("Freshness", "freshness"),
        ("recoverd", "recovered"), ("no-leftovers", "no-leftover"), ("sihop-open", "shop-open"),
    ])
    func `is the one with the fewest letters written otherwise`(name: String, nearest: String) {
        #expect(NearestName.to(name, among: checks) == nearest)
    }

    @Test func `is nobody's where none is known`() {
        #expect(NearestName.to("anything", among: []) == nil)
    }
}

@Suite struct `A listing` {
    private static let listing = Listing(
        columns: ["name", "total_minor"], rows: [["Ada", 5273], ["Bo, Ltd \"x\"", nil], ["Grace", 7]],
        next: "7/Grace")

    @Test func `is set in columns for eyes, numbers to the right`() {
        #expect(
            Self.listing.printed(as: .table) == """
                name         total_minor
                Ada                 5273
                Bo, Ltd "x"
                Grace                  7

                """)
    }

    @Test func `is written for programs in the order of its columns`() {
        #expect(Self.listing.printed(as: .ndjson).hasPrefix(#"{"name":"Ada","total_minor":5273}"# + "\n"))
        #expect(
            Self.listing.printed(as: .csv) == "name,total_minor\nAda,5273\n\"Bo, Ltd \"\"x\"\"\",\nGrace,7\n")
        #expect(Self.listing.printed(as: .csv, header: false).hasPrefix("Ada"))
        #expect(
            Self.listing.printed(as: .md).hasPrefix("| name | total_minor |\n| --- | --- |\n| Ada | 5273 |"))
    }

    @Test func `is an array in JSON, also when it is empty`() throws {
        let empty = Listing(columns: ["name"]).printed(as: .json)

        #expect(try JSONValue(parsing: Array(empty.utf8)) == [])
    }

    @Test func `can be cut to some columns, and knows which there are`() throws {
        #expect(try Self.listing.columns(["total_minor"]).rows[0] == [5273])
        #expect(throws: Listing.UnknownColumn(name: "price", known: ["name", "total_minor"])) {
            try Self.listing.columns(["price"])
        }
    }

    @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
    func `hands no formula to a spreadsheet`(text: String) {
        let csv = Listing(columns: ["name"], rows: [[.string(text)]]).printed(as: .csv, header: false)

        #expect(csv.hasPrefix("'") || csv.hasPrefix("\"'"))
    }

    @Test func `leaves negative numbers alone, which are no formulas`() {
        #expect(Listing(columns: ["n"], rows: [[-5]]).printed(as: .csv, header: false) == "-5\n")
    }

    @Test(arguments: [ListingFormat.table, .md])
    func `obeys no command that hides in a name`(format: ListingFormat) {
        let name = "Ada\u{1B}[31m\u{9B}2J\u{202E}evil\nsecond\tline\u{7}"
        let printed = Listing(columns: ["name"], rows: [[.string(name)]]).printed(as: format)

        #expect(printed.contains("Ada[31m2Jevil second line"))
        #expect(
            !printed.unicodeScalars.contains {
                $0.value < 0x20 && $0 != "\n" || (0x7F...0x9F).contains($0.value)
            })
    }

    @Test func `escapes such commands in JSON, losing nothing`() throws {
        let name = "Ada\u{1B}\u{9B}2J\u{202E}\u{2028}x"
        let printed = Listing(columns: ["name"], rows: [[.string(name)]]).printed(as: .ndjson)

        #expect(printed.utf8.allSatisfy { $0 < 0x80 })
        #expect(try JSONValue(parsing: Array(printed.utf8))["name"]?.string == name)
    }

    @Test func `fits into a narrow terminal by cutting its widest texts`() {
        let listing = Listing(
            columns: ["n", "a", "b"], rows: [[1, .string(String(repeating: "x", count: 60)), "short enough"]])

        let lines = listing.printed(as: .table, width: 40).split(separator: "\n")

        #expect(lines.allSatisfy { PlainText.width(String($0)) <= 40 })
        #expect(lines[1].contains("…"))
        #expect(lines[1].hasSuffix("short enough"))
    }

    @Test(arguments: [("abc", 3), ("日本", 4), ("e\u{301}", 1), ("🎁", 2), ("", 0)])
    func `knows how wide a text is`(text: String, columns: Int) {
        #expect(PlainText.width(text) == columns)
    }
}

@Suite struct `A span of time` {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("20s", .seconds(20)), ("5m", .seconds(300)),
        ("2h", .seconds(7_200)),
        ("3d", .seconds(259_200)),
    ])
    func `is read as people write it`(text: String, span: Duration) {
        #expect(TimeSpan.parsed(text) == span)
    }

    @Test(arguments: ["", "5", "m", "-5m", "5 m", "1e3s", "99999999999999999999s"])
    func `is nothing else`(text: String) {
        #expect(TimeSpan.parsed(text) == nil)
    }

    @Test(arguments: [
        (Duration.milliseconds(38), "38 ms"), (.milliseconds(3_240), "3.2 s"), (.seconds(125), "2 min 5 s"),
        (.seconds(11_400), "3 h 10 min"),
    ])
    func `is written for eyes`(span: Duration, text: String) {
        #expect(TimeSpan.written(span) == text)
    }
}
