import Clockwork

/// Reads what people type into a search box: `status:accepted total:>10000 placed:2010-12-01..2010-12-02
/// country:IE smith`.
///
/// Words without a qualifier are looked for in number, name and e-mail. A value with spaces stands in double
/// quotes.
package struct OrderQuery {
    /// Why a query cannot be read.
    package enum Fault: Error, Hashable, CustomStringConvertible {
        case unknownQualifier(String)
        case unreadable(qualifier: String, value: String, wanted: String)

        package var description: String {
            switch self {
            case .unknownQualifier(let name):
                "There is no qualifier \(name). There are: \(OrderQuery.qualifiers.joined(separator: ", "))."
            case .unreadable(let qualifier, let value, let wanted): "\(qualifier):\(value) is not \(wanted)."
            }
        }
    }

    static let qualifiers = [
        "number", "customer", "sku", "status", "channel", "country", "total", "placed", "accepted", "partner",
        "state",
        "event",
    ]

    /// - Parameter now: For spans such as `accepted:10m`, the last ten minutes.
    package static func filter(_ text: String, now: Timestamp) throws(Fault) -> OrderFilter {
        var filter = OrderFilter()
        var partner: String?, state: String?
        for word in words(text) {
            guard let colon = word.firstIndex(of: ":"), colon > word.startIndex else {
                filter.conditions.append(.text(word))
                continue
            }
            let name = word[..<colon].lowercased(), value = String(word[word.index(after: colon)...])
            switch name {
            case "partner": partner = value
            case "state":
                guard OrderFilter.deliveryStates.contains(value) else {
                    throw .unreadable(
                        qualifier: name, value: value, wanted: Self.oneOf(OrderFilter.deliveryStates))
                }
                state = value
            default: filter.conditions.append(try condition(name, value, now: now))
            }
        }
        if partner != nil || state != nil {
            filter.conditions.append(.delivery(partner: partner, state: state))
        }
        return filter
    }

    private static func condition(_ name: String, _ value: String, now: Timestamp) throws(Fault)
        -> OrderFilter.Condition
    {
        switch name {
        case "number": return .number(value)
        case "customer": return .customer(value)
        case "sku": return .sku(value)
        case "status":
            guard OrderFilter.statuses.contains(value) else {
                throw .unreadable(qualifier: name, value: value, wanted: oneOf(OrderFilter.statuses))
            }
            return .status(value)
        case "channel": return .channel(value)
        case "country": return .country(value)
        case "total":
            guard let range = amounts(value) else {
                throw .unreadable(
                    qualifier: name, value: value,
                    wanted: "an amount in minor units, such as >10000 or 500..900")
            }
            return .total(range)
        case "placed", "accepted":
            guard let (from, until) = span(value, now: now) else {
                throw .unreadable(
                    qualifier: name, value: value,
                    wanted: "a day, a time, a span such as 10m, or two with .. between")
            }
            return name == "placed" ? .placed(from: from, until: until) : .accepted(from: from, until: until)
        case "event": return .event(eventType(value))
        default: throw .unknownQualifier(name)
        }
    }

    private static func oneOf(_ words: [String]) -> String { "one of \(words.joined(separator: ", "))" }

    /// `conflict` and `repeat` for short.
    private static func eventType(_ value: String) -> String {
        switch value {
        case "conflict": "order.conflict_received"
        case "repeat": "order.repeat_received"
        default: value.hasPrefix("order.") ? value : "order.\(value)"
        }
    }

    private static func amounts(_ text: String) -> ClosedRange<Int64>? {
        if text.hasPrefix(">="), let least = Int64(text.dropFirst(2)) { return least...Int64.max }
        if text.hasPrefix("<="), let most = Int64(text.dropFirst(2)), most >= 0 { return 0...most }
        if text.hasPrefix(">"), let least = Int64(text.dropFirst()), least < Int64.max {
            return (least + 1)...Int64.max
        }
        if text.hasPrefix("<"), let most = Int64(text.dropFirst()), most > 0 { return 0...(most - 1) }
        let parts = text.split(separator: "..", maxSplits: 1).compactMap { Int64($0) }
        if let exact = Int64(text) { return exact...exact }
        return parts.count == 2 && parts[0] <= parts[1] ? parts[0]...parts[1] : nil
    }

    /// A day is all of it; two days with `..` between are both of them and all between.
    private static func span(_ text: String, now: Timestamp) -> (Timestamp?, Timestamp?)? {
        let parts = text.split(separator: "..", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        guard parts.count == 2 else {
            guard let moment = Moment(text, now: now) else { return nil }
            return (moment.start, moment.isSpan ? moment.end : nil)
        }
        let from = parts[0].isEmpty ? nil : Moment(parts[0], now: now),
            until = parts[1].isEmpty ? nil : Moment(parts[1], now: now)
        guard (parts[0].isEmpty || from != nil), (parts[1].isEmpty || until != nil),
            from != nil || until != nil
        else { return nil }
        return (from?.start, until?.end)
    }

    private static func words(_ text: String) -> [String] {
        var words: [String] = [], word = "", isQuoted = false
        for character in text {
            switch character {
            case "\"": isQuoted.toggle()
            case " " where !isQuoted, "\t" where !isQuoted:
                if !word.isEmpty { words.append(word) }
                word = ""
            default: word.append(character)
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }
}
