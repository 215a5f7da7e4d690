/// Words that programs stumble over, beside ordinary ones.
enum SyntheticWords {
    static let names = [
        "Ada Example", "Bo Li", "Zoë Ångström-Łukasiewicz", "عبد الرحمن بن محمد", "ישראל ישראלי", "山田 太郎",
        "김철수", "Δημήτρης Παράδειγμα", "Ольга Примерова", "नमूना कुमार", "👩‍👩‍👧‍👦 Family Example",
        "O'Example; DROP TABLE orders;--", "<b>Bold Example</b>", "Ex\u{0301}ample (combining)",
        "=1+1 Example", "\u{202E}elpmaxE", "Null", "Jean-Baptiste \"JB\" Exemple \\ fils",
        String(repeating: "Wolfeschlegelsteinhausen ", count: 7) + "Example",
    ]

    static let things = [
        "Mug", "Mug, gift wrapped", "Teapot \"Brown Betty\"", "Notebook A5", "ノート", "كوب شاي",
        "☕️ Coffee, 250 g",
        "Kerze, groß", "Écharpe en laine", "Cable 3/8\" × 2 m", "100 % cotton towel", "Tab\there",
        "Line\nbreak",
        String(repeating: "Extra long name ", count: 12),
    ]

    static let cities = [
        "Exampleton", "Beispielstadt", "東京", "مدينة الكويت", "Saint-Exemple", "Zürich", "서울",
    ]
    static let reasons = ["First order", "Rabatt für Stammkunden", "お得意様割引", "🎉 Party"]
    static let notes = [
        "Leave it at the door.", "Bitte klingeln!", "هدية", "Gift 🎁 for\nmy neighbour",
        "\\u0000 is not a zero",
    ]
}
