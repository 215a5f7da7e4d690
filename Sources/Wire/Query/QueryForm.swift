/// What a form says: names with dots, each with a value, as they came in a body or behind a `?`.
///
/// Source: WHATWG URL Standard, `application/x-www-form-urlencoded`.
struct QueryForm {
    /// One step of the names: what stands under it, and what it says itself.
    struct Node {
        fileprivate(set) var value: String?
        fileprivate(set) var children: [String: Node] = [:]

        subscript(name: String) -> Node? { children[name] }

        /// What stands under whole numbers, in their order.
        var items: [Node] {
            children.compactMap { name, node in Int(name).map { ($0, node) } }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private(set) var root = Node()

    static let mediaType = "application/x-www-form-urlencoded"

    /// - Returns: Nil for a request that holds no form.
    /// - Throws: For one that says more than any caller could mean.
    init?(of request: WireRequest) throws(WireError) {
        let isPosted = request.method == "POST" && request.mediaType == Self.mediaType
        guard isPosted || (request.method == "GET" && !request.query.isEmpty) else { return nil }
        try read(request.query.utf8)
        if isPosted { try read(request.body) }
    }

    /// The value of a name without dots.
    subscript(name: String) -> String? { root[name]?.value }

    private mutating func read(_ text: some Collection<UInt8>) throws(WireError) {
        let fields = text.split(separator: UInt8(ascii: "&"))
        guard fields.count <= Self.mostFields else { throw Self.tooMuch("\(fields.count) fields") }
        for field in fields {
            let halves = field.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let path = Self.decode(halves[0]).split(separator: ".", omittingEmptySubsequences: false)
            guard path.count <= Self.mostSteps else { throw Self.tooMuch("\(path.count) names in one") }
            Self.put(halves.count > 1 ? Self.decode(halves[1]) : "", at: path[...], in: &root)
        }
    }

    private static func put(_ value: String, at path: ArraySlice<Substring>, in node: inout Node) {
        guard let step = path.first else { return node.value = value }
        put(value, at: path.dropFirst(), in: &node.children[String(step), default: Node()])
    }

    private static func decode(_ text: some Collection<UInt8>) -> String {
        let spaced = text.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
        return String(decoding: PercentEncoding.decode(spaced), as: UTF8.self)
    }

    /// Ten entries of a batch with ten attributes each have 330.
    private static let mostFields = 2_000
    private static let mostSteps = 8

    private static func tooMuch(_ what: String) -> WireError {
        WireError(
            "MalformedInput",
            "A form may not have \(what): up to \(mostFields) fields with \(mostSteps) names each.")
    }
}
