import NIOCore

extension Load {
    /// Sends each request when it is due, by whichever connection is free, or as soon as one is.
    ///
    /// - Parameter request: Makes a request from its number, directly before it is sent.
    /// - Returns: All of them, in the order of their numbers.
    func pace(
        _ schedule: Schedule, connections: Int,
        request: @escaping @Sendable (_ number: Int) throws -> ByteBuffer
    ) async throws -> [PacedExchange] {
        try await open(connections) { _ in
            { PacedConnection(schedule: schedule, request: request, done: $0) }
        }
        .outcomes.flatMap(\.self).sorted { $0.number < $1.number }
    }
}
