/// Where the relay listens that stands between the processes of a street.
package struct StreetArrows: Hashable, Sendable {
    /// Where faults are put on arrows.
    package var desk = StreetSettings.Address(port: 0)
    /// Where callers connect to instead of the one they mean; port 0 picks a free one.
    package var listeners: [ArrowName: StreetSettings.Address]

    package init(_ names: [ArrowName]) {
        listeners = Dictionary(uniqueKeysWithValues: names.map { ($0, StreetSettings.Address(port: 0)) })
    }
}

extension StreetSettings {
    /// The process that plays the relay.
    package static let arrowsProcess = "arrows"

    /// The same street with a relay on every arrow between two of its own processes.
    package func withArrows() -> StreetSettings {
        guard wiring == .decoupled else { return self }  // calls of another kind, which no relay knows
        var street = self
        street.arrows = StreetArrows(arrowTargets.map(\.name))
        return street
    }

    /// Who is meant at the end of each arrow, if it is one of us: nobody stands between us and another's SQS.
    private var arrowTargets: [(name: ArrowName, target: Address)] {
        let queue: [(ArrowName, Address)] =
            queueEndpoint == nil ? [(.shopToBroker, broker), (.omsToBroker, broker)] : []
        let stream: [(ArrowName, Address)] =
            streamEndpoint == nil ? [(.relayToBroker, broker), (.functionToBroker, broker)] : []
        return queue + stream + [(.functionToCourier, courier)]
            + partners.map { (.courier(toPartner: $0.name), $0.address) }
    }

    /// What the relay has to do; empty without one.
    package var arrowPlans: [ArrowPlan] {
        guard let arrows else { return [] }
        return arrowTargets.compactMap { name, target in
            arrows.listeners[name].map { ArrowPlan(name: name, listener: $0, target: target) }
        }
    }

    /// Where a caller finds the one he means: at the relay where there is one, else at home.
    package func url(over arrow: ArrowName) -> String {
        if let listener = arrows?.listeners[arrow] { return listener.url }
        switch arrow {
        case .shopToBroker, .omsToBroker: return queueURLBase
        case .relayToBroker, .functionToBroker: return streamURLBase
        default: return arrowTargets.first { $0.name == arrow }?.target.url ?? broker.url
        }
    }
}

extension ArrowName {
    /// As a settings file has it, where `->` cannot stand in a name.
    package var key: String { rawValue.replacing("->", with: "-to-") }
}
