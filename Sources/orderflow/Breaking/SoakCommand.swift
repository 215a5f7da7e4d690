import ArgumentParser
import Clockwork
import Inspection
import JSON
import Outages

/// `orderflow outage soak`: a long day on which one thing after another goes wrong, as a seed will have it.
struct SoakCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak",
        abstract: "Sell while faults of every layer come by chance, and prove that nothing was lost.",
        discussion: """
            Which faults, where and when is drawn from the seed alone: a longer soak of the same seed begins with the same \
            ones. Processes are killed, stopped, frozen and made to crash at named points of their code; the ways between \
            them are cut, slowed and answered wrongly; the broker throttles, fails entries, repeats messages and lets \
            iterators expire; the order database is locked, full, readonly or slow; the shop sends what it should not, \
            sells faster or not at all. Each fault is seen to take effect, and sometimes two come at once. Afterwards \
            everything must come to rest; the ledgers of all are audited, and from two minutes on nobody's memory may have \
            grown by more than a quarter and 8 MiB, from the second fifth of the soak to the last. Everything is kept in \
            a directory under runs/: the faults in soak.json and faults.ndjson, the memory in memory.ndjson.

            Exits with 0 when everything held, 1 when something was lost, doubled or altered or memory grew, 2 for wrong \
            usage, 3 when a fault did not take effect and so nothing was proven, 130 when interrupted.
            """)

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "How long the shop sells, 20s to 24h (default: 10m; with --ci 40s).", valueName: "span"),
        transform: SpanOption.parsed)
    var span: Duration?
    @Option(help: "Orders a second, above 0 and up to 1000. An hour at 5/s takes about 0.35 GB of disk.")
    var rate = 5.0
    @Flag(help: "Print the faults that would come, and play nothing.") var plan = false
    @OptionGroup var stage: StageOptions

    func validate() throws {
        if let span, !SoakPlan.lengths.contains(span) {
            throw ValidationError("--for takes 20s to 24h.")
        }
        guard rate > 0, rate <= 1_000 else { throw ValidationError("--rate is above 0 and up to 1000.") }
        if plan, stage.plain || stage.config != nil {
            throw ValidationError("--plan plays nothing, so leave out --plain and --config.")
        }
    }

    func run() async throws {
        let plan = SoakPlan(seed: stage.seed, length: span ?? (stage.ci ? .seconds(40) : .seconds(600)))
        if self.plan {
            Output.write(
                stage.json
                    ? plan.json.indentedText + "\n" : plan.listing.printed(as: .table, width: Output.width))
            return
        }
        var shop = ShopPlan()
        shop.pace = .rate(perSecond: rate)
        shop.seed = stage.seed
        // Short enough that what an outage leaves hidden is back within the rest after it, and often enough that no sound
        // order dies of a series of them.
        var system = StagedSystem()
        system.visibilityTimeout = .seconds(4)
        system.maxReceiveCount = 8
        let title = "\(plan.faults.count) faults in \(TimeSpan.word(for: plan.length))"
        try await stage.play(on: stage.settings(for: system, selling: shop), as: "soak", title: title) {
            directory, surroundings in
            try directory.write(plan.json, to: directory.soak)
            return SoakPlot(plan, surroundings: surroundings)
        }
    }
}
