import ArgumentParser

/// `orderflow bench`: figures of the broker on this machine.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the broker on this machine.",
        discussion: """
            Each starts brokers of its own in a temporary directory, on loopback, and loads them from this process, so the \
            load shares the machine with them. Every send is durable and every signature is verified.
            """,
        subcommands: [
            RatesCommand.self, DepthCommand.self, PollsCommand.self, PushCommand.self, TrimCommand.self,
        ],
        defaultSubcommand: RatesCommand.self)
}
