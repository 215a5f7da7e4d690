import JSON

/// What came of reading a scenario file: the scenario, and all that its author should know.
package struct ScenarioReading: Sendable {
    /// Nil when there is an error among the complaints.
    package let scenario: Scenario?
    /// By place. Warnings alone do not keep a scenario from being played.
    package let complaints: [Complaint]

    /// Reads YAML, or JSON, which is YAML too.
    package init(of text: String) {
        var complaints = Complaints()
        scenario = Self.scenario(of: text, &complaints)
        self.complaints = complaints.sorted
    }

    private static func scenario(of text: String, _ complaints: inout Complaints) -> Scenario? {
        guard let written = YAMLReader.read(text, &complaints) else { return nil }
        let long = ShortForm.expanded(written, &complaints)
        let played = substituted(long, &complaints)
        let scenario = Scenario(played, original: long, &complaints)
        return complaints.hasErrors ? nil : scenario
    }

    /// The parts that are played, with the values of `configuration` in them.
    private static func substituted(_ experiment: PlacedValue, _ complaints: inout Complaints) -> PlacedValue
    {
        guard var map = experiment.map else { return experiment }
        let substitution = Substitution(configuration(map["configuration"], &complaints))
        for place in map.members.indices
        where ["steady-state-hypothesis", "method", "rollbacks", "extensions"].contains(
            map.members[place].name)
        {
            map.members[place].value = substitution.applied(to: map.members[place].value, &complaints)
        }
        return PlacedValue(content: .map(map), place: experiment.place)
    }

    private static func configuration(_ value: PlacedValue?, _ complaints: inout Complaints) -> PlacedMap {
        guard let value, let section = Section(value, "configuration", &complaints) else {
            return PlacedMap()
        }
        var values = PlacedMap()
        for member in section.members {
            if member.value.spelled == nil {
                complaints.object(
                    at: member.value.place,
                    "\(member.name) cannot be \(member.value.kindInWords), so that a run repeats. Write the value itself."
                )
            }
            values.append(member.name, member.value, at: member.namePlace)
        }
        return values
    }
}
