import ArgumentParser
import Clockwork
import Inspection

/// Lengths of time as options take them.
enum SpanOption {
    /// - Throws: `ValidationError` for what is none.
    static func parsed(_ text: String) throws -> Duration {
        guard let span = TimeSpan.parsed(text) else {
            throw ValidationError("\(text) is no length of time. Write 500ms, 20s or 5m.")
        }
        return span
    }
}

/// Which part of the day to look at.
struct WindowOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long the window is that ends now, or at --until: 500ms, 5s, 2m.", valueName: "span"),
        transform: SpanOption.parsed)
    var window: Duration?
    @Option(help: ArgumentHelp("Begin there instead: 10m (ago), or a time in UTC.", valueName: "time"))
    var since: String?
    @Option(help: ArgumentHelp("End there. Default: now.", valueName: "time")) var until: String?

    func validate() throws {
        if window != nil, since != nil {
            throw ValidationError("--window and --since exclude each other.")
        }
    }

    /// - Parameter usual: The window's length unless it is told.
    /// - Throws: `ValidationError` for what is no time, or an end before the beginning.
    func bounds(now: Timestamp, usually usual: Duration) throws -> (from: Timestamp, to: Timestamp) {
        let end = try moment(until, "--until", now)?.end ?? now
        let start = try moment(since, "--since", now)?.start ?? end - (window ?? usual)
        guard start < end else { throw ValidationError("The window ends at \(end), before it begins.") }
        return (start, end)
    }

    private func moment(_ text: String?, _ option: String, _ now: Timestamp) throws -> Moment? {
        guard let text else { return nil }
        guard let moment = Moment(text, now: now) else {
            throw ValidationError(
                "\(option) \(text) is no time. Write 10m, 2010-12-01 or 2010-12-01T08:26:00Z.")
        }
        return moment
    }
}
