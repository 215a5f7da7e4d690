import Synchronization
import Wire

/// Answers as it was told to, one step after the other.
final class Script: Transport {
    struct Step: Sendable {
        let answer: @Sendable (WireRequest) throws -> WireResponse
    }

    let endpoint = "http://127.0.0.1:4566"
    private let state = Mutex(State())

    private struct State {
        var steps: [Step] = []
        var requests: [WireRequest] = []
        var timeouts: [Duration] = []
    }

    var requests: [WireRequest] { state.withLock(\.requests) }
    var timeouts: [Duration] { state.withLock(\.timeouts) }

    func next(_ answer: @escaping @Sendable (WireRequest) throws -> WireResponse) {
        state.withLock { $0.steps.append(Step(answer: answer)) }
    }

    func clear() { state.withLock { $0.steps = [] } }

    func send(_ request: WireRequest, timeout: Duration) async throws -> WireResponse {
        let step = state.withLock { state in
            state.requests.append(request)
            state.timeouts.append(timeout)
            return state.steps.isEmpty ? nil : state.steps.removeFirst()
        }
        guard let step else { throw TransportError("the script has ended") }
        return try step.answer(request)
    }
}
