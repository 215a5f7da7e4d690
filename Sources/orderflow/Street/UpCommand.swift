import ArgumentParser
import AsyncHTTPClient
import Clockwork
import Foundation
import Inspection
import Logging
import Outages
import Wire

/// `orderflow up`: the whole street, left running for playing.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Start the whole street as processes of their own, and leave it running.",
        discussion: """
            Broker, partners, courier, function, OMS and shop run as child processes of one keeper, which starts again \
            whoever dies: after 0.1 s at first, up to 10 s. Their ledgers, logs and street.json lie in the data directory. \
            `orderflow status` shows them, `orderflow down` stops them; when the keeper dies, they all end.

            Exits with 0 once everyone is ready, 2 for wrong settings, 3 when the street does not open, 75 when one is up \
            in this data directory already.
            """)

    @OptionGroup var options: StreetOptions
    @Flag(
        help: ArgumentHelp(
            "Let everything be broken by `orderflow fault add`.",
            discussion: "Puts a relay on every way between two processes, and lets the broker have bad days.")
    )
    var breakable = false
    @Flag(help: "Stay, and stop the street on Ctrl-C.") var foreground = false
    @Flag(help: .hidden) var detached = false

    func run() async throws {
        var settings = try await options.settings()
        settings.conductor = StreetSettings.Address(port: 0)
        if breakable {
            settings.permitsMoods = true
            settings = settings.withArrows()
        }
        let directory = RunDirectory(settings.data)
        if let record = directory.streetRecord, record.isKept {
            throw Ending(
                status: 75,
                words: """
                    A street is up in \(settings.data) already, kept by process \(record.keeper.number). Stop it with \
                    `orderflow down --data \(settings.data)`, or use another data directory.
                    """)
        }
        try directory.make()
        if detached { setsid() }  // the terminal may close
        if foreground { try await keep(settings, in: directory) } else { try await leaveRunning(directory) }
    }

    // MARK: In the foreground

    private func keep(_ settings: StreetSettings, in directory: RunDirectory) async throws {
        do {
            try await NetworkTransport.withHTTPClient { try await keep(settings, in: directory, http: $0) }
        } catch let fault as StreetFault {
            throw Ending(status: 3, words: "\(fault) Logs: \(directory.logs)")
        }
    }

    private func keep(
        _ settings: StreetSettings, in directory: RunDirectory, http: HTTPClient
    ) async throws {
        let surroundings = Surroundings.system()
        let logger = Logger(label: "keeper", factory: { StreamLogHandler.standardError(label: $0) })
        let street = try Street(
            settings, in: directory, program: CommandLine.ownPath, surroundings: surroundings, logger: logger,
            http: http)
        let keeper = StreetKeeper(street, surroundings: surroundings)
        do {
            try await Interruption.cancelling {
                try await keeper.run(opened: { Console.say(Self.words(for: street.settings)) })
            }
        } catch is CancellationError {
            // Interrupted, and closed in order.
        }
    }

    // MARK: In the background

    /// Starts a keeper that outlives this process, and waits until its street is open.
    private func leaveRunning(_ directory: RunDirectory) async throws {
        let log = "\(directory.logs)/keeper.log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let keeper = Process()
        keeper.executableURL = URL(filePath: CommandLine.ownPath)
        keeper.arguments =
            ["up", "--foreground", "--detached", "--data", directory.path]
            + (breakable ? ["--breakable"] : []) + (options.amazon ? ["--amazon"] : [])
            + (options.config.map { ["--config", $0] } ?? [])
        keeper.standardInput = FileHandle.nullDevice
        keeper.standardOutput = FileHandle(forWritingAtPath: log)
        keeper.standardError = keeper.standardOutput
        try keeper.run()
        let time = SystemTime()
        let end = time.uptime + .seconds(30)
        while time.uptime < end, keeper.isRunning {
            if let record = directory.streetRecord, record.isOpen,
                record.keeper.number == keeper.processIdentifier
            {
                Output.write((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
                return
            }
            try await time.sleep(for: .milliseconds(20))
        }
        let words = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        let status = keeper.isRunning ? 3 : keeper.terminationStatus
        keeper.terminate()
        throw Ending(status: status, words: "The street did not open.\n\(words)")
    }

    private static func words(for settings: StreetSettings) -> String {
        let addresses = settings.listeners.map { role, address in
            "  \(role.padded(to: 18))\(address.url)"
        }
        return """
            The street is up; its ledgers lie in \(settings.data).
            \(addresses.joined(separator: "\n"))
            Look: orderflow status --data \(settings.data)   Stop: orderflow down --data \(settings.data)
            """
    }
}
