/// An output of many parts that are all alike, and so writes itself: by way of `Codable` each part would cost more than
/// its bytes do.
protocol SelfWriting: Encodable {
    func write(on page: Page) throws
}

/// Writes the members of one map, each by its name on the wire.
struct MemberPen {
    private let page: Page
    private let end: UInt8
    private var isFirst = true

    /// Begins a map.
    init(on page: Page) {
        self.page = page
        end = page.openMap()
    }

    /// Writes the name of the member whose value comes next.
    mutating func name(_ name: StaticString) {
        if !isFirst { page.part() }
        isFirst = false
        page.name(name)
    }

    /// Writes a member; one without a value is left out.
    mutating func write(_ value: (some Encodable)?, as name: StaticString) throws {
        guard let value else { return }
        self.name(name)
        try page.write(value)
    }

    /// Ends the map.
    func close() { page.close(end) }
}
