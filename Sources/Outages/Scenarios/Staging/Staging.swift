/// How a scenario is staged: what `orderflow` needs to know beyond what Chaos Toolkit does. It stands in the file as
/// the extension `orderflow`.
package struct Staging: Hashable, Sendable {
    /// What the scenario is there to show.
    package enum Expectation: String, Hashable, Sendable, CaseIterable {
        /// Everything that must hold does.
        case hold
        /// Something does not: the scenario shows a mistake at work.
        case `break`
    }

    package var expect: Expectation
    /// Of all that is left to chance.
    package var seed: UInt64
    package var system: StagedSystem
    package var workload: Workload
    /// How long the street runs with its workload before the method begins.
    package var warmUp: Duration
    /// At least one.
    package var mustHold: [MustHold]
    package var limits: ScenarioLimits

    /// The format of the extension that this program reads.
    package static let format = 1
    package static let extensionName = "orderflow"
}

extension Staging {
    /// Nil, with complaints, when it cannot be as it is.
    init?(_ value: PlacedValue, _ complaints: inout Complaints) {
        guard let section = Section(value, "extension orderflow", &complaints) else { return nil }
        section.allow(
            ["name", "format", "expect", "seed", "system", "workload", "warm_up", "must_hold", "limits"],
            &complaints)
        if let format = section.required("format", "format: \(Self.format)", &complaints),
            format.spelled != "\(Self.format)"
        {
            complaints.object(
                at: format.place,
                "format cannot be \(format.kindInWords). This orderflow reads format \(Self.format).")
        }
        expect = section.choice("expect", &complaints) ?? .hold
        seed = UInt64(section.integer("seed", in: 0...Int.max, &complaints) ?? 7)
        warmUp = section.span("warm_up", in: .zero...(.seconds(600)), &complaints) ?? .zero
        system = section.part("system", &complaints) { StagedSystem($0, &$1) } ?? StagedSystem()
        limits = section.part("limits", &complaints) { ScenarioLimits($0, &$1) } ?? ScenarioLimits()
        mustHold = Self.mustHold(section, &complaints)
        let seed = self.seed
        _ = section.required("workload", "what the shop sells", &complaints)
        guard let workload = section.part("workload", &complaints, { Workload($0, seed: seed, &$1) }) else {
            return nil
        }
        self.workload = workload
    }

    private static func mustHold(_ section: Section, _ complaints: inout Complaints) -> [MustHold] {
        guard
            let value = section.required(
                "must_hold", "what must hold, such as [base, shop-open]", &complaints)
        else { return [] }
        let words = section.words("must_hold", &complaints)
        if words.isEmpty {
            complaints.object(at: value.place, "Nothing must hold, so nothing is proven. Write base.")
        }
        var demanded: [MustHold] = []
        for (name, place) in words {
            let meant = name == "base" ? MustHold.base : MustHold(name: name).map { [$0] }
            if meant == nil {
                let advice = Spelling.advice(for: name, among: ["base"] + MustHold.all.map(\.name))
                complaints.object(at: place, "There is no requirement \(name). \(advice)")
            }
            demanded += (meant ?? []).filter { !demanded.contains($0) }
        }
        return demanded
    }
}

extension Section {
    /// A map within this one; nil where there is none.
    fileprivate func part<Part>(
        _ name: String, _ complaints: inout Complaints, _ reading: (Section, inout Complaints) -> Part
    ) -> Part? {
        guard let value = self[name], let section = Section(value, name, &complaints) else { return nil }
        return reading(section, &complaints)
    }
}
