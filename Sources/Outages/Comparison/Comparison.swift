/// The same day on three streets, side by side.
package struct Comparison: Hashable, Sendable {
    package var run: String
    /// In the order of the columns.
    package var tallies: [WiringTally]
    /// What the audit of the decoupled street said, such as `HELD`.
    package var auditWord: String
    /// Why a street's day was not what it should be, where that is so.
    package var problem: String?

    package init(run: String, tallies: [WiringTally], auditWord: String, problem: String? = nil) {
        self.run = run
        self.tallies = tallies
        self.auditWord = auditWord
        self.problem = problem
    }

    package enum Outcome: Hashable, Sendable {
        /// The queue kept everything, and the outages were felt where there was none.
        case held
        /// The queue did not keep its promise.
        case broken(String)
        /// Nothing was shown.
        case invalid(String)
    }

    package var outcome: Outcome {
        if let problem { return .invalid(problem) }
        for tally in tallies where tally.placed + tally.turnedAway != tally.orders || tally.orders == 0 {
            return .invalid(
                """
                \(tally.contender.title): of \(tally.orders) orders \(tally.placed) were placed and \(tally.turnedAway) \
                turned away, which does not add up
                """)
        }
        guard Set(tallies.map(\.orders)).count == 1 else {
            return .invalid("the three streets did not have the same orders")
        }
        for tally in tallies where tally.contender == .decoupled && !tally.isPerfect {
            return .broken("the street with queue and stream has lost, doubled or withheld something")
        }
        guard auditWord == "HELD" else {
            return .broken("the audit of the street with queue and stream says \(auditWord)")
        }
        for tally in tallies where tally.contender != .decoupled && tally.turnedAway == 0 {
            return .invalid("\(tally.contender.title): no outage was felt, so nothing was shown")
        }
        return .held
    }

    package var word: String {
        switch outcome {
        case .held: "HELD"
        case .broken: "BROKEN"
        case .invalid: "INVALID"
        }
    }

    package var exitStatus: Int32 {
        switch outcome {
        case .held: 0
        case .broken: 1
        case .invalid: 3
        }
    }
}

extension WiringTally {
    /// Every order was placed, is in the books once, and every partner knows it.
    package var isPerfect: Bool {
        placed == orders && turnedAway == 0 && keptThoughTurnedAway == 0 && storedTwice == 0
            && notificationsMissed == 0
    }
}
