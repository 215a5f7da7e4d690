import Inspection

/// What an activity asks of `orderflow`, as a value: so that a file that asks for what cannot be is found before it is
/// played, by calling `orderflow`.
package enum ActivityCommand: Hashable, Sendable {
    /// `fault add …`
    case addFault(FaultRequest)
    /// `fault clear NAME`
    case clearFault(String)
    /// `fault clear --all`
    case clearAllFaults
    /// `audit …`
    case audit(AuditQuestion)
    /// `check shop-open …`
    case checkShopOpen(ShopOpenCheck)
    /// `queue stats NAME`: a line of numbers about one queue.
    case queueStats(queue: String)
    /// `dlq redrive --all …`: carries dead letters back to where they came from.
    case redrive(Redrive)
    /// `wait waiting=0 'stored>=100' … --timeout 30s`: until all numbers of the pipeline are so.
    case wait([PipelineCondition], timeout: Duration)
}

/// What an audit is to demand.
package struct AuditQuestion: Hashable, Sendable {
    package var demanded: [Requirement]
    /// That nothing is under way any more.
    package var atRest: Bool
    package var parkedIsFine: Bool

    package init(
        demanded: [Requirement] = Requirement.demandedAlways, atRest: Bool = false, parkedIsFine: Bool = false
    ) {
        self.demanded = demanded
        self.atRest = atRest
        self.parkedIsFine = parkedIsFine
    }
}

/// How open the shop must be.
package struct ShopOpenCheck: Hashable, Sendable {
    /// Acknowledged of all that were tried, 0 to 1.
    package var leastShare: Double
    package var mostAnswerP99: Duration
    /// How far back it looks.
    package var window: Duration

    package init(
        leastShare: Double = 1, mostAnswerP99: Duration = .milliseconds(250), window: Duration = .seconds(5)
    ) {
        self.leastShare = leastShare
        self.mostAnswerP99 = mostAnswerP99
        self.window = window
    }
}
