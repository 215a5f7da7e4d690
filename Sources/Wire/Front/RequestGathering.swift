import NIOCore
import NIOHTTP1

/// Puts a request together from its parts, within a listener's limits, whichever version of HTTP carries it.
struct RequestGathering {
    private let limits: HTTPListener.Limits
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(within limits: HTTPListener.Limits) {
        self.limits = limits
    }

    enum Finding {
        /// There is more to come.
        case more
        /// More comes once the caller has been told that he may send it.
        case wantsToBeAsked
        case refused(HTTPResponseStatus)
        case whole(HTTPRequestHead, body: [UInt8])
    }

    /// Whether a head has come, and its request's end has not.
    var hasBegun: Bool { head != nil }

    mutating func take(_ part: HTTPServerRequestPart) -> Finding {
        switch part {
        case .head(let head):
            return begin(head)
        case .body(let part):
            guard head != nil else { return .more }
            guard body.count + part.readableBytes <= limits.bodyBytes else {
                return .refused(.payloadTooLarge)
            }
            body.append(contentsOf: part.readableBytesView)
            return .more
        case .end:
            guard let head else { return .more }
            defer { forget() }
            return .whole(head, body: body)
        }
    }

    /// Forgets what has come of a request; what still comes of it is passed over.
    mutating func forget() {
        head = nil
        body = []
    }

    private mutating func begin(_ head: HTTPRequestHead) -> Finding {
        let announced = head.headers.first(name: "content-length").flatMap(Int.init)
        if let announced, announced > limits.bodyBytes { return .refused(.payloadTooLarge) }
        if head.headers["content-encoding"].contains(where: { $0.lowercased() != "identity" }) {
            return .refused(.unsupportedMediaType)
        }
        self.head = head
        body = []
        if let announced { body.reserveCapacity(min(announced, 1 << 20)) }
        return head.headers.first(name: "expect")?.lowercased() == "100-continue" ? .wantsToBeAsked : .more
    }
}

extension WireRequest {
    init(_ head: HTTPRequestHead, body: [UInt8]) {
        let uri = head.uri.utf8
        let path = uri.prefix { $0 != UInt8(ascii: "?") }
        let headers = head.headers.map { (name: $0.name.inLowerCase, value: $0.value) }
        self.init(
            method: head.method.rawValue,
            path: path.isEmpty ? "/" : path.count == uri.count ? head.uri : String(Substring(path)),
            query: path.count == uri.count ? "" : String(Substring(uri.dropFirst(path.count + 1))),
            headers: WireHeaders(lowercased: headers), body: body)
    }
}

extension String {
    /// This text in lower case; most senders write it so, and then it is the same one.
    fileprivate var inLowerCase: String {
        utf8.contains { $0 & 0x80 != 0 || (0x41...0x5A).contains($0) } ? lowercased() : self
    }
}
