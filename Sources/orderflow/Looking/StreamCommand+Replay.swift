import ArgumentParser
import Clockwork
import Function
import Inspection
import JSON
import Orders
import Wire

extension StreamCommand {
    /// `orderflow stream replay`: has the courier deliver a stretch of the stream to one partner again.
    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have the courier deliver the events of a span of time to one partner again.",
            discussion: """
                For a partner that lost data. The stream is read over Kinesis and the events handed to the courier, so both \
                must be up; see `queue send --help` for endpoint and credentials. Each event goes out under its own id, in its \
                order's order: a partner that still knows it has no second effect. Deliveries that are open stay as they are. \
                No reader's place in the stream is moved.

                Exits with 0 when the courier has them on its disk, 1 when something was refused, 2 for wrong usage, 3 when \
                nobody can tell (asking again is safe), 4 when there is no such stream or partner.
                """)

        @OptionGroup var data: DataOptions
        @Argument(help: "The stream's name.") var stream = Pipeline.eventStream
        @Option(help: ArgumentHelp("Who shall have them again.", valueName: "name")) var partner: String
        @Option(help: ArgumentHelp("Begin there: 10m (ago), or a time in UTC.", valueName: "time"))
        var from: String
        @Option(help: ArgumentHelp("End there. Default: now.", valueName: "time")) var to: String?
        @Option(help: ArgumentHelp("Only this order's.", valueName: "number")) var order: String?
        @Flag(help: "Only count what would be delivered.") var dryRun = false
        @Option(help: ArgumentHelp("Where Kinesis is.", valueName: "url")) var endpointUrl: String?
        @Option(help: ArgumentHelp("Where the courier is.", valueName: "url")) var courierUrl: String?
        @Option(help: "The region. Default: AWS_REGION, AWS_DEFAULT_REGION, then us-east-1.") var region:
            String?
        @OptionGroup var output: PageOptions

        func run() async throws {
            let stretch = try stretch(now: SystemTime().now)
            let directory = await data.path()
            let broker = try StreetCaller(stream: endpointUrl, region: region, directory: directory)
            let records = try await broker.call(
                Kinesis.self, missing: "stream \(PlainText.forTerminal(stream))",
                unknown: "Nothing was replayed."
            ) { try await stretch.records(by: $0) }
            let events = records.compactMap { try? AcceptedEvent($0) }
                .filter { order == nil || $0.orderNumber == order }
            var sum = ReplayEvents.Output()
            if !dryRun, !events.isEmpty {
                let courier = try StreetCaller(courier: courierUrl, region: region, directory: directory)
                sum = try await courier.call(
                    CourierIntake.self,
                    missing: "partner \(PlainText.forTerminal(partner)) to deliver to",
                    unknown: "Some may have been replayed; asking again is safe."
                ) { try await replay(events, by: $0) }
            }
            say(events.count, of: records.count, sum)
        }

        private func replay(_ events: [AcceptedEvent], by courier: any Client<CourierIntake>) async throws
            -> ReplayEvents.Output
        {
            var sum = ReplayEvents.Output()
            for start in stride(from: 0, to: events.count, by: 500) {
                let part = Array(events[start..<min(start + 500, events.count)])
                let answer = try await courier(ReplayEvents(partner: partner, events: part))
                sum.replayed += answer.replayed
                sum.underWay += answer.underWay
                sum.newEvents += answer.newEvents
            }
            return sum
        }

        private func say(_ events: Int, of records: Int, _ sum: ReplayEvents.Output) {
            output.print([
                "records": JSONValue(records), "events": JSONValue(events),
                "replayed": JSONValue(sum.replayed), "under_way": JSONValue(sum.underWay),
                "new": JSONValue(sum.newEvents),
            ]) {
                dryRun
                    ? "\(events) events would be delivered to \(PlainText.forTerminal(partner)) again\n"
                    : "\(sum.replayed) of \(events) events are delivered to \(PlainText.forTerminal(partner)) again, "
                        + "\(sum.underWay) were on their way, \(sum.newEvents) were new\n"
            }
        }

        /// - Throws: `ValidationError` for what is no time, or an end before the beginning.
        private func stretch(now: Timestamp) throws -> StreamStretch {
            guard let start = Moment(from, now: now)?.start,
                let end = to.map({ Moment($0, now: now)?.end }) ?? now
            else {
                throw ValidationError(
                    "--from and --to take 10m (ago), 2010-12-01 or 2010-12-01T08:26:00Z.")
            }
            guard start < end else { throw ValidationError("The span ends at \(end), before it begins.") }
            return StreamStretch(of: stream, from: start, to: end)
        }
    }
}
