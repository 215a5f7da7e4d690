/// One role's file, as seen from outside.
package enum Ledger: Hashable, Sendable {
    case shop
    case broker
    case oms
    case function
    case notify
    case partner(String)

    /// Every ledger of which there is one only.
    package static let singles: [Ledger] = [.shop, .broker, .oms, .function, .notify]

    /// The file's name in the data directory.
    package var file: String {
        switch self {
        case .shop: "shop.db"
        case .broker: "broker.db"
        case .oms: "orders.db"
        case .function: "function.db"
        case .notify: "courier.db"
        case .partner(let name): "partner-\(name).db"
        }
    }

    /// What the file is called inside SQL: `oms.orders`, `partner_crm.received`.
    package var schema: String {
        switch self {
        case .shop: "shop"
        case .broker: "broker"
        case .oms: "oms"
        case .function: "function"
        case .notify: "notify"
        case .partner(let name):
            "partner_" + String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        }
    }

    /// By which people ask for it: its name in SQL, its file with or without the ending, a partner's own name.
    package var names: [String] {
        var names = [schema, file, String(file.dropLast(".db".count))]
        if case .partner(let name) = self { names.append(name) }
        return names
    }

    /// The partner whose ledger this file's name says it is; nil for any other file.
    init?(partnerFile name: String) {
        guard name.hasPrefix("partner-"), name.hasSuffix(".db") else { return nil }
        let partner = name.dropFirst("partner-".count).dropLast(".db".count)
        guard !partner.isEmpty else { return nil }
        self = .partner(String(partner))
    }
}

/// What became of the attempt to open a ledger.
package enum LedgerStanding: Hashable, Sendable {
    case open
    /// The log beside the file cannot be used where it lies, so a copy of both is read.
    case openAsCopy
    /// There is no such file: its role has not run here.
    case absent
    /// There is one, but it cannot be read.
    case unreadable(String)

    package var isOpen: Bool { self == .open || self == .openAsCopy }
}
