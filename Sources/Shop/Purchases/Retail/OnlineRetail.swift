import Clockwork
import Orders

/// Real trading days: the data set "Online Retail", which the user brings as files.
///
/// The data has one currency and no tax, and no names, addresses or e-mail: the tax stays 0, and those who
/// ordered are fictional people made from their numbers.
package struct OnlineRetail: Sendable {
    /// To be shown wherever the data is used.
    package static let credit = """
        Online Retail [dataset], Daqing Chen, 2015, UCI Machine Learning Repository, CC BY 4.0; \
        Chen, Sain, Guo 2012, doi:10.1057/dbm.2012.17
        """

    /// Everything that is an order, in the order of the files.
    package private(set) var orders: [Order] = []
    package private(set) var tally = Tally()

    /// What the invoices were, beside orders.
    package struct Tally: Hashable, Sendable {
        package var invoices = 0
        /// Numbers that begin with C: goods that came back. None names the invoice that it takes back, so none can say
        /// which order to cancel; they are left out.
        package var credits = 0
        /// Every price is 0: the stock was corrected.
        package var adjustments = 0
        /// Numbers that begin with A: bad debt.
        package var badDebts = 0
        /// Postage and nothing else.
        package var shippingOnly = 0
        /// Amounts that no order can have, such as a negative total.
        package var unusable = 0
        /// Prices of less than a penny's precision, rounded.
        package var roundedPrices = 0
    }

    /// Reads files of one or more days.
    ///
    /// - Throws: ``RetailError``.
    package init(files paths: [String]) throws(RetailError) {
        for path in paths { try add(FileBytes.read(path), of: path) }
    }

    /// - Parameter name: Of the file, for error messages.
    init(_ bytes: [UInt8], named name: String) throws(RetailError) {
        try add(bytes, of: name)
    }

    /// The orders as a day to be played again.
    package var day: TradingDay {
        let dates = [orders.first, orders.last].compactMap { $0?.placedAt.description.prefix(10) }
        return TradingDay(named: "Online Retail \(dates.joined(separator: " to "))", orders: orders)
    }

    private mutating func add(_ bytes: [UInt8], of name: String) throws(RetailError) {
        var rows = CSV(bytes)
        guard rows.next() == RetailRow.header else { throw .otherColumns(file: name) }
        var invoice: [RetailRow] = []
        while let fields = rows.next() {
            guard let row = RetailRow(fields) else { throw .unreadable(file: name, line: rows.line) }
            if let first = invoice.first, first.invoice != row.invoice {
                add(invoice)
                invoice = []
            }
            invoice.append(row)
        }
        if !invoice.isEmpty { add(invoice) }
    }

    private mutating func add(_ invoice: [RetailRow]) {
        tally.invoices += 1
        if invoice[0].invoice.hasPrefix("C") {
            tally.credits += 1
        } else if invoice[0].invoice.hasPrefix("A") {
            tally.badDebts += 1
        } else if invoice.allSatisfy({ $0.price.minor == 0 && !$0.price.isRounded }) {
            tally.adjustments += 1
        } else if invoice.allSatisfy(\.isShipping) {
            tally.shippingOnly += 1
        } else if let order = Order(invoice: invoice) {
            orders.append(order)
            tally.roundedPrices += invoice.count { $0.price.isRounded }
        } else {
            tally.unusable += 1
        }
    }
}

/// Why a file of the data cannot be used.
package enum RetailError: Error, Hashable, CustomStringConvertible {
    case cannotOpen(file: String, details: String)
    case otherColumns(file: String)
    case unreadable(file: String, line: Int)

    package var description: String {
        switch self {
        case .cannotOpen(let file, let details): "\(file) cannot be read: \(details)."
        case .otherColumns(let file):
            "\(file) is not a file of Online Retail: its first line must be \(RetailRow.header.joined(separator: ","))."
        case .unreadable(let file, let line): "\(file), line \(line): not a row of Online Retail."
        }
    }
}
