import NIOCore
import Synchronization
import Wire

extension Load {
    /// Sends each of these requests once, by whichever connection is free, and waits for all answers.
    ///
    /// - Returns: What it took, and the bodies of the answers in the order of the requests.
    func each(_ requests: [ByteBuffer], connections: Int) async throws -> (LoadResult, [ByteBuffer]) {
        let state = Mutex((next: 0, answers: [ByteBuffer](repeating: ByteBuffer(), count: requests.count)))
        let result = try await run(connections: min(connections, requests.count)) { _ in
            let asked = Mutex(0)
            return { answer in
                asked.withLock { asked in
                    state.withLock { state in
                        if let answer { state.answers[asked] = answer }
                        guard state.next < requests.count else { return nil }
                        asked = state.next
                        state.next += 1
                        return requests[asked]
                    }
                }
            }
        }
        return (result, state.withLock { $0.answers })
    }

    /// Has one operation done.
    func once<Op: Wire.Operation>(_ operation: Op) async throws {
        _ = try await each([try request(operation)], connections: 1)
    }
}
