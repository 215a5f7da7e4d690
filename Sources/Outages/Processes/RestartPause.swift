/// How long a supervisor waits before it starts a process again.
enum RestartPause {
    /// A process that has lived longer than this is not in a crash loop.
    static let settledAfter = Duration.seconds(30)

    /// 0.1 s, doubled with each death in a row, up to 10 s.
    ///
    /// - Parameter deaths: In a row, each soon after the last start; 1 or more.
    static func afterDeaths(_ deaths: Int) -> Duration {
        min(.milliseconds(100) * (1 << min(deaths - 1, 7)), .seconds(10))
    }
}
