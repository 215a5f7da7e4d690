import ArgumentParser

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The command line: one verb per deed.
@main
struct Orderflow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orderflow",
        abstract: "Keeps every order through every outage, and proves it.",
        discussion: """
            Verbs that look (orders, rejections, queue, dlq, stream, partners, audit, check, wait, sql) read the ledgers' files directly, so they \
            work while any or all processes are dead, and never change anything. Times are UTC unless --local; amounts are whole \
            minor units in columns named _minor.

            Exit status everywhere: 0 held, or done; 1 broken; 2 wrong usage; 3 nothing was proven; 4 not found; \
            130 interrupted.
            """,
        groupedSubcommands: [
            CommandGroup(
                name: "Playing:",
                subcommands: [
                    DemoCommand.self, UpCommand.self, StatusCommand.self, DownCommand.self, RunCommand.self,
                    DoctorCommand.self, BenchCommand.self, AmazonCommand.self,
                ]),
            CommandGroup(
                name: "Breaking:",
                subcommands: [
                    OutageCommand.self, FaultCommand.self, SimulateCommand.self, GuardCommand.self,
                ]),
            CommandGroup(
                name: "Looking:",
                subcommands: [
                    OrdersCommand.self, RejectionsCommand.self, QueueCommand.self,
                    DeadLettersCommand.self, StreamCommand.self,
                    PartnersCommand.self,
                    AuditCommand.self, CheckCommand.self, WaitCommand.self, SQLCommand.self,
                    SchemaCommand.self,
                ]),
        ])

    static func main() async {
        signal(SIGPIPE, SIG_IGN)  // who stops reading has read enough; see `Output`
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Output.end(after: error, of: self)
        }
    }
}
