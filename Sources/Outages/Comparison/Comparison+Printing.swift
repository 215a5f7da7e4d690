import Inspection
import JSON

extension Comparison {
    /// The table for eyes, and what it comes to.
    package var text: String {
        let heads = [""] + tallies.map(\.contender.title)
        let rows = [heads] + Self.lines.map { line in [line.label] + tallies.map(line.figure) }
        let widths = heads.indices.map { column in rows.map { PlainText.width($0[column]) }.max() ?? 0 }
        let table = rows.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) { line += "  \(cell.padded(to: width))" }
            while line.last == " " { line.removeLast() }
            return line
        }
        return (table + ["", " VERDICT  \(verdict)"]).joined(separator: "\n")
    }

    private var verdict: String {
        switch outcome {
        case .held:
            "HELD: queue and stream kept every order; the coupled shops turned customers away"
        case .broken(let why), .invalid(let why): "\(word): \(why)"
        }
    }

    private static let lines: [(label: String, figure: @Sendable (WiringTally) -> String)] = [
        ("orders the shop could place", { "\($0.placed)/\($0.orders)" }),
        ("turned away by an outage", { "\($0.turnedAway)\($0.worth)" }),
        (
            "slowest checkout while the carrier was down",
            { $0.slowestCheckoutMilliseconds.map { "\($0) ms" } ?? "-" }
        ),
        ("kept, though the customer was turned away", { "\($0.keptThoughTurnedAway)" }),
        ("stored twice", { "\($0.storedTwice)" }),
        ("partners that missed an order", { "\($0.notificationsMissed) of \($0.notificationsDue)" }),
        ("told at the checkout that a rule was broken", { "\($0.refusedByRule)" }),
    ]

    /// The same for programs.
    package var json: JSONValue {
        var object = JSONObject()
        object["run"] = .string(run)
        object["verdict"] = .string(word.lowercased())
        switch outcome {
        case .held: break
        case .broken(let why), .invalid(let why): object["why"] = .string(why)
        }
        object["audit"] = .string(auditWord.lowercased())
        object["wirings"] = .array(tallies.map(\.json))
        return .object(object)
    }
}

extension WiringTally {
    /// Such as ` (EUR 12.50)`; empty for nothing.
    fileprivate var worth: String {
        guard !turnedAwayValues.isEmpty else { return "" }
        let amounts = turnedAwayValues.map { value in
            let divisor = (0..<value.minorDigits).reduce(1.0) { divisor, _ in divisor * 10 }
            return
                "\(value.currency) \(DecimalText.written(Double(value.minor) / divisor, digits: value.minorDigits))"
        }
        return " (\(amounts.joined(separator: ", ")))"
    }

    fileprivate var json: JSONValue {
        [
            "wiring": .string(contender.rawValue), "orders": JSONValue(orders), "placed": JSONValue(placed),
            "refused_by_rule": JSONValue(refusedByRule), "turned_away": JSONValue(turnedAway),
            "turned_away_values": .array(
                turnedAwayValues.map { value in
                    ["currency": .string(value.currency), "total_minor": .integer(value.minor)]
                }),
            "slowest_checkout_ms": JSONValue(slowestCheckoutMilliseconds),
            "kept_though_turned_away": JSONValue(keptThoughTurnedAway),
            "stored_twice": JSONValue(storedTwice),
            "notifications_due": JSONValue(notificationsDue),
            "notifications_missed": JSONValue(notificationsMissed),
        ]
    }
}
