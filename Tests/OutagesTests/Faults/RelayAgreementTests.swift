import Outages
import Testing

/// Two readers of the same words.
@Suite struct `The fault relay` {
    /// What the catalogue takes, the relay must know what to do with.
    @Test(arguments: FaultKind.allCases.filter { $0.layer == .arrow || $0.layer == .http })
    func `takes what the catalogue takes`(kind: FaultKind) throws {
        let parameters = FaultCatalogue.parameters(of: kind)
        let needed = parameters.filter { $0.unsaid == .mustBeSaid }
        for chosen in [needed, parameters] {
            for end in [\FaultParameter.lowest, \.highest] {
                let said = Dictionary(uniqueKeysWithValues: chosen.map { ($0.name, $0[keyPath: end]) })

                let fault = try ArrowFault(kind: kind.rawValue, parameters: said)

                #expect(fault.kind == kind.rawValue)
            }
        }
    }

    @Test func `knows the faults of arrows that the catalogue knows, and no others`() {
        #expect(
            Set(ArrowFault.kinds)
                == Set(FaultKind.allCases.filter { $0.layer == .arrow || $0.layer == .http }.map(\.rawValue)))
    }
}
