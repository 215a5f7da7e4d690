import Clockwork
import GRDB

extension Equation {
    /// Reckons the equation alone, without comparing what is inside: for a bar that is always on show.
    package init(of ledgers: Ledgers, now: Timestamp) throws {
        let testimonies = [
            Testimony.submissions, .placesOfMessages, .namesOfOrders, .namesOfRejections,
        ]
        let arguments = try Audit.questions(AuditSettings(now: now), to: ledgers)
        try ledgers.look { db in for testimony in testimonies { try testimony.prepare(in: db) } }
        for testimony in testimonies { try testimony.gather(from: ledgers, arguments: arguments) }
        self = try ledgers.look { db in
            try VerdictSQL.judge(in: db)
            return try Equation(in: db)
        }
    }
}
