/// The name of a way between two processes, such as `shop->broker`.
package struct ArrowName: Hashable, Sendable, RawRepresentable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    package static let shopToBroker = ArrowName(rawValue: "shop->broker")
    package static let omsToBroker = ArrowName(rawValue: "oms->broker")
    /// The relay is the loop of the OMS that carries its outbox to the stream.
    package static let relayToBroker = ArrowName(rawValue: "relay->broker")
    package static let functionToBroker = ArrowName(rawValue: "function->broker")
    package static let functionToCourier = ArrowName(rawValue: "function->courier")

    package static func courier(toPartner name: String) -> ArrowName {
        ArrowName(rawValue: "courier->partner-\(name)")
    }
}

/// Where an arrow begins and where it leads.
package struct ArrowPlan: Hashable, Sendable {
    package var name: ArrowName
    /// Where callers connect to instead of the target; port 0 picks a free one.
    package var listener: StreetSettings.Address
    /// Who is really meant.
    package var target: StreetSettings.Address

    package init(name: ArrowName, listener: StreetSettings.Address, target: StreetSettings.Address) {
        self.name = name
        self.listener = listener
        self.target = target
    }
}

/// An arrow that cannot begin where it should.
package struct ArrowUnavailable: Error, CustomStringConvertible {
    package let arrow: ArrowName
    package let address: StreetSettings.Address
    package let reason: String

    package var description: String {
        """
        The arrow \(arrow) cannot listen on \(address.host):\(address.port) (\(reason)). Stop what uses that port, or \
        choose another one, or 0 for any free one.
        """
    }
}
