import AsyncHTTPClient
import Clockwork
import Logging

/// Plays the same day, with the same orders and the same outages, on three streets one after the other, and compares what
/// they leave behind.
///
/// The outages are those of the ``DemoStory``. What the courier suffers on a street with queue and stream, the OMS suffers
/// on a coupled one, for there it is the OMS who tells the partners.
package struct ComparisonDirector: Sendable {
    private let settings: StreetSettings
    private let story: DemoStory
    private let directory: RunDirectory
    private let program: String
    private let http: HTTPClient
    private let tell: @Sendable (Contender, Journal.Event) -> Void
    private let surroundings: Surroundings
    private let logger: Logger

    /// - Parameters:
    ///   - directory: Each street gets a directory of its own in it, named after its wiring.
    ///   - program: The path of our own program.
    ///   - tell: Told what happens on which street.
    package init(
        _ story: DemoStory, on settings: StreetSettings, in directory: RunDirectory, program: String,
        http: HTTPClient, surroundings: Surroundings, logger: Logger,
        tell: @escaping @Sendable (Contender, Journal.Event) -> Void
    ) {
        self.settings = settings
        self.story = story
        self.directory = directory
        self.program = program
        self.http = http
        self.tell = tell
        self.surroundings = surroundings
        self.logger = logger
    }

    /// Plays it all, and writes the comparison into the directory.
    ///
    /// - Throws: ``StreetFault`` when a street does not open; `CancellationError` when interrupted.
    package func play() async throws -> Comparison {
        var comparison = Comparison(run: directory.name, tallies: [], auditWord: "")
        for contender in Contender.allCases {
            let place = RunDirectory("\(directory.path)/\(contender.rawValue)")
            let director = try director(of: contender, in: place)
            let problem: String?
            switch contender {
            case .coupled, .coupledWithRetry: problem = try await director.playUnaudited()
            case .decoupled:
                let verdict = try await director.play()
                comparison.auditWord = verdict.word
                problem = verdict.invalid
            }
            if let problem { comparison.problem = "\(contender.title): \(problem)" }
            comparison.tallies.append(try WiringTally(of: contender, in: place.path))
        }
        try directory.write(comparison.json, to: "\(directory.path)/comparison.json")
        return comparison
    }

    private func director(of contender: Contender, in place: RunDirectory) throws -> DemoDirector {
        let street = try Street(
            contender.wiring(settings), in: place, program: program, surroundings: surroundings,
            logger: logger, http: http)
        return DemoDirector(
            street: street, plot: DemoPlot(story, surroundings: surroundings), title: contender.title,
            run: directory.name,
            screen: EventsOnly { [tell] in tell(contender, $0) }, surroundings: surroundings)
    }
}

/// A screen for those who want to know what happens, and will see the numbers in the end.
private struct EventsOnly: DemoScreen {
    let say: @Sendable (Journal.Event) -> Void

    func show(_ frame: DemoFrame) {}
    func tell(_ event: Journal.Event) { say(event) }
    func conclude(_ verdict: DemoVerdict) {}
}
