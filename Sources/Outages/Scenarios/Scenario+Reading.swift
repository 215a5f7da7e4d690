extension Scenario {
    /// Reads an experiment in its long form.
    ///
    /// - Parameter original: The same before `${name}` was replaced.
    init?(_ value: PlacedValue, original: PlacedValue, _ complaints: inout Complaints) {
        guard let section = Section(value, "The experiment", &complaints) else { return nil }
        section.allow(
            [
                "title", "description", "tags", "contributions", "configuration", "steady-state-hypothesis",
                "method",
                "rollbacks", "runtime", "extensions",
            ], elsewhere: ["secrets", "controls", "version", "dry"], &complaints)
        _ = section.required("title", "one sentence that says what happens", &complaints)
        _ = section.required("description", "what it is for, and what the data must show", &complaints)
        _ = section.required("method", "what is done, step by step", &complaints)
        title = section.text("title", &complaints) ?? ""
        description = section.text("description", &complaints) ?? ""
        tags = section.words("tags", &complaints).map(\.word)
        contributions = Self.contributions(section, &complaints)
        hypothesis = section["steady-state-hypothesis"].flatMap { Hypothesis($0, &complaints) }
        method = section.list("method", &complaints).compactMap {
            Activity($0, mustBeProbe: false, &complaints)
        }
        rollbacks = section.list("rollbacks", &complaints).compactMap {
            Activity($0, mustBeProbe: false, &complaints)
        }
        let runtime = section["runtime"].flatMap { Section($0, "runtime", &complaints) }
        runtime?.allow(["hypothesis", "rollbacks"], &complaints)
        hypothesisStrategy = runtime?.strategy("hypothesis", &complaints) ?? .standard
        rollbackStrategy = runtime?.strategy("rollbacks", &complaints) ?? .standard
        guard let staging = Self.staging(section, &complaints) else { return nil }
        self.staging = staging
        experiment = original.json
        checkNames(section, &complaints)
    }

    private static func contributions(_ section: Section, _ complaints: inout Complaints) -> [String:
        Contribution]
    {
        guard let value = section["contributions"], let names = Section(value, "contributions", &complaints)
        else {
            return [:]
        }
        var contributions: [String: Contribution] = [:]
        for member in names.members { contributions[member.name] = names.choice(member.name, &complaints) }
        return contributions
    }

    private static func staging(_ section: Section, _ complaints: inout Complaints) -> Staging? {
        let ours = section.list("extensions", &complaints).filter { item in
            let name = item.map?["name"]?.text
            if name == nil { complaints.object(at: item.place, "An extension has no name. Give it one.") }
            return name == Staging.extensionName
        }
        for other in ours.dropFirst() {
            complaints.object(at: other.place, "The extension orderflow stands twice. Leave one out.")
        }
        guard let first = ours.first else {
            complaints.object(
                at: section["extensions"]?.place ?? section.place,
                "There is no extension orderflow. Add one to extensions, with format: 1, workload and must_hold."
            )
            return nil
        }
        return Staging(first, &complaints)
    }

    /// Names that must mean something elsewhere in the file.
    private func checkNames(_ section: Section, _ complaints: inout Complaints) {
        let names = faults.map(\.name)
        for part in ["method", "rollbacks"] {
            for item in section[part]?.list ?? [] {
                guard let arguments = item.map?["provider"]?.map?["arguments"]?.list,
                    let command = try? ActivityCommand(words: arguments.compactMap(\.spelled))
                else { continue }
                switch command {
                case .clearFault(let name) where !names.contains(name):
                    complaints.object(
                        at: arguments[2].place,
                        "No fault of this scenario is called \(name). \(Spelling.advice(for: name, among: names))"
                    )
                case .addFault(let fault) where !staging.system.wiring.has(fault.target):
                    complaints.object(
                        at: arguments[2].place,
                        "A coupled street has no \(fault.target). Name shop, oms, oms->orders.db or a partner."
                    )
                case .addFault(let fault):
                    guard let partner = fault.target.partner, !staging.system.partners.contains(partner)
                    else { break }
                    let advice = Spelling.advice(for: partner, among: staging.system.partners)
                    complaints.object(
                        at: arguments[2].place, "This street has no partner \(partner). \(advice)")
                default: break
                }
            }
        }
    }
}

extension Scenario.Hypothesis {
    init?(_ value: PlacedValue, _ complaints: inout Complaints) {
        guard let section = Section(value, "steady-state-hypothesis", &complaints) else { return nil }
        section.allow(["title", "probes"], elsewhere: ["controls"], &complaints)
        _ = section.required("title", "what is so when all is well", &complaints)
        title = section.text("title", &complaints) ?? ""
        probes = section.list("probes", &complaints).compactMap {
            Activity($0, mustBeProbe: true, &complaints)
        }
    }
}

extension Section {
    fileprivate func strategy<Strategy>(_ name: String, _ complaints: inout Complaints) -> Strategy?
    where Strategy: CaseIterable & RawRepresentable<String> {
        guard let value = self[name], let section = Section(value, name, &complaints) else { return nil }
        section.allow(["strategy"], &complaints)
        return section.choice("strategy", &complaints)
    }
}
