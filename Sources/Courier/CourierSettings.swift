/// What a courier is told before it begins.
package struct CourierSettings: Sendable {
    /// One or more, each with a name of its own.
    package var endpoints: [Endpoint]

    package init(endpoints: [Endpoint]) {
        self.endpoints = endpoints
    }

    /// Makes sure that a courier can work with this.
    func check() throws(CourierSettingsError) {
        guard !endpoints.isEmpty else {
            throw CourierSettingsError("The courier has no partners. Name at least one.")
        }
        var names: Set<String> = []
        for endpoint in endpoints {
            if let fault = endpoint.fault {
                throw CourierSettingsError("Partner \"\(endpoint.name)\" \(fault)")
            }
            guard names.insert(endpoint.name).inserted else {
                throw CourierSettingsError(
                    "Two partners are called \"\(endpoint.name)\". Give each a name of its own.")
            }
        }
    }
}

/// Settings that cannot be worked with, in words for the person who wrote them.
package struct CourierSettingsError: Error, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
