/// A request as it crosses the wire, whatever carries it.
public struct WireRequest: Sendable {
    public var method: String
    /// The path as sent, still percent-encoded, without the query.
    public var path: String
    /// What follows the `?`, as sent; empty where there is none.
    public var query: String
    public var headers: WireHeaders
    public var body: [UInt8]

    public init(
        method: String = "POST", path: String = "/", query: String = "", headers: WireHeaders = [:],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The content type without its parameters; empty where none is told.
    package var mediaType: String {
        guard let told = headers["content-type"] else { return "" }
        let bytes = told.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        return bytes.count == told.utf8.count ? told : String(Substring(bytes))
    }
}

/// An answer as it crosses the wire.
public struct WireResponse: Sendable {
    public var status: Int
    public var headers: WireHeaders
    public var body: [UInt8]
    /// What comes behind the body; nil where the body is all there is.
    public var rest: Rest?

    public init(status: Int, headers: WireHeaders = [:], body: [UInt8] = [], rest: Rest? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
        self.rest = rest
    }

    /// Gives the next piece as soon as there is one; asked again only when the caller has taken it, and never behind the
    /// last. Whoever throws here has the connection cut.
    public typealias Rest = @Sendable () async throws -> Piece

    /// A part of an answer that is sent at once.
    public struct Piece: Sendable {
        public var bytes: [UInt8]
        public var isLast: Bool

        public init(_ bytes: [UInt8], isLast: Bool = false) {
            self.bytes = bytes
            self.isLast = isLast
        }
    }
}

/// Header fields in the order in which they came; names in lower case.
public struct WireHeaders: Sendable, ExpressibleByDictionaryLiteral {
    public private(set) var fields: [(name: String, value: String)]

    public init(dictionaryLiteral fields: (String, String)...) {
        self.fields = fields.map { ($0.lowercased(), $1) }
    }

    /// - Precondition: Names are in lower case already.
    public init(lowercased fields: [(name: String, value: String)]) {
        self.fields = fields
    }

    /// The first value of a field; setting replaces every one of them.
    public subscript(name: String) -> String? {
        get { fields.first { $0.name == name }?.value }
        set {
            fields.removeAll { $0.name == name }
            if let newValue { fields.append((name, newValue)) }
        }
    }

    /// Appends a field even where one of this name stands already.
    public mutating func append(_ name: String, _ value: String) {
        fields.append((name, value))
    }

    /// How often a field stands there.
    public func count(of name: String) -> Int {
        fields.lazy.filter { $0.name == name }.count
    }
}
