import GRDB
import Inspection

extension Ledgers {
    /// Whether the shop's ledger tells that everything has been sold.
    func tellThatDayIsOver() throws -> Bool {
        guard try hasTable("trading_days", in: .shop) else { return false }
        return try look { db in
            try Bool.fetchOne(
                db, sql: "SELECT count(*) > 0 AND count(*) = count(closed_at) FROM shop.trading_days")
        } ?? false
    }

    /// These, unless one that was asked for is not there yet.
    var ifAllAreThere: Ledgers? { standings.allSatisfy(\.standing.isOpen) ? self : nil }
}
