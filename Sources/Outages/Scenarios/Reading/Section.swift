import Inspection

/// A map of a scenario file whose names have meanings, read name by name.
///
/// What is missing or cannot be is complained about, and reading goes on with nil.
struct Section {
    /// What the map is, for people: `workload`.
    let title: String
    let place: Place
    private let map: PlacedMap

    /// - Returns: Nil, with a complaint, when the value is no map.
    init?(_ value: PlacedValue, _ title: String, _ complaints: inout Complaints) {
        guard let map = value.map else {
            complaints.object(
                at: value.place, "\(title) cannot be \(value.kindInWords). Write a map of names and values.")
            return nil
        }
        self.title = title
        self.map = map
        place = value.place
    }

    subscript(name: String) -> PlacedValue? { map[name] }
    var members: [PlacedMap.Member] { map.members }

    /// Complains about names that are not known.
    ///
    /// - Parameter elsewhere: Names that Chaos Toolkit knows and `orderflow` passes over.
    func allow(_ known: [String], elsewhere: [String] = [], _ complaints: inout Complaints) {
        for member in map.members where !known.contains(member.name) {
            if elsewhere.contains(member.name) {
                complaints.warn(
                    at: member.namePlace,
                    "\(title) has \(member.name), which Chaos Toolkit heeds and orderflow does not.")
            } else {
                let advice = Spelling.advice(for: member.name, among: known)
                complaints.object(at: member.namePlace, "\(title) has no \(member.name). \(advice)")
            }
        }
    }

    /// A value that must be there.
    func required(_ name: String, _ what: String, _ complaints: inout Complaints) -> PlacedValue? {
        if let value = map[name] { return value }
        complaints.object(at: place, "\(title) has no \(name). Add \(what).")
        return nil
    }

    /// A text that is not empty. Nil where there is none.
    func text(_ name: String, _ complaints: inout Complaints) -> String? {
        read(name, "a text", &complaints) { value in
            value.text.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>, _ complaints: inout Complaints) -> Int? {
        read(name, "a whole number, \(range.lowerBound) to \(range.upperBound)", &complaints) { value in
            guard case .number(let text) = value.content, let number = Int(text) else { return nil }
            return range.contains(number) ? number : nil
        }
    }

    func number(_ name: String, in range: ClosedRange<Double>, _ complaints: inout Complaints) -> Double? {
        read(name, "a number, \(range.lowerBound) to \(range.upperBound)", &complaints) { value in
            guard case .number(let text) = value.content, let number = Double(text) else { return nil }
            return range.contains(number) ? number : nil
        }
    }

    func truth(_ name: String, _ complaints: inout Complaints) -> Bool? {
        read(name, "true or false", &complaints) { value in
            if case .bool(let truth) = value.content { truth } else { nil }
        }
    }

    func span(_ name: String, in range: ClosedRange<Duration>, _ complaints: inout Complaints) -> Duration? {
        let most = TimeSpan.word(for: range.upperBound)
        return read(name, "a length of time such as 500ms, 20s, 5m or 2h, up to \(most)", &complaints) {
            value in
            value.text.flatMap { TimeSpan.parsed($0) }.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func choice<Choice>(_ name: String, _ complaints: inout Complaints) -> Choice?
    where Choice: CaseIterable & RawRepresentable<String> {
        guard let value = map[name] else { return nil }
        let known = Choice.allCases.map(\.rawValue)
        guard let word = value.spelled else {
            complaints.object(
                at: value.place,
                "\(name) cannot be \(value.kindInWords). Use one of: \(known.joined(separator: ", ")).")
            return nil
        }
        if let choice = Choice(rawValue: word) { return choice }
        complaints.object(
            at: value.place, "\(name) cannot be \(word). \(Spelling.advice(for: word, among: known))")
        return nil
    }

    /// A list, or nothing where there is none.
    func list(_ name: String, _ complaints: inout Complaints) -> [PlacedValue] {
        read(name, "a list", &complaints) { $0.list } ?? []
    }

    /// A list of texts with their places.
    func words(_ name: String, _ complaints: inout Complaints) -> [(word: String, place: Place)] {
        list(name, &complaints).compactMap { item in
            if let word = item.text, !word.isEmpty { return (word, item.place) }
            complaints.object(at: item.place, "\(name) cannot hold \(item.kindInWords). Write a text.")
            return nil
        }
    }

    private func read<Value>(
        _ name: String, _ wanted: String, _ complaints: inout Complaints, _ reading: (PlacedValue) -> Value?
    ) -> Value? {
        guard let value = map[name] else { return nil }
        if let result = reading(value) { return result }
        complaints.object(at: value.place, "\(name) cannot be \(value.kindInWords). Write \(wanted).")
        return nil
    }
}
