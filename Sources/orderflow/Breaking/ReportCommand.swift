import ArgumentParser
import Foundation
import Outages

/// `orderflow outage report`: a run told in one page.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Tell a run in one page: what was broken, what held, and every order's way as a line.",
        discussion: """
            Reads the run's directory alone, with everybody dead, and writes report.html and report.md into it; their paths are \
            printed. The page is one file without scripts, and opens in a browser when this is a terminal on a desktop.

            Exits with 0 when the report is written, whatever the verdict; 2 for wrong usage, 3 when a ledger is damaged, \
            4 when there is no such run.
            """)

    @Argument(
        help: ArgumentHelp("A directory below runs/, or a path. Default: the latest run.", valueName: "run"))
    var name: String?
    @Option(help: "Where the directories of runs are.") var runs = "runs"
    @Flag(help: "Write and print only; open no browser.") var openNothing = false

    func run() throws {
        let directory: RunDirectory
        do {
            directory = try RunDirectory.find(name, in: runs)
        } catch {
            throw Ending(status: 4, words: "\(error)")
        }
        let paths = try RunReport(of: directory).write()
        for path in paths { Console.say(path) }
        if !openNothing, let page = paths.first, Output.width != nil { open(page) }
    }

    /// Nothing depends on it, so that a machine without a desktop or a browser is no failure.
    private func open(_ page: String) {
        #if os(macOS)
        let opener = "/usr/bin/open"
        #else
        let opener = "/usr/bin/xdg-open"
        let environment = ProcessInfo.processInfo.environment
        guard environment["DISPLAY"] != nil || environment["WAYLAND_DISPLAY"] != nil else { return }
        #endif
        let process = Process()
        process.executableURL = URL(filePath: opener)
        process.arguments = [page]
        try? process.run()
    }
}
