import Clockwork
import Synchronization

/// What a shop is asked to do while it sells, to see what comes of it: to sell faster or not at all, and to play
/// pranks.
///
/// Whoever rehearses holds the one end, the till the other. A shop with which nobody rehearses has none.
package final class Rehearsal: Sendable {
    private let state = Mutex(State())

    private struct State {
        var tempo = Tempo()
        var series: [PrankSeries] = []
        var standings: [String: PrankSeries.Standing] = [:]
        var isAttended = false
        var isSoldOut = false
        var bells: [Bell] = []
    }

    package init() {}

    // MARK: For whoever rehearses

    /// Asks for this, and for nothing that was asked for before.
    ///
    /// - Parameters:
    ///   - factor: How many times faster the shop sells, 0 or more: 1 is as ever, 0 not at all.
    ///   - series: A series that goes on under its name keeps the times that it had.
    ///   - now: By uptime.
    package func ask(timesFaster factor: Double, pranks series: [PrankSeries], now: Duration) {
        let bells = state.withLock { state -> [Bell] in
            let wanted = series.map { new in state.series.first { $0.name == new.name } ?? new }
            guard factor != state.tempo.factor || wanted != state.series else { return [] }
            state.tempo.change(to: factor, now: now)
            state.series = wanted
            state.standings = state.standings.filter { name, _ in wanted.contains { $0.name == name } }
            return state.bells
        }
        for bell in bells { bell.ring() }
    }

    /// Whether there is a shop that does as it is asked.
    package var isAttended: Bool { state.withLock(\.isAttended) }

    /// Whether the last customer has been served, so that nothing is left to be sold faster.
    package var isSoldOut: Bool { state.withLock(\.isSoldOut) }

    /// What has come of a series; nil while the shop has not come to it.
    package func standing(of series: String) -> PrankSeries.Standing? {
        state.withLock { $0.standings[series] }
    }

    // MARK: For the shop

    func attend() { state.withLock { $0.isAttended = true } }

    func noteSoldOut() { state.withLock { $0.isSoldOut = true } }

    /// Rings a bell whenever something else is asked for.
    func ring(_ bell: Bell) { state.withLock { $0.bells.append(bell) } }

    var tempo: Tempo { state.withLock(\.tempo) }

    var series: [PrankSeries] { state.withLock(\.series) }

    /// Notes what has come of a series, unless nobody asks for it any more.
    func note(_ standing: PrankSeries.Standing, of series: PrankSeries) {
        state.withLock { state in
            guard state.series.contains(series) else { return }
            state.standings[series.name] = standing
        }
    }
}
