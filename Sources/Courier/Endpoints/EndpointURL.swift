/// Where an endpoint listens: `http` or `https`, a host, a port, and what follows.
package struct EndpointURL: Hashable, Sendable {
    package let scheme: String
    /// A name or an address; an IPv6 address without its brackets.
    package let host: String
    package let port: Int
    /// Begins with `/`, as written.
    package let path: String
    /// What follows the `?`, as written.
    package let query: String

    /// Nil for a text that is no such URL, and for one with a user, a password or a fragment.
    package init?(_ text: String) {
        guard let mark = text.firstRange(of: "://") else { return nil }
        scheme = text[..<mark.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let rest = text[mark.upperBound...]
        let isPrintable = rest.utf8.allSatisfy {
            (0x21...0x7E).contains($0) && !#""<>\^`{|}#"#.utf8.contains($0)
        }
        guard isPrintable else { return nil }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let target = rest.dropFirst(authority.count).split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = target.first.map { $0.isEmpty ? "/" : String($0) } ?? "/"
        query = target.count == 2 ? String(target[1]) : ""
        guard let (host, port) = Self.hostAndPort(of: authority) else { return nil }
        self.host = host
        self.port = port ?? (scheme == "https" ? 443 : 80)
    }

    private static func hostAndPort(of authority: Substring) -> (String, Int?)? {
        guard !authority.contains("@") else { return nil }
        var host = authority
        var after: Substring = ""
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            after = authority[authority.index(after: end)...]
            guard IPAddress(String(host))?.bytes.count == 16 else { return nil }
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            after = authority[colon...]
        }
        guard !host.isEmpty else { return nil }
        if after.isEmpty { return (String(host), nil) }
        guard after.first == ":", let port = Int(after.dropFirst()), (1...65_535).contains(port) else {
            return nil
        }
        return (String(host), port)
    }

    /// Scheme, host and port.
    package var origin: String { "\(scheme)://\(authority)" }

    /// Host and port, as the `Host` header has them: the port only where it is not the scheme's own.
    package var authority: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return port == (scheme == "https" ? 443 : 80) ? host : "\(host):\(port)"
    }
}

extension EndpointURL: CustomStringConvertible {
    package var description: String { origin + path + (query.isEmpty ? "" : "?\(query)") }
}
