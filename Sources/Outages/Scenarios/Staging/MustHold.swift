import Inspection

/// What must hold after a run, under the name by which a scenario demands it.
package enum MustHold: Hashable, Sendable {
    /// The audit finds it in the ledgers.
    case audited(Requirement)
    /// No fault is active any more, no process of the street is left, and its ports are free: the conductor looks.
    case noLeftover
}

extension MustHold {
    package static let all: [MustHold] = Requirement.allCases.map(MustHold.audited) + [.noLeftover]

    /// What every scenario should demand; `base` stands for it.
    package static let base: [MustHold] =
        [
            .noLoss, .noInvention, .noDuplicate, .noAlteration, .published, .notified, .oneEffect,
            .historyLegal,
            .recovered,
        ].map(MustHold.audited) + [.noLeftover]

    package init?(name: String) {
        guard let found = Self.all.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    package var name: String {
        switch self {
        case .audited(let requirement): requirement.rawValue
        case .noLeftover: "no-leftover"
        }
    }
}

extension [MustHold] {
    /// What the audit is asked for.
    package var requirements: [Requirement] {
        compactMap { if case .audited(let requirement) = $0 { requirement } else { nil } }
    }
}
