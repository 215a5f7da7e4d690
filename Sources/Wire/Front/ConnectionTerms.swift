import Clockwork

/// What all connections of one listener have in common.
struct ConnectionTerms: Sendable {
    let limits: HTTPListener.Limits
    let time: any TimeSource
    let connections: OpenConnections
    let answer: HTTPListener.Answer
}
