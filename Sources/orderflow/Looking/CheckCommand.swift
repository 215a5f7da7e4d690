import ArgumentParser
import Clockwork
import Inspection
import Outages

/// `orderflow check …`: whether something holds at this moment, on a street that goes on.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Ask a running street whether something holds at this moment.",
        discussion: """
            Reads the end of the ledgers only and answers within milliseconds, also while every process is dead. What takes \
            all ledgers to prove is the business of `orderflow audit --require`.

            Exits with 0 when it holds, 1 when it does not, 2 for wrong usage, 3 when there is nothing to judge, 4 when \
            there is no such data directory.
            """,
        subcommands: [
            ShopOpen.self, Freshness.self, Isolation.self, Recovered.self, NoLeftover.self, Unknown.self,
        ],
        defaultSubcommand: Unknown.self)

    /// The names of all checks.
    private static let names = ["shop-open", "freshness", "isolation", "recovered", "no-leftover"]

    /// What every check is asked with.
    struct Options: ParsableArguments {
        @OptionGroup var data: DataOptions
        @Flag(help: "Print one JSON object.") var json = false
        @Option(help: "Lines of evidence at most.") var evidence = 10

        /// Asks, and ends with the answer's status.
        ///
        /// - Parameter asksQueue: Whether it takes the numbers of a queue that is not ours.
        func answer(
            _ ledgers: [Ledger], in window: WindowOptions? = nil, usually usual: Duration = .zero,
            limits: AuditSettings.Limits = AuditSettings.Limits(), asksQueue: Bool = false,
            _ question: (StreetCheck) throws -> RequirementResult
        ) async throws {
            let now = SystemTime().now
            let (from, to) = try window?.bounds(now: now, usually: usual) ?? (now, now)
            let path = await data.path()
            var settings = AuditSettings(now: now)
            settings.limits = limits
            settings.mostEvidence = max(1, evidence)
            settings.faults = FaultTimeline(in: path)
            if asksQueue { settings.elsewhere = try await QueueSight(directory: path).look() }
            let check = StreetCheck(of: try Ledgers(in: path, only: ledgers), from: from, to: to, settings)
            try CheckReport(try question(check)).conclude(inJSON: json)
        }
    }

    struct ShopOpen: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "shop-open",
            abstract:
                "The shop is told yes, and soon: acknowledged of attempted, and the p99 of answer times.",
            discussion:
                "A try without an answer counts as one that failed once it is slower than --max-p99-ms.")

        @Option(help: ArgumentHelp("Share that must be acknowledged, 0.0 to 1.0.", valueName: "share"))
        var minShare = 1.0
        @Option(help: ArgumentHelp("The most that the p99 may be.", valueName: "milliseconds")) var maxP99Ms =
            250
        @OptionGroup var window: WindowOptions
        @OptionGroup var options: Options

        func validate() throws {
            guard (0...1).contains(minShare) else { throw ValidationError("--min-share takes 0.0 to 1.0.") }
            guard maxP99Ms >= 1 else { throw ValidationError("--max-p99-ms takes 1 or more.") }
        }

        func run() async throws {
            var limits = AuditSettings.Limits()
            limits.acknowledgedShare = minShare
            limits.shopAnswerP99 = .milliseconds(maxP99Ms)
            try await options.answer([.shop], in: window, usually: .seconds(5), limits: limits) {
                try $0.shopOpen()
            }
        }
    }

    struct Freshness: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Partners hear soon of what was accepted in the window, outside of outages.",
            discussion: """
                An outage lasts until what it had held up has been delivered. What is not delivered yet counts as soon as \
                that alone is too late. The window is 30s unless told.
                """)

        @Option(help: ArgumentHelp("The most that the p95 may be.", valueName: "milliseconds")) var maxP95Ms =
            1_000
        @OptionGroup var window: WindowOptions
        @OptionGroup var options: Options

        func validate() throws {
            guard maxP95Ms >= 1 else { throw ValidationError("--max-p95-ms takes 1 or more.") }
        }

        func run() async throws {
            var limits = AuditSettings.Limits()
            limits.freshnessP95 = .milliseconds(maxP95Ms)
            try await options.answer(
                [.shop, .oms, .notify], in: window, usually: .seconds(30), limits: limits
            ) {
                try $0.freshness()
            }
        }
    }

    struct Isolation: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "While one partner is away, the others hear as soon as in peace.",
            discussion: "Both are measured in the window, which is 2m unless told.")

        @Option(
            help: ArgumentHelp(
                "How many times slower than in peace the others may become.", valueName: "times"))
        var maxFactor = 2.0
        @OptionGroup var window: WindowOptions
        @OptionGroup var options: Options

        func validate() throws {
            guard maxFactor >= 1 else { throw ValidationError("--max-factor takes 1.0 or more.") }
        }

        func run() async throws {
            var limits = AuditSettings.Limits()
            limits.isolationFactor = maxFactor
            try await options.answer(
                [.shop, .oms, .notify], in: window, usually: .seconds(120), limits: limits
            ) {
                try $0.isolation()
            }
        }
    }

    struct Recovered: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "All that was under way when the last fault ended is done, and no fault lasts.",
            discussion: "Where nothing was broken: nothing is under way at all.")

        @OptionGroup var options: Options

        func run() async throws {
            try await options.answer(Ledger.singles, asksQueue: true) { try $0.recovered() }
        }
    }

    struct NoLeftover: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "no-leftover",
            abstract: "No fault lasts; of a closed street no process lives and no port is in use.")

        @OptionGroup var data: DataOptions
        @Flag(help: "Print one JSON object.") var json = false

        func run() async throws {
            let path = await data.path()
            _ = try Ledgers(in: path, only: [])  // says so where there is no such directory
            try CheckReport(Leftovers(in: RunDirectory(path), now: SystemTime().now)).conclude(inJSON: json)
        }
    }

    /// What is said to a name that is none of the above.
    struct Unknown: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "unknown", shouldDisplay: false)

        @Argument(parsing: .allUnrecognized) var words: [String] = []

        func run() throws {
            let known = CheckCommand.names.joined(separator: ", ")
            guard let name = words.first else { throw ValidationError("Name a check: \(known).") }
            if let requirement = Requirement(rawValue: name) {
                throw ValidationError(
                    "\(name) takes all ledgers to prove. Use: orderflow audit --require \(requirement.rawValue)"
                )
            }
            let nearest = NearestName.to(name, among: CheckCommand.names) ?? known
            throw ValidationError(
                "There is no check \(name). Did you mean \(nearest)? There are: \(known).")
        }
    }
}
