/// Which addresses the courier speaks to, so that nobody can make it knock at doors inside the house.
///
/// It is asked about the address to which a connection is about to be made, not about the name that led
/// there. Source of the lists: IANA IPv4 and IPv6 Special-Purpose Address Registries.
package struct AddressGuard: Hashable, Sendable {
    package enum Reach: Hashable, Sendable {
        /// 127.0.0.1 and ::1 only: partners on this very machine.
        case thisMachine
        /// Every public address.
        case world
    }

    /// What kind of door an address is.
    package enum Tier: Hashable, Sendable {
        case open
        /// Inside somebody's network; may be allowed by block.
        case `private`
        /// This machine, metadata services, reserved blocks; may be allowed only by naming the very address.
        case forbidden
    }

    package var reach: Reach
    /// Blocks and single addresses that are allowed beside ``reach``.
    package var allowed: [Network]

    package init(reach: Reach = .thisMachine, allowed: [Network] = []) {
        self.reach = reach
        self.allowed = allowed
    }

    package func permits(_ address: IPAddress) -> Bool {
        let tier = Self.tier(of: address)
        if allowed.contains(where: { $0.contains(address) && (tier != .forbidden || $0.isSingle) }) {
            return true
        }
        switch reach {
        case .thisMachine: return Self.thisMachine.contains { $0.contains(address) }
        case .world: return tier == .open
        }
    }

    package static func tier(of address: IPAddress) -> Tier {
        if let inner = address.innerIPv4 {
            return tier(of: inner)
        }
        if forbidden.contains(where: { $0.contains(address) }) { return .forbidden }
        return `private`.contains { $0.contains(address) } ? .private : .open
    }

    private static let thisMachine: [Network] = ["127.0.0.1", "::1"]

    private static let `private`: [Network] = [
        "10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7",
    ]

    private static let forbidden: [Network] = [
        "0.0.0.0/8", "127.0.0.0/8", "168.63.129.16", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "100::/64", "2001::/23", "2001:db8::/32", "fe80::/10", "fec0::/10", "ff00::/8",
    ]
}
