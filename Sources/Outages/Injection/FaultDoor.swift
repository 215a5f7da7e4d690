import Clockwork
import JSON
import Wire

/// Answers those who break things on a street: JSON over HTTP, on loopback.
///
/// - `GET /faults` tells all that is in effect.
/// - `POST /faults` with `{"words": ["oms", "kill", "--for", "20s"]}`, as behind `orderflow fault add`, brings a fault
///   about; answers 201 once it has been seen to be in effect.
/// - `DELETE /faults/NAME` ends one, `DELETE /faults` all; both answer 204.
///
/// A request that a web page could have made is refused: by its `Host`, its `Origin`, or its content type.
package struct FaultDoor: Sendable {
    private let desk: FaultDesk

    package init(to desk: FaultDesk) {
        self.desk = desk
    }

    package func answer(_ request: WireRequest) async -> WireResponse {
        if let refusal = LocalDoor.refusal(of: request) { return refusal }
        do {
            return try await answerKnown(request)
        } catch let mistakes as WordMistakes {
            return LocalDoor.words("\(mistakes)", status: 400)
        } catch let failure as FaultFailure {
            return LocalDoor.words("\(failure)", status: failure.status)
        } catch let error as JSONError {
            return LocalDoor.words("\(error)", status: 400)
        } catch {
            return LocalDoor.words("The fault could not be brought about: \(error)", status: 503)
        }
    }

    private func answerKnown(_ request: WireRequest) async throws -> WireResponse {
        switch (request.method, request.path) {
        case ("GET", "/faults"):
            return LocalDoor.json(["faults": .array(await desk.active.map(\.json))], status: 200)
        case ("POST", "/faults"):
            let body = try JSONValue(parsing: request.body, depth: 4, width: 8)
            guard let words = body["words"]?.array?.compactMap(\.string) else {
                return LocalDoor.words("Tell \"words\", a list of texts as behind `fault add`.", status: 400)
            }
            return LocalDoor.json(try await desk.add(FaultRequest(words: words)).json, status: 201)
        case ("DELETE", "/faults"):
            await desk.clearAll()
            return WireResponse(status: 204)
        case ("DELETE", let path) where path.hasPrefix("/faults/"):
            try await desk.clear(String(path.dropFirst("/faults/".count)))
            return WireResponse(status: 204)
        case (_, "/faults"):
            return LocalDoor.words("Here is GET, POST and DELETE /faults.", status: 405)
        default:
            return LocalDoor.words("Nothing is here. Faults are at /faults.", status: 404)
        }
    }
}

extension FaultFailure {
    fileprivate var status: Int {
        switch self {
        case .unknownName: 404
        case .nameTaken: 409
        case .impossible: 400
        case .unproven: 424
        }
    }
}

extension FaultDesk.Standing {
    package var json: JSONValue {
        var parameters = JSONObject()
        for (name, value) in fault.parameters.sorted(by: { $0.key < $1.key }) {
            parameters[name] = .string(value)
        }
        return [
            "name": .string(fault.name), "target": .string(fault.target.description),
            "kind": .string(fault.kind.rawValue), "parameters": .object(parameters),
            "requested_at": .string(requestedAt.description),
            "effective_at": .string(effectiveAt.description), "ends_at": .string(endsAt.description),
            "proof": .string(proof),
        ]
    }
}
