/// A clock whose wall time never jumps: the wall time of its making, and what has passed since by ``TimeSource/uptime``.
///
/// For moments that are written down and waited for: a wall clock that is set in the meantime moves none of them.
package struct SteadyTime: TimeSource {
    private let base: any TimeSource
    private let beginning: Timestamp
    private let uptimeAtBeginning: Duration

    package init(_ base: any TimeSource) {
        self.base = base
        beginning = base.now
        uptimeAtBeginning = base.uptime
    }

    package var now: Timestamp { beginning + (base.uptime - uptimeAtBeginning) }
    package var uptime: Duration { base.uptime }
    package func sleep(for span: Duration) async throws { try await base.sleep(for: span) }
}
