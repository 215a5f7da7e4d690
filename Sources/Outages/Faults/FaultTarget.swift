/// Where something goes wrong: a process, an arrow between two, the order database, the queue, or a clock.
package enum FaultTarget: Hashable, Sendable {
    /// `oms`, `oms#2`, `partner-crm`; and `shop` also for what it sends.
    case process(StreetProcess)
    /// `all`: every process at once, as when the power fails.
    case everyProcess
    /// `shop->broker`.
    case arrow(FaultArrow)
    /// `oms->orders.db`.
    case orderDatabase
    /// `queue`: what lies in the queue of orders.
    case orderQueue
    /// `oms.clock`.
    case clock(of: StreetProcess)
}

/// One process of the street, as it is named everywhere.
package struct StreetProcess: Hashable, Sendable {
    /// `broker`, `shop`, `oms`, `function`, `courier` or `partner-NAME`.
    package var role: String
    /// From 1; a role that is played more than once counts its processes.
    package var number: Int

    package init(_ role: String, number: Int = 1) {
        self.role = role
        self.number = number
    }

    /// The partner whose process it is, if it is one.
    package var partner: String? {
        role.hasPrefix(FaultTarget.partnerPrefix)
            ? String(role.dropFirst(FaultTarget.partnerPrefix.count)) : nil
    }
}

/// A connection between two processes, by who calls and who answers.
package enum FaultArrow: Hashable, Sendable {
    case shopToBroker
    /// The OMS receives orders and deletes them.
    case omsToBroker
    /// The OMS puts events on the stream.
    case relayToBroker
    case functionToBroker
    case functionToCourier
    case courierToPartner(String)
}

extension FaultTarget {
    static let roles = ["broker", "shop", "oms", "function", "courier"]
    static let partnerPrefix = "partner-"
    private static let single: [String: FaultTarget] = [
        "all": .everyProcess, "oms->orders.db": .orderDatabase, "queue": .orderQueue,
        "shop->broker": .arrow(.shopToBroker), "oms->broker": .arrow(.omsToBroker),
        "relay->broker": .arrow(.relayToBroker), "function->broker": .arrow(.functionToBroker),
        "function->courier": .arrow(.functionToCourier),
    ]

    /// All targets as they are written; a partner's name stands for any.
    package static var known: [String] {
        roles + ["partner-NAME", "all"] + single.keys.filter { $0.contains("->") }.sorted()
            + ["courier->partner-NAME", "queue"] + roles.map { "\($0).clock" }
    }

    /// Nil when there is no such target.
    package init?(_ text: String) {
        if let target = Self.single[text] {
            self = target
        } else if text.hasPrefix("courier->"),
            let partner = StreetProcess(written: text.dropFirst(9))?.partner
        {
            self = .arrow(.courierToPartner(partner))
        } else if text.hasSuffix(".clock"), let process = StreetProcess(written: text.dropLast(6)) {
            self = .clock(of: process)
        } else if let process = StreetProcess(written: text[...]) {
            self = .process(process)
        } else {
            return nil
        }
    }
}

extension StreetProcess {
    fileprivate init?(written text: Substring) {
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let role = String(parts[0])
        let partner =
            role.hasPrefix(FaultTarget.partnerPrefix) ? role.dropFirst(FaultTarget.partnerPrefix.count) : nil
        guard FaultTarget.roles.contains(role) || partner.map(Self.isName) == true else { return nil }
        guard parts.count == 2 else {
            self.init(role)
            return
        }
        guard partner == nil, let number = Int(parts[1]), (2...64).contains(number) else { return nil }
        self.init(role, number: number)
    }

    private static func isName(_ text: Substring) -> Bool {
        (1...40).contains(text.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    }
}

extension FaultTarget: CustomStringConvertible {
    package var description: String {
        switch self {
        case .process(let process): process.description
        case .everyProcess: "all"
        case .arrow(let arrow): arrow.description
        case .orderDatabase: "oms->orders.db"
        case .orderQueue: "queue"
        case .clock(let process): "\(process).clock"
        }
    }

    /// The partner that it is about, if it is about one.
    package var partner: String? {
        switch self {
        case .process(let process), .clock(let process): process.partner
        case .arrow(.courierToPartner(let partner)): partner
        default: nil
        }
    }
}

extension StreetProcess: CustomStringConvertible {
    package var description: String { number == 1 ? role : "\(role)#\(number)" }
}

extension FaultArrow: CustomStringConvertible {
    package var description: String {
        switch self {
        case .shopToBroker: "shop->broker"
        case .omsToBroker: "oms->broker"
        case .relayToBroker: "relay->broker"
        case .functionToBroker: "function->broker"
        case .functionToCourier: "function->courier"
        case .courierToPartner(let partner): "courier->partner-\(partner)"
        }
    }
}
