import ArgumentParser
import Clockwork
import Inspection
import JSON
import Outages

/// `orderflow status`: who plays, and how the day goes.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the processes of a street, and the numbers of its pipeline.",
        discussion: """
            The numbers come from the ledgers, so they are there while everything is dead. Exits with 0 when every process \
            of the street runs, 1 when one does not, 4 when there is no such data directory.
            """)

    @OptionGroup var data: DataOptions
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let path = await data.path()
        let ledgers = try Ledgers(in: path, only: [.shop, .broker, .oms, .function, .notify])
        let report = Report(
            directory: path, record: RunDirectory(path).streetRecord,
            numbers: try PipelineSnapshot(
                of: ledgers, now: SystemTime().now,
                elsewhere: try await QueueSight(directory: path).look()))
        Output.write((json ? report.json.text : report.text) + "\n")
        guard report.allRun else { throw ExitCode(1) }
    }

    private struct Report {
        let directory: String
        let record: StreetRecord?
        let numbers: PipelineSnapshot

        var isKept: Bool { record?.isKept ?? false }

        /// What a process is doing; without a keeper none can be trusted to be there.
        private func condition(of part: StreetRecord.Part) -> String {
            guard let process = part.process else { return part.condition }
            return process.isAlive ? part.condition : "dead"
        }

        var allRun: Bool {
            isKept && (record?.parts ?? []).allSatisfy { condition(of: $0) == "running" }
        }

        var text: String {
            var lines: [String] = []
            switch record {
            case nil: lines.append("No street has been opened in \(directory).")
            case let record? where isKept:
                lines.append(
                    "The street in \(directory) is up since \(record.openedAt), kept by process \(record.keeper.number)."
                )
            case let record?: lines.append("The street in \(directory), opened \(record.openedAt), is down.")
            }
            if let record, !record.parts.isEmpty {
                let listing = Listing(
                    columns: ["process", "condition", "pid", "starts", "resident"],
                    rows: record.parts.map { part in
                        let living = part.process.flatMap { $0.isAlive ? $0.number : nil }
                        return [
                            .string(part.name), .string(condition(of: part)), JSONValue(living),
                            JSONValue(part.starts),
                            JSONValue(living.map { "\(ProcessMeter.residentBytes(of: [$0]) >> 20) MB" }),
                        ]
                    })
                lines.append("")
                lines.append(listing.printed(as: .table, width: Output.width))
            }
            lines.append(numbersText)
            return lines.joined(separator: "\n")
        }

        private var numbersText: String {
            let (shop, orders) = (numbers.shop, numbers.orders)
            let lag = numbers.streamLagMilliseconds.map { ", oldest \($0) ms" } ?? ""
            let partners = numbers.partners.map { partner in
                let age = partner.ageP95Milliseconds.map { ", p95 \($0) ms" } ?? ""
                return """
                      \(partner.name.padded(to: 10))\(partner.delivered) delivered, \(partner.pending) pending, \
                    \(partner.parked) parked\(age), \(partner.state)
                    """
            }
            return
                ([
                    "  shop      \(shop.acknowledged) of \(shop.sent) acknowledged, \(shop.refused) refused, \(shop.unsent) to hand over",
                    "  queue     \(queueText)",
                    "  orders    \(orders.stored) stored, \(orders.rejected) rejected, \(orders.repeats) repeats, \(orders.conflicts) conflicts, \(orders.outbox) in the outbox",
                    "  stream    \(numbers.streamRecords) records, \(numbers.streamBehind) to hand on\(lag)\(streamPlace)",
                ] + partners + ["  \(numbers.equation)"]).joined(separator: "\n")
        }

        private var queueText: String {
            let (queue, elsewhere) = (numbers.queue, numbers.elsewhere)
            if !numbers.knowsQueue { return "at \(elsewhere?.queue ?? ""); it \(elsewhere?.silence ?? "")" }
            let oldest = queue.oldestAgeMilliseconds.map { ", oldest \($0) ms" } ?? ""
            return """
                \(queue.waiting) waiting, \(queue.inFlight) in flight, \(queue.delayed) delayed, \
                \(queue.deadLetters) dead letters\(oldest)\(elsewhere?.queue.map { ", says \($0)" } ?? "")
                """
        }

        private var streamPlace: String { numbers.elsewhere?.stream.map { ", at \($0)" } ?? "" }

        var json: JSONValue {
            var object = JSONObject()
            object["directory"] = .string(directory)
            object["up"] = .bool(isKept)
            object["processes"] = .array(
                (record?.parts ?? []).map { part in
                    [
                        "name": .string(part.name), "condition": .string(condition(of: part)),
                        "pid": JSONValue(part.process.flatMap { $0.isAlive ? $0.number : nil }),
                        "starts": JSONValue(part.starts),
                    ]
                })
            object["pipeline"] = .object(numbers.json)
            return .object(object)
        }
    }
}
