import Clockwork
import JSON

/// When the partners heard of what was accepted: by this `freshness` and `isolation` are judged.
struct Hearings {
    /// One event at one partner.
    struct Hearing: Hashable {
        /// When the shop first sent the order that the event tells of; where that is not known, or the event is not
        /// the order's first, when it came into being.
        var sentAt: Timestamp
        var acceptedAt: Timestamp
        /// Nil while it is on its way.
        var heardAt: Timestamp?
    }

    /// Everyone who should hear, by name.
    let partners: [(name: String, hearings: [Hearing])]
    let settings: AuditSettings

    // MARK: freshness

    /// How soon each partner hears of what was on its way while nothing was broken.
    func freshness() -> RequirementResult {
        var evidence: [RequirementResult.Evidence] = []
        var measured: [RequirementResult.Measure] = []
        for partner in partners {
            let ages = ages(of: calm(partner.hearings))
            let p95 = Percentile.of(ages, 95)
            measured.append(.init(name: "\(partner.name)_p95_ms", value: JSONValue(p95)))
            if let p95, Duration.milliseconds(p95) > settings.limits.freshnessP95 {
                evidence.append(
                    .init(details: "\(partner.name) heard after \(p95) ms (p95 of \(ages.count))"))
            }
        }
        guard measured.contains(where: { $0.value != .null }) else {
            return .untold(.freshness, because: "no partner was to hear of anything outside of outages")
        }
        return .counted(.freshness, evidence, measured: measured, settings)
    }

    // MARK: isolation

    /// For each partner that was away: how soon the others heard meanwhile, beside how soon they hear in
    /// peace.
    func isolation() -> RequirementResult {
        var evidence: [RequirementResult.Evidence] = []
        var measured: [RequirementResult.Measure] = []
        // Once for each partner: a soak has hundreds of faults, and each is held against the same peace.
        let baselines = Dictionary(
            partners.map { ($0.name, Percentile.of(ages(of: calm($0.hearings)), 95)) }
        ) { one, _ in one }
        for fault in settings.faults.faults {
            guard let away = partners.first(where: { fault.concerns(partner: $0.name) })?.name else {
                continue
            }
            for healthy in partners where healthy.name != away {
                let meanwhile = ages(
                    of: healthy.hearings.filter { fault.overlaps($0.acceptedAt, $0.acceptedAt) })
                guard let slow = Percentile.of(meanwhile, 95), let usual = baselines[healthy.name] ?? nil
                else {
                    continue
                }
                let name = healthy.name
                measured.append(.init(name: "\(name)_during_\(fault.name)_p95_ms", value: JSONValue(slow)))
                measured.append(.init(name: "\(name)_baseline_p95_ms", value: JSONValue(usual)))
                let limit = max(
                    settings.limits.isolationFactor * Double(usual),
                    settings.limits.isolationFloor.fractionalSeconds * 1_000)
                if Double(slow) > limit {
                    evidence.append(
                        .init(
                            details:
                                "\(name) heard after \(slow) ms while \(away) was away, and after \(usual) ms otherwise"
                        ))
                }
            }
        }
        guard !measured.isEmpty else {
            return .untold(.isolation, because: "no partner was away while others heard of anything")
        }
        return .counted(.isolation, evidence, measured: measured, settings)
    }

    // MARK: What they have in common

    /// Milliseconds from acceptance to delivery, ascending. What is on its way counts as soon as that alone is
    /// late.
    private func ages(of hearings: [Hearing]) -> [Int64] {
        hearings.compactMap { hearing in
            let age = (hearing.heardAt ?? settings.now) - hearing.acceptedAt
            let counts = hearing.heardAt != nil || age > settings.limits.freshnessP95
            return counts ? age.milliseconds : nil
        }.sorted()
    }

    /// What was on its way while nothing was broken, from the shop to the partner.
    private func calm(_ hearings: [Hearing]) -> [Hearing] {
        let outages = outages(feltBy: hearings)
        return hearings.filter { hearing in
            let end = hearing.heardAt ?? settings.now
            return !outages.contains { $0.began <= end && $0.ended >= hearing.sentAt }
        }
    }

    /// Every fault until its backlog is gone: until the last of what was on its way at its end has been heard of.
    ///
    /// A process that was killed is back long before those behind it have caught up; what they hear of meanwhile is
    /// late because of the fault.
    private func outages(feltBy hearings: [Hearing]) -> [(began: Timestamp, ended: Timestamp)] {
        settings.faults.faults.map { fault in
            let end = fault.endedAt ?? settings.now
            let heldUp = hearings.lazy.filter { $0.sentAt <= end }.map { $0.heardAt ?? settings.now }
            return (fault.effectiveAt, max(end, heldUp.max() ?? end))
        }
    }
}

extension FaultTimeline.Fault {
    /// Whether it is this partner that is away, or the way to it.
    func concerns(partner: String) -> Bool {
        target == "partner-\(partner)" || target.hasSuffix("->partner-\(partner)")
    }
}
