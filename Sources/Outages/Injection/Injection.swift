import Clockwork

/// A fault that has taken effect: how we know, and what undoes it.
struct Injection: Sendable {
    /// In words, such as "process 4711 gone after 3 ms".
    let proof: String
    /// When it took effect, where the proof took some time after that; nil where it has just done so.
    let effectiveAt: Timestamp?
    /// Ends it. Where it ends by itself this makes sure that it has; called once.
    let undo: @Sendable () async -> Void

    init(proof: String, effectiveAt: Timestamp? = nil, undo: @escaping @Sendable () async -> Void = {}) {
        self.proof = proof
        self.effectiveAt = effectiveAt
        self.undo = undo
    }
}

/// Whoever can bring about some kinds of fault on a street of real processes.
protocol FaultInjector: Sendable {
    /// Whether this is for him.
    func isMeant(by fault: FaultRequest) -> Bool

    /// Brings it about. When this returns the fault is in effect.
    ///
    /// - Throws: ``FaultFailure``; then nothing of it is in effect.
    func inject(_ fault: FaultRequest) async throws -> Injection
}

/// A fault that is not in effect, and why.
package enum FaultFailure: Error, Hashable, Sendable {
    case nameTaken(String)
    case unknownName(String, known: [String])
    /// The street has no such process, or nobody can do this to it.
    case impossible(String)
    /// It was asked for, and what should have been seen within 2 s was not.
    case unproven(FaultRequest, seen: String)
}

extension FaultFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .nameTaken(let name):
            "A fault named \(name) is in effect already. Clear it first, or give this one another --name."
        case .unknownName(let name, let known):
            known.isEmpty
                ? "No fault is in effect, so none named \(name) can be cleared."
                : "No fault named \(name) is in effect. There is \(known.joined(separator: ", "))."
        case .impossible(let words): words
        case .unproven(let fault, let seen): "\(fault.target) \(fault.kind.rawValue) has no effect: \(seen)."
        }
    }
}
