import Clockwork
import Logging

/// Plays the series of pranks that a rehearsal asks for, each prank when it is due.
struct Prankster: Sendable {
    let desk: OrderDesk
    let rehearsal: Rehearsal
    /// What this shop cannot play, and why not.
    let misfits: [Prank.Kind: String]
    let trouble: LedgerTrouble
    let surroundings: Surroundings

    /// - Throws: `DiskError` when the ledger can no longer be trusted.
    func run() async throws {
        let rest = trouble.rest
        rehearsal.ring(rest.bell)
        while !rest.isOver {
            var isUnderWay = false
            for series in rehearsal.series {
                let standing = try await standing(of: series)
                rehearsal.note(standing, of: series)
                if case .sent(let sent) = standing, sent < series.count { isUnderWay = true }
            }
            guard await isUnderWay ? rest.pause(for: Self.lookAgain) : rest.pause() else { return }
        }
    }

    /// Plays what is due, and tells how far it has come.
    private func standing(of series: PrankSeries) async throws -> PrankSeries.Standing {
        if let reason = misfits[series.kind] { return .impossible(reason) }
        return try await trouble.outlast { try await desk.play(series) }
    }

    private static let lookAgain = Duration.milliseconds(20)
}
