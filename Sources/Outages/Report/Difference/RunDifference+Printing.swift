import Inspection
import JSON

extension RunDifference {
    /// A row for each figure that is not the same in both.
    package var listing: Listing {
        Listing(
            columns: ["topic", "name", "first", "second", "change"],
            rows: lines.map { line in
                [
                    .string(line.topic.rawValue), .string(line.name), line.first ?? .null,
                    line.second ?? .null, .string(line.change),
                ]
            })
    }

    /// What it comes to, in a sentence.
    package var summary: String {
        let worse = lines.filter(\.isWorse).map { "\($0.name) is \($0.second?.shown ?? "untold")" }
        let judgement = isWorse ? "is worse: \(worse.joined(separator: ", "))" : "is no worse"
        return "The second run \(judgement). \(lines.count) figures differ, \(agreeing) are the same."
    }

    package var json: JSONValue {
        [
            "first": .string(first), "second": .string(second), "worse": .bool(isWorse),
            "same": JSONValue(agreeing), "differences": .array(listing.objects),
        ]
    }
}

extension RunDifference.Line {
    /// For eyes: what became of it from the first run to the second.
    var change: String {
        if isWorse { return "worse" }
        if isBetter { return "better" }
        switch (first, second) {
        case (nil, _): return "only in the second"
        case (_, nil): return "only in the first"
        case (let first?, let second?):
            guard topic != .setting, let before = first.quantity, let after = second.quantity else {
                return ""
            }
            let difference = DecimalText.written(after - before, digits: 3).trimmed
            guard before != 0 else { return after > before ? "+\(difference)" : difference }
            let percent = DecimalText.written(100 * (after - before) / before, digits: 0)
            return after > before ? "+\(difference) (+\(percent) %)" : "\(difference) (\(percent) %)"
        }
    }
}

extension JSONValue {
    fileprivate var quantity: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let text): Double(text)
        default: nil
        }
    }
}

extension String {
    /// A decimal number without zeros at its end.
    fileprivate var trimmed: String {
        var text = self
        while text.contains("."), let last = text.last, last == "0" || last == "." {
            text.removeLast()
            if last == "." { break }
        }
        return text
    }
}
