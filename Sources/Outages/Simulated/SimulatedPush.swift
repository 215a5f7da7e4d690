import Clockwork
import Wire

/// An answer that goes on, from one computer to another, piece by piece.
final class SimulatedPush: @unchecked Sendable {  // lives on its world's thread
    let client: SimulatedHost
    let server: SimulatedHost
    let arrow: FaultArrow?
    /// What makes the next piece.
    var work: Task<Void, Never>?
    /// The fault that has taken a piece, and all behind it.
    var swallowedBy: String?
    /// True once nothing more can come.
    var isOver = false
    private var caller: UnsafeContinuation<WireResponse.Piece, any Error>?

    init(to client: SimulatedHost, from server: SimulatedHost, over arrow: FaultArrow?) {
        self.client = client
        self.server = server
        self.arrow = arrow
    }

    func begin(_ caller: UnsafeContinuation<WireResponse.Piece, any Error>) { self.caller = caller }

    func fail(_ words: String) {
        finish(.failure(TransportError("\(server.name): \(words)", at: .exchange)))
    }

    func finish(_ result: Result<WireResponse.Piece, any Error>) {
        let waiting = caller
        caller = nil
        waiting?.resume(with: result)
    }
}
