/// The two questions that whoever looks after a process may ask it, without a signature.
package enum Health {
    /// Answers `GET /health/live` and `GET /health/ready`; nil for any other request.
    ///
    /// - Parameter reason: Why the role cannot do its work now, in words; nil when it can. Peers never count.
    package static func answer(_ request: WireRequest, isReady reason: String?) -> WireResponse? {
        guard request.method == "GET" else { return nil }
        switch request.path {
        case "/health/live":
            return WireResponse(
                status: 200, headers: ["content-type": "text/plain"], body: Array("live\n".utf8))
        case "/health/ready":
            return WireResponse(
                status: reason == nil ? 200 : 503, headers: ["content-type": "text/plain"],
                body: Array("\(reason ?? "ready")\n".utf8))
        default:
            return nil
        }
    }
}
