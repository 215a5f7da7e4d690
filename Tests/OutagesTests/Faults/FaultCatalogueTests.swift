import Inspection
import Outages
import Testing

@Suite struct `The catalogue of faults` {
    @Test(arguments: FaultKind.allCases)
    func `knows for each what it means, where it fits and what can be said about it`(kind: FaultKind) {
        #expect(FaultCatalogue.meaning(of: kind).hasSuffix("."))
        #expect(FaultTarget.examples.contains { kind.fits($0) })
        let names = FaultCatalogue.parameters(of: kind).map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test(arguments: FaultKind.allCases)
    func `has defaults that it takes itself`(kind: FaultKind) throws {
        let values = FaultCatalogue.parameters(of: kind).map { ($0.name, $0.fallback ?? $0.lowest) }
        let said = Dictionary(uniqueKeysWithValues: values)

        let faults = FaultTarget.examples.compactMap {
            try? FaultRequest(target: $0, kind: kind, parameters: said)
        }

        let fault = try #require(faults.first)
        #expect(fault.parameters == said)
        #expect(try FaultRequest(words: fault.words) == fault)
    }

    @Test(arguments: FaultTarget.examples)
    func `writes a target as it reads it`(target: FaultTarget) {
        #expect(FaultTarget(target.description) == target)
    }

    @Test(arguments: [
        "", "oms#", "oms#x", "oms#65", "partner-", "partner-a b", "courier->oms", ".clock", "oms clock",
    ])
    func `knows no such target`(text: String) {
        #expect(FaultTarget(text) == nil)
    }

    @Test(arguments: FaultCatalogue.crashPoints)
    func `knows whose code each crash point lies in`(point: String) throws {
        let role = FaultCatalogue.role(ofCrashPoint: point)

        #expect(throws: Never.self) { try FaultRequest(words: [role, "crash-at", "point=\(point)"]) }
    }
}

@Suite struct `A length of time` {
    @Test(
        arguments: [
            ("500ms", .milliseconds(500)), ("20s", .seconds(20)), ("5m", .seconds(300)),
            ("2h", .seconds(7_200)),
            ("90s", .seconds(90)), ("1500ms", .milliseconds(1_500)), ("0s", .zero),
        ] as [(String, Duration)])
    func `is written as it is read`(word: String, span: Duration) {
        #expect(TimeSpan.parsed(word) == span)
        #expect(TimeSpan.word(for: span) == word)
    }

    @Test(
        arguments: [("-2h", .seconds(-7_200)), ("30s", .seconds(30)), ("--1s", nil), ("-", nil)]
            as [(String, Duration?)])
    func `goes backwards with a minus, where that is wanted`(word: String, span: Duration?) {
        #expect(TimeSpan.signed(word) == span)
        #expect(!word.hasPrefix("-") || TimeSpan.parsed(word) == nil)
    }
}

extension FaultTarget {
    /// At least one of each sort.
    static let examples: [FaultTarget] = [
        .process(StreetProcess("oms")), .process(StreetProcess("oms", number: 2)),
        .process(StreetProcess("broker")),
        .process(StreetProcess("shop")), .process(StreetProcess("partner-crm")), .everyProcess,
        .arrow(.shopToBroker), .arrow(.omsToBroker), .arrow(.relayToBroker), .arrow(.functionToBroker),
        .arrow(.functionToCourier), .arrow(.courierToPartner("crm")), .orderDatabase, .orderQueue,
        .clock(of: StreetProcess("oms")),
    ]
}

extension FaultParameter {
    var lowest: String { ends.0 }
    var highest: String { ends.1 }

    private var ends: (String, String) {
        switch form {
        case .integer(let range, _): ("\(range.lowerBound)", "\(range.upperBound)")
        case .number(let range, _): ("\(range.lowerBound)", "\(range.upperBound)")
        case .span(let range): (TimeSpan.word(for: range.lowerBound), TimeSpan.word(for: range.upperBound))
        case .offset(let limit): ("-\(TimeSpan.word(for: limit))", TimeSpan.word(for: limit))
        case .choice(let choices): (choices.first ?? "", choices.last ?? "")
        }
    }
}
