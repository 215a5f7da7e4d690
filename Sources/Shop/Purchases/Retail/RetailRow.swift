import Clockwork
import Orders

/// One row of the data: one thing on one invoice.
struct RetailRow {
    let invoice: String
    /// In capitals.
    let code: String
    let description: String
    /// Negative on credit notes and in stock adjustments.
    let quantity: Int
    let placedAt: Timestamp
    /// In pence.
    let price: Price
    /// Nil for a guest.
    let customer: String?
    let country: String

    /// A price in pence, and whether it had to be rounded to whole ones.
    struct Price: Equatable {
        let minor: Int64
        let isRounded: Bool
    }

    static let header = [
        "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID",
        "Country",
    ]

    /// Reads a row of eight fields; nil when one of them is not what its name says.
    init?(_ fields: [String]) {
        guard fields.count == 8, let quantity = Int(fields[3]),
            (-1_000_000_000...1_000_000_000).contains(quantity),
            let placedAt = Self.moment(fields[4]), let price = Self.price(fields[5])
        else { return nil }
        invoice = fields[0]
        code = fields[1].uppercased()
        description = fields[2].trimmed
        self.quantity = quantity
        self.placedAt = placedAt
        self.price = price
        let digits = fields[6].hasSuffix(".0") ? String(fields[6].dropLast(2)) : fields[6]
        customer = digits.isEmpty ? nil : digits
        country = fields[7]
    }

    /// Postage and carriage are no goods: they make the shipping price.
    var isShipping: Bool { ["POST", "DOT", "C2"].contains(code) }

    /// Quantity times price; the ranges of both keep it in 64 bits.
    var amountMinor: Int64 { Int64(quantity) * price.minor }

    /// `2010-12-01 08:26:00` as London's clocks showed it.
    private static func moment(_ text: String) -> Timestamp? {
        let bytes = Array(text.utf8)
        guard bytes.count == 19, bytes[10] == UInt8(ascii: " "),
            let year = bytes.digits(0..<4), let month = bytes.digits(5..<7), let day = bytes.digits(8..<10),
            let hour = bytes.digits(11..<13), let minute = bytes.digits(14..<16),
            let second = bytes.digits(17..<19)
        else { return nil }
        return LondonTime.moment(
            of: CalendarTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second))
    }

    /// `2.1` is 210 pence; what lies behind the second decimal is rounded half up.
    private static func price(_ text: String) -> Price? {
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.split(
            separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let decimals = parts.count == 2 ? Array(parts[1].utf8) : []
        guard let pounds = Array(parts[0].utf8).shortNumber, decimals.count <= 9,
            let fraction = (decimals + Array(repeating: UInt8(ascii: "0"), count: 9 - decimals.count))
                .shortNumber
        else { return nil }
        let pence = pounds * 100 + (fraction + 5_000_000) / 10_000_000
        return Price(minor: Int64(isNegative ? -pence : pence), isRounded: fraction % 10_000_000 != 0)
    }
}

extension [UInt8] {
    /// A number of one to nine digits.
    fileprivate var shortNumber: Int? { (1...9).contains(count) ? digits(0..<count) : nil }
}

extension String {
    fileprivate var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
