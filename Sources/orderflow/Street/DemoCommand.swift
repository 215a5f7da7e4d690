import ArgumentParser
import AsyncHTTPClient
import Clockwork
import Inspection
import Logging
import Outages
import Shop
import Wire

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// `orderflow demo`: a trading day, broken on stage, with a verdict.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Play a trading day through outages on real processes, and prove that nothing was lost.",
        discussion: """
            Shop, queue, OMS, stream, function, courier and three partners run as processes of their own. While the shop \
            sells, the OMS is killed, a partner goes down and the courier is killed; then the ledgers of all of them are \
            audited. Everything is kept in a directory under runs/.

            Exits with 0 when everything held, 1 when something was lost, doubled or altered, 2 for wrong usage, 3 when the \
            demo or an outage did not work and so nothing was proven, 130 when interrupted.
            """)

    @Option(help: "A settings file in YAML.") var config: String?
    @Option(help: "Seed of all that is left to chance.") var seed: UInt64 = 7
    @Option(
        help: ArgumentHelp(
            "A day of UCI Online Retail to replay instead of the house day; may be given several times.",
            valueName: "file"))
    var replay: [String] = []
    @Option(help: "Where the directory of this run is made.") var runs = "runs"
    @Flag(help: "No moving cursor: a line a second and a line for each event.") var plain = false
    @Flag(help: "A JSON object a line: samples, events, verdict.") var json = false
    @Flag(help: "A line for each event, and a day of 20 seconds.") var ci = false

    func validate() throws {
        guard [plain, json, ci].count(where: { $0 }) <= 1 else {
            throw ValidationError("Choose one of --plain, --json and --ci.")
        }
    }

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        let surroundings = Surroundings.system()
        let story = DemoStory(scale: ci ? 1.0 / 3 : 1)
        var settings = try await SettingsReader(file: config).streetSettings()
        settings.broker.port = 0
        settings.courier.port = 0
        for place in settings.partners.indices { settings.partners[place].address.port = 0 }
        settings.visibilityTimeout = .seconds(8)
        settings.maxReceiveCount = 4
        settings.retrySchedule = "fast"
        let day = try plan(&settings, story)
        let directory = try RunDirectory.new(in: runs, named: "demo-\(seed)", at: surroundings.time.now)
        let screen = makeScreen()
        if !json { Console.say(" orderflow demo: \(day), seed \(seed), kept in \(directory.path)\n") }

        let http = NetworkTransport.makeHTTPClient()
        var logger = Logger(label: "conductor", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .error
        let outcome: Result<DemoVerdict, any Error>
        do {
            let street = try Street(
                settings, in: directory, program: CommandLine.ownPath, surroundings: surroundings,
                logger: logger,
                http: http)
            let director = DemoDirector(
                street: street, story: story, title: "orderflow demo  \(day)  seed \(seed)",
                run: directory.name, screen: screen, surroundings: surroundings)
            outcome = .success(try await Interruption.cancelling { try await director.play() })
        } catch {
            outcome = .failure(error)
        }
        try await http.shutdown()
        do {
            let verdict = try outcome.get()
            if !json {
                Console.say(
                    "   try         orderflow orders list --data \(directory.path)    orderflow audit --data \(directory.path)"
                )
            }
            throw ExitCode(verdict.exitStatus)
        } catch is CancellationError {
            throw ExitCode(130)
        } catch let fault as StreetFault {
            Ending.complain("\(fault) Logs: \(directory.logs)")
            throw ExitCode(3)
        }
    }

    /// Sets up the shop's day. - Returns: What it is called.
    private func plan(_ settings: inout StreetSettings, _ story: DemoStory) throws -> String {
        settings.shop.seed = seed
        settings.shop.prankScale = story.scale
        let span: Duration
        let name: String
        if replay.isEmpty {
            settings.shop.source = .houseDay
            span = HouseDay.day.span
            name = "the house day"
        } else {
            settings.shop.source = .onlineRetail(replay)
            span = try OnlineRetail(files: replay).day.span
            name = replay.joined(separator: ", ")
            Console.say(" \(OnlineRetail.credit)")
        }
        let speed = max(1, span / story.length)
        settings.shop.pace = .replay(speed: speed)
        return "\(name) replayed x\(Int(speed))"
    }

    private func makeScreen() -> any DemoScreen {
        if json { return JSONScreen { Console.say($0) } }
        if ci { return PlainScreen(tellsSeconds: false) { Console.say($0) } }
        let isTerminal = isatty(STDOUT_FILENO) == 1
        if plain || !isTerminal { return PlainScreen { Console.say($0) } }
        let isColoured = getenv("NO_COLOR") == nil
        return BlockScreen(isColoured: isColoured) { Console.write($0, to: STDOUT_FILENO) }
    }
}

extension RunDirectory {
    /// The last part of its path.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
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
