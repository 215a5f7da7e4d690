import ArgumentParser
import Clockwork
import Inspection
import JSON

/// `orderflow orders …`: looks at orders.
struct OrdersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders",
        abstract: "List, show, trace, export and sum up orders.",
        subcommands: [List.self, Show.self, Trace.self, Export.self, Stats.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List orders, the latest first.",
            discussion: """
                A table shows one dot for each partner by name: ● delivered, ◐ on its way, ✖ given up, ○ skipped. Spans of time \
                are written 10m, 2h, 3d. Exits with 0, also when there are none; 2 for wrong usage; 4 when there is no such \
                directory or ledger.
                """)

        @OptionGroup var data: DataOptions
        @OptionGroup var filter: FilterOptions
        @Option(help: "placed, accepted or total; the latest or largest first.") var sort = OrderSearch
            .Sorting.accepted
        @OptionGroup var limit: LimitOption
        @Option(help: "Begin behind this place, as the page before gave it.") var after: String?
        @OptionGroup var output: PrintOptions

        func run() async throws {
            let ledgers = try await data.ledgers([.oms, .notify])
            let search = OrderSearch(
                try filter.filter(now: SystemTime().now), sorting: sort, limit: limit.limit)
            try output.print(try search.page(of: ledgers, after: after), shown: OrderSearch.shown)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Show all that the ledgers say about one order: its sums, its status on every axis, its deliveries.",
            discussion: "Exits with 0, or with 4 when no ledger knows the number.")

        @OptionGroup var data: DataOptions
        @Argument(help: "The order's number.") var number: String
        @Flag(help: "Print the document alone, exactly as the shop sent it.") var document = false
        @OptionGroup var output: PageOptions

        func run() async throws {
            let ledgers = try await data.ledgers([.oms, .notify, .broker])
            guard let details = try OrderDetails(of: number, in: ledgers) else {
                throw Ending.noOrder(number)
            }
            guard document else { return output.print(details.json) { details.text(width: Output.width) } }
            guard let text = details.document else {
                throw Ending(
                    status: 4,
                    words: "Order \(PlainText.forTerminal(number)) is not stored, so there is no document.")
            }
            Output.write(Output.width == nil ? "\(text)\n" : PlainText.escapingCommands(inJSON: text) + "\n")
        }
    }

    struct Trace: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Follow one order through all ledgers: a line for each hop, with what was broken then.",
            discussion: """
                Offsets are seconds since the shop first sent it, each by the clock of the house that noted it. ▓ marks a fault \
                that was in effect. Exits with 0, or with 4 when no ledger knows the number.
                """)

        @OptionGroup var data: DataOptions
        @Argument(help: "The order's number.") var number: String
        @Flag(help: "Go on until its last delivery is made or given up.") var follow = false
        @OptionGroup var output: PageOptions

        func run() async throws {
            let path = await data.path()
            guard follow else { return show(try trace(in: path)) }
            try await followOn(in: path)
        }

        private func trace(in path: String) throws -> OrderTrace {
            let trace = try OrderTrace(
                of: number, in: Ledgers(in: path), faults: FaultTimeline(in: path), now: SystemTime().now)
            guard let trace else { throw Ending.noOrder(number) }
            return trace
        }

        private func show(_ trace: OrderTrace) {
            output.print(trace.json) { trace.text() }
        }

        private func followOn(in path: String) async throws {
            var told = 0
            while true {
                var trace = try trace(in: path)
                if !trace.isComplete { trace.hops.removeAll(where: \.isPending) }
                if output.chosen == .text, trace.hops.count > told || told == 0 {
                    Output.write(trace.text(hopsAfter: told))
                }
                told = max(told, trace.hops.count)
                if trace.isComplete { return output.chosen == .text ? () : show(trace) }
                try await SystemTime().sleep(for: .milliseconds(250))
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write orders for other programs, the oldest first.",
            discussion: """
                Amounts are whole minor units in columns named _minor. In CSV, --with makes the rows: one for each line, event or \
                delivery; in JSON they hang in each order. A text that a spreadsheet would take for a formula gets an apostrophe. \
                Exits with 0, 2 for wrong usage, 4 when there is no such directory or ledger.
                """)

        @OptionGroup var data: DataOptions
        @OptionGroup var filter: FilterOptions
        @Option(help: "csv, json or ndjson.") var format = ListingFormat.csv
        @Option(help: "What goes with each order: lines, events or deliveries.") var with:
            OrderExport.Company?

        func validate() throws {
            guard [.csv, .json, .ndjson].contains(format) else {
                throw ValidationError("Export as csv, json or ndjson.")
            }
        }

        func run() async throws {
            let ledgers = try await data.ledgers([.oms, .notify])
            let export = OrderExport(try filter.filter(now: SystemTime().now), with: with)
            var isFirst = true
            if format == .json { Output.write("[") }
            let count = try export.write(from: ledgers, isFlat: format == .csv) { page in
                if format == .json {
                    for order in page.objects {
                        Output.write(
                            (isFirst ? "\n" : ",\n") + PlainText.escapingCommands(inJSON: order.text))
                        isFirst = false
                    }
                } else {
                    Output.write(page.printed(as: format, header: isFirst))
                    isFirst = false
                }
            }
            if format == .json { Output.write("\n]\n") }
            Output.remark("\(count) orders")
        }
    }

    struct Stats: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sum up orders, a row for each group and currency.",
            discussion:
                "Times are those of acceptance. Exits with 0, 2 for wrong usage, 4 when there is no such ledger."
        )

        @OptionGroup var data: DataOptions
        @OptionGroup var filter: FilterOptions
        @Option(help: "minute, hour, day, channel, country or status.") var by: OrderStatistics.Grouping?
        @OptionGroup var output: PrintOptions

        func run() async throws {
            let ledgers = try await data.ledgers([.oms, .notify])
            try output.print(
                try OrderStatistics.listing(
                    of: ledgers, by: by, matching: try filter.filter(now: SystemTime().now)))
        }
    }
}

extension OrderSearch.Sorting: ExpressibleByArgument {}
extension OrderExport.Company: ExpressibleByArgument {}
extension OrderStatistics.Grouping: ExpressibleByArgument {}

extension Ending {
    static func noOrder(_ number: String) -> Ending {
        Ending(status: 4, words: "No ledger here knows an order \(PlainText.forTerminal(number)).")
    }
}
