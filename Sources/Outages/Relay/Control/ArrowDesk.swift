import JSON
import Wire

/// Answers those who put faults on arrows and take them off: JSON over HTTP, on loopback.
///
/// - `GET /arrows` tells every arrow with its faults and counters.
/// - `POST /arrows/faults` puts a fault on an arrow: `{"arrow": "shop->broker", "kind": "latency", "parameters":
///   {"ms": "200"}, "for_ms": 20000, "name": "slow"}`; answers 201 once it is in effect.
/// - `DELETE /arrows/faults/NAME` takes one off, `DELETE /arrows/faults` all of them; both answer 204.
///
/// A request that a web page could have made is refused: by its `Host`, its `Origin`, or its content type.
package struct ArrowDesk: Sendable {
    private let relay: ArrowRelay

    package init(of relay: ArrowRelay) {
        self.relay = relay
    }

    package func answer(_ request: WireRequest) async -> WireResponse {
        if let refusal = LocalDoor.refusal(of: request) { return refusal }
        do {
            return try await answerKnown(request)
        } catch let refusal as ArrowRefusal {
            return LocalDoor.words("\(refusal)", status: refusal.status)
        } catch let error as WishUnreadable {
            return LocalDoor.words("\(error)", status: 400)
        } catch let error as JSONError {
            return LocalDoor.words("\(error)", status: 400)
        } catch {
            return LocalDoor.words("The relay could not do it: \(error)", status: 503)
        }
    }

    private func answerKnown(_ request: WireRequest) async throws -> WireResponse {
        let faults = "/arrows/faults"
        switch (request.method, request.path) {
        case ("GET", "/arrows"):
            return LocalDoor.json(["arrows": .array(try await relay.arrows().map(\.json))], status: 200)
        case ("POST", faults):
            let wish = try FaultWish(try JSONValue(parsing: request.body, depth: 8, width: 32))
            return LocalDoor.json(try await relay.add(wish).json, status: 201)
        case ("DELETE", faults):
            try await relay.removeAll()
            return WireResponse(status: 204)
        case ("DELETE", let path) where path.hasPrefix(faults + "/"):
            try await relay.remove(String(path.dropFirst(faults.count + 1)))
            return WireResponse(status: 204)
        case (_, "/arrows"), (_, faults):
            return LocalDoor.words("Here is GET /arrows, and POST and DELETE /arrows/faults.", status: 405)
        default:
            return LocalDoor.words("Nothing is here. Arrows are at /arrows.", status: 404)
        }
    }
}

extension ArrowRefusal {
    fileprivate var status: Int {
        switch self {
        case .unknownArrow, .unknownName: 404
        case .nameTaken: 409
        default: 400
        }
    }
}
