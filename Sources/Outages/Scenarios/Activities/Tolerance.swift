/// What the result of a command must be like. It means the same for Chaos Toolkit.
package enum Tolerance: Hashable, Sendable {
    /// What of the result is looked at.
    package enum Part: String, Hashable, Sendable, CaseIterable {
        case status, stdout, stderr
    }

    /// This exit status.
    case status(Int)
    /// One of these exit statuses.
    case statuses([Int])
    /// True is the exit status 0, false any other.
    case success(Bool)
    /// A number, both ends included.
    case range(ClosedRange<Double>, of: Part)
    /// Somewhere in the text there is something that matches.
    case pattern(String, in: Part)
}

/// How a command ended, and what it said.
package struct CommandResult: Hashable, Sendable {
    package var status: Int
    package var stdout: String
    package var stderr: String

    package init(status: Int, stdout: String = "", stderr: String = "") {
        self.status = status
        self.stdout = stdout
        self.stderr = stderr
    }

    fileprivate func text(_ part: Tolerance.Part) -> String {
        switch part {
        case .status: String(status)
        case .stdout: stdout
        case .stderr: stderr
        }
    }
}

extension Tolerance {
    package func allows(_ result: CommandResult) -> Bool {
        switch self {
        case .status(let status): result.status == status
        case .statuses(let statuses): statuses.contains(result.status)
        case .success(let isWanted): (result.status == 0) == isWanted
        case .range(let range, let part):
            Double(
                String(result.text(part).trimmingPrefix(while: \.isWhitespace).prefix { !$0.isWhitespace })
            )
            .map(range.contains) ?? false
        case .pattern(let pattern, let part):
            (try? Regex(pattern).firstMatch(in: result.text(part))) != nil
        }
    }

    /// Nil, with a complaint, when it cannot be as it is.
    init?(_ value: PlacedValue, _ complaints: inout Complaints) {
        switch value.content {
        case .number(let text):
            guard let status = Int(text) else {
                complaints.object(at: value.place, "tolerance cannot be \(text). Write a whole exit status.")
                return nil
            }
            self = .status(status)
        case .bool(let truth):
            complaints.warn(
                at: value.place,
                "Chaos Toolkit never finds a process \(truth). Write \(truth ? "0" : "a list such as [1, 3]"), the exit status."
            )
            self = .success(truth)
        case .list(let items):
            let statuses = items.compactMap { item in item.spelled.flatMap { Int($0) } }
            guard statuses.count == items.count, !items.isEmpty else {
                complaints.object(
                    at: value.place, "tolerance cannot be this list. Write exit statuses, such as [0, 1].")
                return nil
            }
            self = .statuses(statuses)
        case .map: self.init(typed: value, &complaints)
        case .text, .null:
            complaints.object(
                at: value.place,
                "tolerance cannot be \(value.kindInWords). Write an exit status, a list of them, a range or a regex."
            )
            return nil
        }
    }

    private init?(typed value: PlacedValue, _ complaints: inout Complaints) {
        guard let section = Section(value, "tolerance", &complaints),
            let type = section.required("type", "type: regex or type: range", &complaints)
        else { return nil }
        switch type.text {
        case "regex": self.init(pattern: section, &complaints)
        case "range": self.init(range: section, &complaints)
        case "jsonpath":
            complaints.object(
                at: type.place,
                "JSON paths are not taken: Chaos Toolkit needs a further package for them. Write a regex on stdout."
            )
            return nil
        case "probe":
            complaints.object(
                at: type.place,
                "A probe as a tolerance is not taken. Let the command itself decide by its exit status.")
            return nil
        default:
            complaints.object(
                at: type.place, "There is no tolerance \(type.spelled ?? "of this kind"). Use regex or range."
            )
            return nil
        }
    }

    private init?(pattern section: Section, _ complaints: inout Complaints) {
        section.allow(["type", "target", "pattern"], &complaints)
        let part = Self.part(section, &complaints)
        guard let pattern = section.required("pattern", "a regular expression", &complaints) else {
            return nil
        }
        guard let text = pattern.text, (try? Regex(text)) != nil else {
            complaints.object(
                at: pattern.place,
                "pattern cannot be \(pattern.kindInWords). Write a regular expression in quotes.")
            return nil
        }
        if part == .status {
            complaints.object(at: section.place, "A regex looks at a text. Set target to stdout or stderr.")
            return nil
        }
        guard let part else { return nil }
        self = .pattern(text, in: part)
    }

    private init?(range section: Section, _ complaints: inout Complaints) {
        section.allow(["type", "target", "range"], &complaints)
        let part = Self.part(section, &complaints)
        guard let range = section.required("range", "two numbers, such as [0, 3]", &complaints) else {
            return nil
        }
        let ends = (range.list ?? []).compactMap { end -> Double? in
            if case .number(let text) = end.content { Double(text) } else { nil }
        }
        guard ends.count == 2, range.list?.count == 2, ends[0] <= ends[1] else {
            complaints.object(
                at: range.place, "range cannot be this. Write two numbers, the smaller one first.")
            return nil
        }
        guard let part else { return nil }
        self = .range(ends[0]...ends[1], of: part)
    }

    private static func part(_ section: Section, _ complaints: inout Complaints) -> Part? {
        _ = section.required("target", "target: stdout, or status or stderr", &complaints)
        return section.choice("target", &complaints)
    }
}
