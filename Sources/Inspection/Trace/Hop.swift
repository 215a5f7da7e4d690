import Clockwork
import JSON

/// One thing that happened to an order, somewhere, at some moment.
package struct Hop: Hashable, Sendable {
    package var at: Timestamp
    /// `shop`, `broker`, `oms`, `stream`, `function`, `courier`, or a partner's name.
    package var house: String
    package var text: String
    /// What was broken then, as far as it concerns this house.
    package var faults: [FaultTimeline.Fault] = []
    /// Has not happened yet: something is waited for.
    package var isPending: Bool { rank == .pending }

    /// Tells hops of the same millisecond apart: the way an order takes.
    var rank: Rank

    enum Rank: Int, Comparable {
        case shop, broker, oms, stream, function, courier, partner, pending

        static func < (lhs: Rank, rhs: Rank) -> Bool { lhs.rawValue < rhs.rawValue }
    }

    init(_ at: Timestamp, _ house: String, _ text: String, rank: Rank) {
        self.at = at
        self.house = house
        self.text = text
        self.rank = rank
    }
}

/// An order's life across all ledgers.
package struct OrderTrace: Sendable {
    package let orderNumber: String
    /// Such as `accepted`; nil when no such order is stored.
    package var status: String?
    package var total: String?
    package var placedAt: String?
    /// In the order in which they happened, each by the clock of the house that noted it.
    package var hops: [Hop]
    /// Nothing more is to come: every delivery is made or given up, or the order was turned down.
    package var isComplete: Bool

    /// The moment from which the others are counted.
    package var start: Timestamp? { hops.first?.at }

    package var json: JSONValue {
        [
            "order_number": .string(orderNumber), "status": JSONValue(status), "total": JSONValue(total),
            "placed_at": JSONValue(placedAt), "complete": .bool(isComplete),
            "hops": .array(
                hops.map { hop in
                    [
                        "at": .string(hop.at.description),
                        "offset_ms": JSONValue(start.map { (hop.at - $0).milliseconds }),
                        "house": .string(hop.house), "text": .string(hop.text),
                        "faults": .array(hop.faults.map { .string($0.title) }),
                    ]
                }),
        ]
    }

    /// The order in a line, then a line for each hop with its offset.
    package func text(hopsAfter seen: Int = 0) -> String {
        var page = ""
        if seen == 0 {
            let parts = [
                orderNumber, status ?? "not stored", total, placedAt.map { "placed \($0) (shop time)" },
            ]
            page = " " + parts.compactMap(\.self).map(PlainText.forTerminal).joined(separator: "  ") + "\n"
        }
        let houses = hops.map { PlainText.width($0.house) }.max() ?? 0
        var known = Set(hops.prefix(seen).flatMap(\.faults))
        for hop in hops.dropFirst(seen) {
            page += line(for: hop, houseWidth: houses, known: &known) + "\n"
        }
        return page
    }

    private func line(for hop: Hop, houseWidth: Int, known: inout Set<FaultTimeline.Fault>) -> String {
        let offset = (hop.at - (start ?? hop.at)).fractionalSeconds
        let seconds = (offset < 0 ? "-" : "+") + DecimalText.written(abs(offset), digits: 3)
        var line = String(repeating: " ", count: max(0, 9 - seconds.count)) + seconds + " s  "
        let house = PlainText.forTerminal(hop.house)
        line += house + String(repeating: " ", count: houseWidth - PlainText.width(house)) + "  "
        line += PlainText.forTerminal(hop.text)
        guard !hop.faults.isEmpty else { return line }
        line += String(repeating: " ", count: max(2, Self.faultColumn - PlainText.width(line)))
        return line + "▓ "
            + hop.faults.map { fault in
                known.insert(fault).inserted
                    ? "\(fault.words) (since \(TimeSpan.written(hop.at - fault.effectiveAt)))" : fault.words
            }.joined(separator: ", ")
    }

    private static let faultColumn = 64
}

extension FaultTimeline.Fault {
    /// Such as `oms killed`.
    package var words: String {
        switch kind {
        case "kill": "\(target) killed"
        case "stop": "\(target) stopped"
        case "freeze": "\(target) frozen"
        default: title
        }
    }

    /// Whether whoever follows an order through this house would want to know of it: a partner's trouble is
    /// its own.
    func concerns(_ house: String) -> Bool {
        target.firstRange(of: "partner-").map { target[$0.upperBound...] == house } ?? true
    }
}
