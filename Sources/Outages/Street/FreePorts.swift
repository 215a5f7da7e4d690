#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Ports of this machine that nobody listens on.
package enum FreePorts {
    /// Picks so many different ones. They were free a moment ago, which is all that anyone can say.
    package static func pick(_ count: Int) -> [Int] {
        var descriptors: [Int32] = []
        defer { for descriptor in descriptors { close(descriptor) } }
        return (0..<count).compactMap { _ in
            guard let descriptor = makeSocket() else { return nil }
            descriptors.append(descriptor)  // held until all are picked, so that they differ
            return bind(descriptor, to: 0)
        }
    }

    /// Whether somebody could listen on a port of this machine's loopback now.
    package static func isFree(_ port: Int) -> Bool {
        guard let descriptor = makeSocket() else { return false }
        defer { close(descriptor) }
        // As a listener does: those who have just hung up are not in the way.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        return bind(descriptor, to: port) != nil
    }

    private static func makeSocket() -> Int32? {
        #if canImport(Glibc)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        return descriptor < 0 ? nil : descriptor
    }

    /// - Parameter port: 0 for any. - Returns: The port that it got; nil when it is taken.
    private static func bind(_ descriptor: Int32, to port: Int) -> Int? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bindSocket(descriptor, generic, length) == 0,
                    getsockname(descriptor, generic, &length) == 0
                else {
                    return nil
                }
                return Int(UInt16(bigEndian: pointer.pointee.sin_port))
            }
        }
    }
}

// Inside `FreePorts`, `bind` would mean its own method.
private func bindSocket(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32
{
    bind(descriptor, address, length)
}

extension StreetSettings {
    /// The same street with a free port wherever the settings left the choice to us.
    package func withChosenPorts() -> StreetSettings {
        var street = self
        let door = street.conductor.map { [$0] } ?? []
        let relay = street.arrows.map { [$0.desk] + Array($0.listeners.values) } ?? []
        let open =
            [street.broker, street.oms, street.courier] + street.partners.map(\.address) + door + relay
        var free = FreePorts.pick(open.count { $0.port == 0 }).makeIterator()
        func choose(_ address: inout Address) {
            if address.port == 0 { address.port = free.next() ?? 0 }
        }
        choose(&street.broker)
        choose(&street.oms)
        choose(&street.courier)
        for place in street.partners.indices { choose(&street.partners[place].address) }
        if var conductor = street.conductor {
            choose(&conductor)
            street.conductor = conductor
        }
        if var arrows = street.arrows {
            choose(&arrows.desk)
            for name in arrows.listeners.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
                choose(&arrows.listeners[name, default: StreetSettings.Address(port: 0)])
            }
            street.arrows = arrows
        }
        return street
    }
}
