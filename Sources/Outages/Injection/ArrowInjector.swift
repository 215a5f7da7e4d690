import Clockwork

/// Puts faults on the arrows of the street's relay, and feels them from outside.
struct ArrowInjector: FaultInjector {
    let control: ArrowControl
    let time: any TimeSource

    func isMeant(by fault: FaultRequest) -> Bool {
        if case .arrow = fault.target { true } else { false }
    }

    func inject(_ fault: FaultRequest) async throws -> Injection {
        guard case .arrow(let arrow) = fault.target else {
            throw FaultFailure.impossible("\(fault.target) is no arrow.")
        }
        do {
            let wish = FaultWish(
                try ArrowFault(kind: fault.kind.rawValue, parameters: fault.parameters),
                on: ArrowName(rawValue: arrow.description), for: fault.duration, name: fault.name)
            _ = try await control.add(wish)
            let effectiveAt = time.now
            let proof: String
            do {
                proof = try await control.prove(fault.name)
            } catch {
                try? await control.remove(fault.name)
                throw error
            }
            // It may have ended by itself a moment ago.
            return Injection(proof: proof, effectiveAt: effectiveAt) { try? await control.remove(fault.name) }
        } catch let refusal as ArrowRefusal {
            throw FaultFailure.impossible("\(refusal)")
        } catch let error as ArrowControlError {
            throw FaultFailure.unproven(fault, seen: "\(error)")
        }
    }
}
