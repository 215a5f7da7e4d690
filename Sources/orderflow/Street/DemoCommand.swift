import ArgumentParser
import Clockwork
import Outages
import Shop

/// `orderflow demo`: a trading day, broken on stage, with a verdict.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Play a trading day through outages on real processes, and prove that nothing was lost.",
        discussion: """
            Shop, queue, OMS, stream, function, courier and three partners run as processes of their own. While the shop \
            sells, the OMS is killed, a partner goes down and the courier is killed; then the ledgers of all of them are \
            audited. Everything is kept in a directory under runs/.

            With --compare the same day, in 20 seconds, is played three times, one street after the other: with a shop that \
            calls the OMS and an OMS that calls the partners, each waiting for the other; the same with a shop that tries \
            three times; and through queue and stream. A table says what the outages came to on each.

            Exits with 0 when everything held, 1 when something was lost, doubled or altered, 2 for wrong usage, 3 when the \
            demo or an outage did not work and so nothing was proven, 130 when interrupted. With --compare, 0 means that \
            queue and stream kept everything and that the coupled shops turned customers away.
            """)

    @Option(
        help: ArgumentHelp(
            "A day of UCI Online Retail to replay instead of the house day; may be given several times.",
            valueName: "file"))
    var replay: [String] = []
    @Flag(help: "Play the day in 20 seconds on three streets, two of them without queue and stream.")
    var compare = false
    @OptionGroup var stage: StageOptions

    func run() async throws {
        let story = DemoStory(scale: stage.ci || compare ? 1.0 / 3 : 1)
        var settings = try await stage.settings()
        settings.shop.seed = stage.seed
        settings.shop.prankScale = story.scale
        let (day, span) = try day(&settings)
        let speed = max(1, span / story.length)
        settings.shop.pace = .replay(speed: speed)
        let title = "\(day) replayed x\(Int(speed))"
        if compare {
            try await stage.compare(story, on: settings, title: title)
        } else {
            try await stage.play(on: settings, as: "demo", title: title) {
                DemoPlot(story, surroundings: $1)
            }
        }
    }

    /// Chooses what the shop sells. - Returns: What the day is called, and how long it was.
    private func day(_ settings: inout StreetSettings) throws -> (String, Duration) {
        guard !replay.isEmpty else {
            settings.shop.source = .houseDay
            return ("the house day", HouseDay.day.span)
        }
        do {
            let day = try OnlineRetail(files: replay).day
            settings.shop.source = .onlineRetail(replay)
            if !stage.json { Console.say(" \(OnlineRetail.credit)") }
            return (replay.joined(separator: ", "), day.span)
        } catch {
            throw Ending(status: 2, words: "\(error)")
        }
    }
}
