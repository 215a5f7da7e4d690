import Clockwork

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension Tripwire {
    /// Does to this process what is to be done.
    ///
    /// - Parameter end: When the fault is over, from now.
    /// - Returns: How long whoever passes is held up; nil for not at all.
    /// - Throws: ``ProvokedError``.
    func strike(until end: Duration) throws -> Duration? {
        switch deed {
        case .crash:
            kill(getpid(), SIGKILL)
            while true { pause() }  // the signal may take a moment
        case .error: throw ProvokedError(place: place)
        case .sleep(let span): return span
        case .freeze:
            Self.freeze(for: end)
            return nil
        }
    }

    /// Stands still, and is woken by a small process of its own: who stands still cannot wake himself.
    private static func freeze(for span: Duration) {
        let seconds = Double(max(1, span.milliseconds)) / 1_000
        let script = "sleep \(seconds); kill -CONT \(getpid())"
        let arguments = words(["/bin/sh", "-c", script])
        let surroundings = words(["PATH=/usr/bin:/bin"])
        defer { for text in arguments + surroundings { free(text) } }
        var waker = pid_t()
        guard posix_spawn(&waker, "/bin/sh", nil, nil, arguments, surroundings) == 0 else { return }
        kill(getpid(), SIGSTOP)
        var status: Int32 = 0
        waitpid(waker, &status, 0)  // which also holds this thread, should the signal be late
    }

    /// Texts as a new process takes them; to be freed.
    private static func words(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { strdup($0) } + [nil]
    }
}
