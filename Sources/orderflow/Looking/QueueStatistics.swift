import ArgumentParser
import Clockwork
import Inspection
import JSON
import Outages

extension QueueCommand {
    /// `orderflow queue stats`: the numbers of queues, for programs that ask again and again.
    struct Statistics: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "stats",
            abstract: "A line of numbers for each queue, or for one.",
            discussion: """
                Dead is what lies in the queue's dead-letter queue, total what lies in the queue itself; ages are \
                milliseconds. With --json one object in one line without spaces: of the named queue, or of all by name. \
                NAME may lack its .fifo. A queue that is not ours is asked; it does not tell the age of its messages. Exits \
                with 0; 3 when such a queue does not answer, 4 when there is no such queue or ledger.
                """)

        @OptionGroup var data: DataOptions
        @Argument(help: "The queue's name.") var name: String?
        @Flag(help: "Print one JSON object.") var json = false

        func run() async throws {
            var listing = try await statistics()
            if let name { listing.rows = try rows(of: name, in: listing) }
            guard json else {
                let shown = try listing.columns(listing.columns.filter { $0 != "region" })
                return Output.write(shown.printed(as: .table, width: Output.width))
            }
            var object = JSONObject()
            for queue in listing.objects { object[key(of: queue, in: listing)] = queue }
            let answer = name == nil ? JSONValue.object(object) : listing.objects.first ?? .null
            Output.write(PlainText.escapingCommands(inJSON: answer.text) + "\n")
        }

        private func statistics() async throws -> Listing {
            let path = await data.path()
            guard let elsewhere = try await QueueSight(directory: path).look(), let queue = elsewhere.queue
            else {
                return try QueueWindow.statistics(
                    of: try await data.ledgers([.broker]), now: SystemTime().now)
            }
            guard let told = elsewhere.told else {
                throw Ending(status: 3, words: "The queue at \(queue) \(elsewhere.silence).")
            }
            return QueueWindow.statistics(told: told, region: RunDirectory(path).region)
        }

        private func rows(of name: String, in listing: Listing) throws -> [[JSONValue]] {
            for wanted in [name, "\(name).fifo"] {
                let rows = listing.rows.filter { $0[0].string == wanted }
                if !rows.isEmpty { return rows }
            }
            let nearest = NearestName.to(name, among: listing.rows.compactMap { $0[0].string })
            throw Ending(
                status: 4,
                words: "There is no queue \(PlainText.forTerminal(name))."
                    + (nearest.map { " Did you mean \(PlainText.forTerminal($0))?" } ?? ""))
        }

        /// The queue's name; its region behind it where another one has the same.
        private func key(of queue: JSONValue, in listing: Listing) -> String {
            let (name, region) = (queue["queue"]?.string ?? "", queue["region"]?.string ?? "")
            return listing.rows.count { $0[0].string == name } == 1 ? name : "\(name) \(region)"
        }
    }
}
