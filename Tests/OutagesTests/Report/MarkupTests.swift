import Testing

@testable import Outages

@Suite struct `A piece of markup` {
    @Test func `says its element, its attributes and what is inside`() {
        let markup = Markup("p", ["class": "lead"]) {
            "127 orders, "
            Markup("strong") { "none lost" }
        }

        #expect(markup.source == #"<p class="lead">127 orders, <strong>none lost</strong></p>"#)
    }

    @Test(arguments: [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"), ("R & D", "R &amp; D"),
        (#"" onload="x"#, "&quot; onload=&quot;x"), ("O'Neill", "O&#39;Neill"),
        ("admin\u{202E}gpj.exe\u{7}", "admingpj.exe"), ("one\ntwo", "one\ntwo"),
    ])
    func `lets no text become more than text`(text: String, escaped: String) {
        #expect(Markup(text: text).source == escaped)
        #expect(Markup("i", ["title": text]).source == "<i title=\"\(escaped)\"></i>")
    }

    @Test func `ends no element that has no end`() {
        #expect(Markup("meta", ["charset": "utf-8"]).source == #"<meta charset="utf-8">"#)
    }

    @Test(arguments: [
        ("<b>", "&lt;b\\>"), ("a|b", "a\\|b"), ("no_loss *x* `y` [z]", "no\\_loss \\*x\\* \\`y\\` \\[z\\]"),
        ("one\ntwo", "one two"),
    ])
    func `means nothing to Markdown either`(text: String, escaped: String) {
        #expect(MarkdownPage.escaped(text) == escaped)
    }
}
