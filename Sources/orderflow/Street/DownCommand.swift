import ArgumentParser
import Clockwork
import Outages

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// `orderflow down`: the street stops, in order.
struct DownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "Stop the street of a data directory, each process in its turn.",
        discussion: """
            Those who ask stop first, those who are asked last; each finishes what it has begun. Nothing is deleted: \
            `orderflow up` goes on where this one stopped. Exits with 0 once all have ended, 1 when they have not after \
            60 s, 4 when no street is up there.
            """)

    @OptionGroup var data: DataOptions

    func run() async throws {
        let path = await data.path()
        guard let record = RunDirectory(path).streetRecord, record.isKept else {
            throw Ending(status: 4, words: "No street is up in \(path).")
        }
        guard record.keeper.signal(SIGTERM) else {
            throw Ending(
                status: 1,
                words: "Process \(record.keeper.number), which keeps the street, cannot be stopped by us.")
        }
        let time = SystemTime()
        let end = time.uptime + .seconds(60)
        while record.keeper.isAlive {
            guard time.uptime < end else {
                throw Ending(status: 1, words: "The street in \(path) has not stopped after 60 s.")
            }
            try await time.sleep(for: .milliseconds(20))
        }
        Console.say("The street in \(path) has stopped; \(record.parts.count) processes have ended.")
    }
}
