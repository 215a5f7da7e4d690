import JSON
import Synchronization

/// The events of an answer that goes on, one after the other.
final class EventReader<Event: Decodable>: Sendable {
    private let rest: WireResponse.Rest?
    private let state: Mutex<State>

    private struct State {
        var frames = EventFrames()
        var isOver: Bool
    }

    init(_ response: WireResponse) {
        rest = response.rest
        var state = State(isOver: response.rest == nil)
        state.frames.take(response.body)
        self.state = Mutex(state)
    }

    /// The next event; nil when the server has ended the stream.
    ///
    /// - Throws: ``ClientError/refused(_:)`` for an error that the server tells in the stream,
    ///   ``ClientError/unknown(reason:)`` when it breaks off; `CancellationError`.
    func next() async throws -> Event? {
        while true {
            do {
                if let frame = try state.withLock({ try $0.frames.next() }) {
                    if let event = try event(in: frame) { return event }
                    continue
                }
                guard let rest, !state.withLock(\.isOver) else {
                    guard state.withLock(\.frames.heldBytes) == 0 else { throw EventStreamError.malformed }
                    return nil
                }
                let piece = try await rest()
                state.withLock { state in
                    state.frames.take(piece.bytes)
                    state.isOver = piece.isLast
                }
            } catch let error where !(error is ClientError || error is CancellationError) {
                throw ClientError.unknown(reason: "the stream of events broke off: \(error)")
            }
        }
    }

    /// What a frame says; nil for one that says nothing to us.
    private func event(in frame: EventFrame) throws -> Event? {
        let payload = try JSONValue(parsing: frame.payload)
        switch (frame[":message-type"], frame[":event-type"]) {
        case ("event", "initial-response"): return nil
        case ("event", _): return try AWSJSONDecoder.decode(Event.self, from: payload)
        case (let kind, _):
            let type = frame[":exception-type"] ?? frame[":error-code"] ?? kind ?? "no kind"
            let message = payload["message"]?.string ?? frame[":error-message"]
            throw ClientError.refused(WireError(type, message))
        }
    }
}
