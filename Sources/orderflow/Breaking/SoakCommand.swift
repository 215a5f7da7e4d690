import ArgumentParser
import Clockwork
import Outages

/// `orderflow outage soak`: a long day on which processes are killed again and again.
struct SoakCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak",
        abstract:
            "Sell many orders while processes are killed again and again, and prove that nothing was lost.",
        discussion: """
            Broker, shop, OMS, function and courier are killed with SIGKILL in an order drawn from the seed, each before any \
            has a second turn, and started again at once. The orders come from the seeded generator. Afterwards everything \
            must come to rest, and the ledgers of all are audited. Everything is kept in a directory under runs/.

            Exits with 0 when everything held, 1 when something was lost, doubled or altered, 2 for wrong usage, 3 when a \
            kill did not work and so nothing was proven, 130 when interrupted.
            """)

    @Option(help: "Orders that the shop sells, 1 or more.") var orders = 3_000
    @Option(help: "Orders a second.") var rate = 120.0
    @Option(help: "Processes that are killed, one after another.") var kills = 30
    @OptionGroup var stage: StageOptions

    func validate() throws {
        guard orders >= 1, rate > 0, rate <= 100_000 else {
            throw ValidationError("Sell one order or more, at a rate above 0 and up to 100000.")
        }
        guard (0...10_000).contains(kills) else { throw ValidationError("--kills takes 0 to 10000.") }
    }

    func run() async throws {
        var settings = try await stage.settings()
        settings.shop.source = .synthetic(orders: orders)
        settings.shop.pace = .rate(perSecond: rate)
        settings.shop.seed = stage.seed
        let story = DemoStory.killing(
            Self.mortals, times: kills, during: .microseconds(Int64(Double(orders) / rate * 1e6)),
            seed: stage.seed)
        try await stage.play(
            story, on: settings, as: "soak", title: "\(orders) orders at \(Int(rate))/s, \(kills) kills")
    }

    private static let mortals = ["broker", "shop", "oms", "function", "courier"]
}
