/// One of the three ways to wire a shop, an OMS and its partners that are compared.
package enum Contender: String, CaseIterable, Sendable {
    /// The shop calls the OMS once, and the OMS calls the partners.
    case coupled
    /// The same, with a shop that tries three times, later each time.
    case coupledWithRetry = "coupled-with-retry"
    /// Through a queue and a stream.
    case decoupled

    /// The head of its column.
    package var title: String {
        switch self {
        case .coupled: "coupled"
        case .coupledWithRetry: "coupled + retry"
        case .decoupled: "through queue and stream"
        }
    }

    /// The same street, wired this way.
    func wiring(_ settings: StreetSettings) -> StreetSettings {
        var street = settings
        street.wiring = self == .decoupled ? .decoupled : .coupled
        street.shop.tries = self == .coupled ? 1 : 3
        return street
    }
}
