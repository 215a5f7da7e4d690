import JSON
import Wire

/// What every door of a conductor has in common: it is for programs on this machine, and for no web page.
///
/// Source: reference page on reliability, "Dashboard and control endpoints".
enum LocalDoor {
    /// Why a request is not let in; nil when it is.
    static func refusal(of request: WireRequest) -> WireResponse? {
        let host = request.headers["host"] ?? ""
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" }.dropFirst() : host.prefix { $0 != ":" }
        guard StreetSettings.Address(host: String(name), port: 0).isLoopback else {
            return words("This is not \(host).", status: 421)
        }
        guard request.headers["origin"] == nil else {
            return words("Web pages have no business here.", status: 403)
        }
        guard request.method != "POST" || request.mediaType == "application/json" else {
            return words("A fault is asked for in application/json.", status: 415)
        }
        return nil
    }

    static func words(_ words: String, status: Int) -> WireResponse {
        json(["error": .string(words)], status: status)
    }

    static func json(_ value: JSONValue, status: Int) -> WireResponse {
        WireResponse(
            status: status, headers: ["content-type": "application/json", "cache-control": "no-store"],
            body: value.bytes)
    }
}
