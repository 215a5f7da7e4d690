import ArgumentParser

/// `orderflow outage …`: break the street on real processes, and be told what held.
struct OutageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outage", abstract: "Break a street of real processes, and audit what held.",
        subcommands: [
            ListCommand.self, ValidateCommand.self, ExportCommand.self, OutageRunCommand.self,
            SuiteCommand.self, ReportCommand.self, DiffCommand.self, SweepCommand.self, SoakCommand.self,
        ])
}
