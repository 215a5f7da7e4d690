import Orders

/// What the shop of the house day sells: every colour of every thing.
struct HouseCatalogue {
    struct Article {
        let sku: SKU
        let name: String
        /// In cents, tax included.
        let priceMinor: Int64
        let taxRateBasisPoints: Int
    }

    let articles: [Article]

    init() {
        articles = Self.things.enumerated().flatMap { row, thing in
            Self.colours.enumerated().map { column, colour in
                Article(
                    sku: SKU("HS-\(100 + row)\(Self.letter(column))"), name: "\(thing.name), \(colour)",
                    priceMinor: thing.priceMinor, taxRateBasisPoints: thing.rate)
            }
        }
    }

    private static func letter(_ place: Int) -> Character {
        Character(UnicodeScalar(UInt8(ascii: "A") + UInt8(place)))
    }

    private static let colours = [
        "chalk", "sage", "rust", "indigo", "mustard", "slate", "plum", "natural", "sea green", "night",
    ]

    /// Irish rates: 23 % as a rule, 13.5 % for what burns, nothing for what is read.
    private static let things: [(name: String, priceMinor: Int64, rate: Int)] = [
        ("Enamel mug", 895, 2_300), ("Soup bowl", 1_150, 2_300), ("Side plate", 780, 2_300),
        ("Serving dish", 2_450, 2_300), ("Egg cup", 420, 2_300), ("Milk jug", 1_295, 2_300),
        ("Tea towel", 650, 2_300), ("Linen napkin", 495, 2_300), ("Apron", 1_995, 2_300),
        ("Oven glove", 1_090, 2_300), ("Bread tin", 3_450, 2_300), ("Storage jar", 975, 2_300),
        ("Beeswax candle", 560, 1_350), ("Pillar candle", 840, 1_350), ("Fire lighters", 395, 1_350),
        ("Wool blanket", 6_900, 2_300), ("Cushion cover", 1_850, 2_300), ("Door mat", 2_250, 2_300),
        ("Coat hook", 345, 2_300), ("Key ring", 290, 2_300), ("Notebook", 725, 2_300),
        ("Recipe book", 1_600, 0), ("Garden diary", 1_250, 0), ("Plant pot", 1_090, 2_300),
        ("Watering can", 2_750, 2_300), ("Twine", 215, 2_300), ("Paper lantern", 480, 2_300),
        ("Gift tag", 45, 2_300), ("Ribbon", 120, 2_300), ("Wrapping paper", 275, 2_300),
    ]
}
