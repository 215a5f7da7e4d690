import Clockwork
import GRDB

extension Equation {
    /// Reckons the equation alone, without comparing what is inside: for a bar that is always on show.
    ///
    /// - Parameter queueIsHere: False where the queue is another's.
    package init(of ledgers: Ledgers, now: Timestamp, queueIsHere: Bool = true) throws {
        let houses: [[Testimony]] = [
            [.submissions], [.messages], [.orders, .rejections], [.moves, .edits, .discards],
        ]
        let arguments = try Audit.questions(AuditSettings(now: now), to: ledgers)
        // Who decided what is no matter of the equation: the inbox stays empty.
        try ledgers.look { db in
            for testimony in houses.joined() + [.inbox] { try testimony.prepare(in: db) }
        }
        for house in houses { try Testimony.gather(house, from: ledgers, arguments: arguments) }
        self = try ledgers.look { db in
            try LetterDecisions.trace(in: db)
            try VerdictSQL.judge(in: db, queueIsHere: queueIsHere)
            return try Equation(in: db, queueIsHere: queueIsHere)
        }
    }
}
