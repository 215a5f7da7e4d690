/// One thing that a scenario does, or one that it looks at.
package struct Activity: Hashable, Sendable {
    package enum Role: String, Hashable, Sendable, CaseIterable {
        case action, probe
    }

    package var role: Role
    package var name: String
    package var command: ActivityCommand
    /// How `orderflow` would be called to do it.
    package var arguments: [String]
    /// How long it may take; nil is as long as it likes.
    package var timeout: Duration?
    package var pauseBefore = Duration.zero
    package var pauseAfter = Duration.zero
    /// What its result must be like. Nil takes any.
    package var tolerance: Tolerance?
}

extension Activity {
    /// Nil, with complaints, when it cannot be as it is.
    init?(_ value: PlacedValue, mustBeProbe: Bool, _ complaints: inout Complaints) {
        guard let section = Section(value, "An activity", &complaints) else { return nil }
        if let reference = section["ref"] {
            complaints.object(
                at: reference.place, "References to activities are not taken. Write the activity out.")
            return nil
        }
        section.allow(
            ["type", "name", "provider", "pauses", "tolerance", "background"],
            elsewhere: ["controls", "secrets", "configuration", "dry", "timeout"], &complaints)
        if section.truth("background", &complaints) == true {
            complaints.object(
                at: section["background"]?.place ?? section.place,
                "Activities are played one after the other. Leave background out; a fault lasts by itself.")
        }
        _ = section.required("type", "type: action or type: probe", &complaints)
        _ = section.required("name", "a name", &complaints)
        let role: Role? = section.choice("type", &complaints)
        let name = section.text("name", &complaints)
        let provider = section.required("provider", "a provider, or write do or check instead", &complaints)
            .flatMap { Provider($0, &complaints) }
        let pauses = section["pauses"].flatMap { Section($0, "pauses", &complaints) }
        pauses?.allow(["before", "after"], &complaints)
        let before = pauses?.pause("before", &complaints)
        let after = pauses?.pause("after", &complaints)
        let tolerance = section["tolerance"].flatMap { Tolerance($0, &complaints) }
        if mustBeProbe {
            if role == .action {
                complaints.object(
                    at: section.place,
                    "Only probes belong into a hypothesis. Move the action into the method.")
            }
            _ = section.required(
                "tolerance", "a tolerance such as 0, the exit status of what went well", &complaints)
        }
        guard let role, let name, let provider else { return nil }
        self.role = role
        self.name = name
        command = provider.command
        arguments = provider.arguments
        timeout = provider.timeout
        pauseBefore = before ?? .zero
        pauseAfter = after ?? .zero
        self.tolerance = tolerance
    }
}

/// The program that does an activity. It is always `orderflow`, by one of its verbs.
private struct Provider {
    var command: ActivityCommand
    var arguments: [String]
    var timeout: Duration?

    init?(_ value: PlacedValue, _ complaints: inout Complaints) {
        guard let section = Section(value, "provider", &complaints) else { return nil }
        let type = section.required("type", "type: process", &complaints)
        if let type, type.text != "process" {
            complaints.object(
                at: type.place,
                "provider cannot be \(type.kindInWords). orderflow plays its own verbs only: write process, or use chaos run."
            )
            return nil
        }
        section.allow(["type", "path", "arguments", "timeout"], elsewhere: ["secrets"], &complaints)
        let path = section.required("path", "path: orderflow", &complaints)
        if let path, path.text != "orderflow" {
            complaints.object(
                at: path.place,
                "path cannot be \(path.kindInWords). orderflow plays its own verbs only: write orderflow, or use chaos run."
            )
        }
        timeout = section.number("timeout", in: 0.001...86_400, &complaints).map { .seconds($0) }
        guard type != nil, path?.text == "orderflow",
            let list = section.required("arguments", "a list of arguments", &complaints),
            let arguments = Self.arguments(list, &complaints)
        else { return nil }
        do throws(WordMistakes) {
            command = try ActivityCommand(words: arguments.map(\.text))
        } catch {
            for mistake in error.mistakes {
                let word =
                    arguments.indices.contains(mistake.word) ? arguments[mistake.word].place : list.place
                complaints.object(at: word, mistake.description)
            }
            return nil
        }
        self.arguments = arguments.map(\.text)
    }

    private static func arguments(_ value: PlacedValue, _ complaints: inout Complaints)
        -> [(text: String, place: Place)]?
    {
        guard let items = value.list else {
            complaints.object(
                at: value.place,
                "arguments cannot be \(value.kindInWords), for a shell would see to it. Write a list, or use do or check."
            )
            return nil
        }
        let words = items.compactMap { item -> (text: String, place: Place)? in
            switch item.content {
            case .text(let text), .number(let text): return (text, item.place)
            case .bool, .null, .list, .map:
                complaints.object(
                    at: item.place,
                    "An argument cannot be \(item.kindInWords). Write a text, in quotes if need be.")
                return nil
            }
        }
        return words.count == items.count ? words : nil
    }
}

extension Section {
    /// Seconds to wait.
    fileprivate func pause(_ name: String, _ complaints: inout Complaints) -> Duration? {
        number(name, in: 0...86_400, &complaints).map { .seconds($0) }
    }
}
