import ArgumentParser
import AsyncHTTPClient
import Clockwork
import Inspection
import JSON
import Logging
import Outages
import Wire

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The options of every verb that plays a story on a street of its own, and how it is played.
struct StageOptions: ParsableArguments {
    @Option(help: "A settings file in YAML. Default: config/local.yaml where there is one.") var config:
        String?
    @Option(
        name: .customLong("seed"),
        help: "Seed of all that is left to chance. Default: what the scenario says, or 7.")
    var chosenSeed: UInt64?
    @Option(help: "Where the directory of this run is made.") var runs = "runs"
    @Flag(help: "No moving cursor: a line a second and a line for each event.") var plain = false
    @Flag(help: "A JSON object a line: samples, events, verdict.") var json = false
    @Flag(help: "A line for each event; the demo's day takes 20 seconds.") var ci = false

    /// The seed of a story that has none of its own.
    var seed: UInt64 { chosenSeed ?? 7 }

    func validate() throws {
        guard [plain, json, ci].count(where: { $0 }) <= 1 else {
            throw ValidationError("Choose one of --plain, --json and --ci.")
        }
    }

    /// The street's settings, with free ports and less patience than a street that is left running.
    func settings() async throws -> StreetSettings {
        var settings = try await SettingsReader(file: config).streetSettings()
        settings.broker.port = 0
        settings.ballastBytes = 0
        settings.oms.port = 0
        settings.courier.port = 0
        for place in settings.partners.indices { settings.partners[place].address.port = 0 }
        settings.visibilityTimeout = .seconds(8)
        settings.maxReceiveCount = 4
        settings.retrySchedule = .fast
        return settings
    }

    /// The settings of a street on which everything may be broken: in moods, and with a relay between its processes.
    func settings(for system: StagedSystem, selling plan: ShopPlan) async throws -> StreetSettings {
        var settings = system.applied(to: try await SettingsReader(file: config).streetSettings())
        settings.shop = plan
        settings.shop.tries = system.tries
        settings.permitsMoods = true
        settings.conductor = StreetSettings.Address(port: 0)
        return settings.withArrows()
    }

    /// Plays a plot from beginning to verdict, and ends with the verdict's exit status.
    ///
    /// - Parameters:
    ///   - verb: What the directory of the run is named after.
    ///   - title: What is played, in words.
    ///   - plot: Made when the run's directory is there.
    func play(
        on settings: StreetSettings, as verb: String, title: String,
        _ plot: (RunDirectory, Surroundings) throws -> any Plot
    ) async throws {
        let status = try await perform("\(verb)-\(seed)", title: "\(verb): \(title), seed \(seed)") {
            directory, http, surroundings, logger in
            let street = try Street(
                settings, in: directory, program: CommandLine.ownPath, surroundings: surroundings,
                logger: logger, http: http)
            let director = DemoDirector(
                street: street, plot: try plot(directory, surroundings),
                title: "orderflow \(verb)  \(title)  seed \(seed)",
                run: directory.name, screen: screen, surroundings: surroundings)
            let verdict = try await Interruption.cancelling { try await director.play() }
            try report(on: directory)
            if !json { Console.say(Self.hints(in: directory)) }
            return verdict.exitStatus
        }
        throw ExitCode(status)
    }

    /// Plays a story on three streets, prints how they compare, and ends with the comparison's exit status.
    ///
    /// - Parameter title: What is played, in words.
    func compare(_ story: DemoStory, on settings: StreetSettings, title: String) async throws {
        let status = try await perform("compare-\(seed)", title: "compare: \(title), seed \(seed)") {
            directory, http, surroundings, logger in
            let director = ComparisonDirector(
                story, on: settings, in: directory, program: CommandLine.ownPath, http: http,
                surroundings: surroundings, logger: logger, tell: tellOfStreet)
            let comparison = try await Interruption.cancelling { try await director.play() }
            Console.say(json ? comparison.line : "\n\(comparison.text)")
            return comparison.exitStatus
        }
        throw ExitCode(status)
    }

    /// Writes the report of a run, and says where it lies.
    func report(on directory: RunDirectory, changing: (inout AuditSettings) -> Void = { _ in }) throws {
        let pages = try RunReport(of: directory, changing: changing).write()
        if !json, let page = pages.first { Console.say("   report      \(page)") }
    }

    /// Makes a directory for a run, and lets something happen in it.
    ///
    /// - Parameter name: What the directory is named after.
    /// - Throws: `ExitCode` when it was interrupted, or when the street did not open.
    func perform<Outcome>(
        _ name: String, title: String,
        _ deed: (RunDirectory, HTTPClient, Surroundings, Logger) async throws -> Outcome
    ) async throws -> Outcome {
        signal(SIGPIPE, SIG_IGN)
        let surroundings = Surroundings.system()
        let directory = try RunDirectory.new(in: runs, named: name, at: surroundings.now)
        if !json { Console.say(" orderflow \(title), kept in \(directory.path)\n") }

        var logger = Logger(label: "conductor", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .error
        do {
            return try await NetworkTransport.withHTTPClient { [logger] http in
                try await deed(directory, http, surroundings, logger)
            }
        } catch is CancellationError {
            throw ExitCode(130)
        } catch let fault as StreetFault {
            Ending.complain("\(fault) Logs: \(directory.logs)")
            throw ExitCode(3)
        }
    }

    /// Says what happens on one of several streets.
    private var tellOfStreet: @Sendable (Contender, Journal.Event) -> Void {
        let json = json
        return { contender, event in
            guard json else {
                let street = contender.title.padded(to: 26)
                return Console.say("\(street)\(event.runTime.runClock)  \(event.text)")
            }
            let line: JSONValue = [
                "kind": "event", "wiring": .string(contender.rawValue),
                "run_ms": JSONValue(event.runTime.milliseconds), "text": .string(event.text),
            ]
            Console.say(line.text)
        }
    }

    private static func hints(in directory: RunDirectory) -> String {
        "   try         orderflow orders list --data \(directory.path)    orderflow audit --data \(directory.path)"
    }

    var screen: any DemoScreen {
        if json { return JSONScreen { Console.say($0) } }
        if ci { return PlainScreen(tellsSeconds: false) { Console.say($0) } }
        let isTerminal = isatty(STDOUT_FILENO) == 1
        if plain || !isTerminal { return PlainScreen { Console.say($0) } }
        let isColoured = getenv("NO_COLOR") == nil
        return BlockScreen(isColoured: isColoured) { Console.write($0, to: STDOUT_FILENO) }
    }
}

extension Comparison {
    /// The comparison as the last line of a program's input.
    fileprivate var line: String {
        var line = JSONObject()
        line["kind"] = "comparison"
        for member in json.object?.members ?? [] { line[member.name] = member.value }
        return JSONValue.object(line).text
    }
}

extension CommandLine {
    /// The path of the program that runs now.
    static var ownPath: String {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return arguments[0] }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
