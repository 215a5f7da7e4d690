import ArgumentParser
import Clockwork
import JSON
import Outages

/// `orderflow bench polls`: what waiting costs, and how soon it ends.
struct PollsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "polls",
        abstract: "Measure many long polls that wait, and how soon a message reaches its poller.",
        discussion: """
            A broker, a process of its own, holds so many long polls of 20 s on so many queues, each on a connection of its \
            own that asks again as soon as it is answered. Idle is the broker's share of one core over a span in which \
            nothing is sent. Then messages are sent one after the other at a steady rate, each to the next queue; latency \
            is from before a send until its poller has the answer. Exits with 0.
            """)

    @Option(help: "Long polls that wait at once.") var polls = 10_000
    @Option(help: "Queues that they are spread over.") var queues = 1_000
    @Option(help: "Messages sent in a second.") var rate = 100
    @Option(help: "Seconds of each part.") var seconds = 20
    @OptionGroup var options: MeasuringOptions

    func validate() throws {
        guard polls >= queues, queues > 0, rate > 0, seconds > 0 else {
            throw ValidationError("--polls wants at least one poll for each queue; all numbers are above 0.")
        }
    }

    func run() async throws {
        let finding = try await options.inScratch { scratch in
            try await BrokerProcess.with(dataIn: "\(scratch)/broker") { broker in
                try await PollLoad(port: try await broker.start().port, polls: polls, queues: queues)
                    .measure(broker, rate: rate, span: .seconds(seconds))
            }
        }
        options.print(finding.listing)
    }
}
