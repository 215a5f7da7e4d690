import JSON
import Wire

/// Asks at the door of another process of this machine, in JSON: the other side of ``LocalDoor``.
struct LocalCaller: Sendable {
    let transport: NetworkTransport
    /// How long an answer may take.
    let patience: Duration

    /// What was not done, in the words of whoever would not do it.
    struct Refusal: Error {
        let status: Int
        let words: String
    }

    /// - Returns: Null for an answer without a body; nil for one that is no JSON.
    /// - Throws: ``Refusal``, or `TransportError` when nobody answers.
    func ask(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue? {
        let answer = try await transport.send(
            WireRequest(
                method: method, path: path, headers: body == nil ? [:] : ["content-type": "application/json"],
                body: body?.bytes ?? []),
            timeout: patience)
        let told = answer.body.isEmpty ? .null : try? JSONValue(parsing: answer.body)
        guard (200..<300).contains(answer.status) else {
            throw Refusal(status: answer.status, words: told?["error"]?.string ?? "It did not say why.")
        }
        return told
    }
}
