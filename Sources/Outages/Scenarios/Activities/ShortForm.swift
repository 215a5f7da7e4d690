/// The short form in which people write activities, and the long one that it stands for.
///
/// `do: "fault add oms kill --for 20s"` is an action and `check: "audit --require no-loss"` a probe of the process
/// `orderflow`. `name`, `tolerance` and `pauses` stand beside them as in the long form, and `timeout` too. A check
/// without a tolerance wants the exit status 0.
enum ShortForm {
    /// An experiment in which every activity has its long form.
    static func expanded(_ experiment: PlacedValue, _ complaints: inout Complaints) -> PlacedValue {
        guard var map = experiment.map else { return experiment }
        for place in map.members.indices {
            let value = map.members[place].value
            switch map.members[place].name {
            case "method", "rollbacks": map.members[place].value = activities(value, &complaints)
            case "steady-state-hypothesis":
                guard var hypothesis = value.map else { break }
                for place in hypothesis.members.indices where hypothesis.members[place].name == "probes" {
                    hypothesis.members[place].value = activities(hypothesis.members[place].value, &complaints)
                }
                map.members[place].value.content = .map(hypothesis)
            default: break
            }
        }
        return PlacedValue(content: .map(map), place: experiment.place)
    }

    private static func activities(_ value: PlacedValue, _ complaints: inout Complaints) -> PlacedValue {
        guard let items = value.list else { return value }
        return PlacedValue(content: .list(items.map { activity($0, &complaints) }), place: value.place)
    }

    private static func activity(_ value: PlacedValue, _ complaints: inout Complaints) -> PlacedValue {
        guard let map = value.map else { return value }
        let shorts = map.members.filter { $0.name == "do" || $0.name == "check" }
        guard let short = shorts.first else { return value }
        for other in shorts.dropFirst() {
            complaints.object(at: other.namePlace, "An activity is either do or check. Make two of it.")
        }
        for member in map.members where member.name == "type" || member.name == "provider" {
            complaints.object(
                at: member.namePlace, "\(short.name) says the \(member.name) already. Leave one out.")
        }
        guard let line = short.value.text, let words = ShellWords.split(line), !words.isEmpty else {
            complaints.object(
                at: short.value.place,
                "\(short.name) cannot be \(short.value.kindInWords). Write a command line, with every quote closed."
            )
            return value
        }
        return PlacedValue(content: .map(long(short, words, of: map)), place: value.place)
    }

    private static func long(_ short: PlacedMap.Member, _ words: [String], of map: PlacedMap) -> PlacedMap {
        let place = short.value.place
        func text(_ text: String) -> PlacedValue { PlacedValue(content: .text(text), place: place) }
        let isProbe = short.name == "check"
        var long = PlacedMap()
        long.append("type", text(isProbe ? "probe" : "action"))
        long.append("name", map["name"] ?? text(name(for: words)))
        if let tolerance = map["tolerance"]
            ?? (isProbe ? PlacedValue(content: .number("0"), place: place) : nil)
        {
            long.append("tolerance", tolerance)
        }
        var provider = PlacedMap()
        provider.append("type", text("process"))
        provider.append("path", text("orderflow"))
        provider.append("arguments", PlacedValue(content: .list(words.map(text)), place: place))
        if let timeout = map["timeout"] { provider.append("timeout", timeout) }
        long.append("provider", PlacedValue(content: .map(provider), place: place))
        let done = ["do", "check", "type", "name", "tolerance", "provider", "timeout"]
        for member in map.members where !done.contains(member.name) {
            long.append(member.name, member.value, at: member.namePlace)
        }
        return long
    }

    /// Such as `fault-add-oms-kill`: the words up to the first option.
    private static func name(for words: [String]) -> String {
        words.prefix { !$0.hasPrefix("--") }.joined(separator: " ")
            .split { !($0.isLetter || $0.isNumber || $0 == "_") }.joined(separator: "-")
    }
}
