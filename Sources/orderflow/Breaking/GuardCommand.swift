import ArgumentParser
import Clockwork
import Outages

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// `orderflow guard`: lets a frozen process go when its time is over, or when whoever froze it dies. Started by conductors.
struct GuardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "guard", shouldDisplay: false)

    @Argument var process: Int32
    @Option var forMs: Int64

    func run() async throws {
        let ward = ProcessIdentity(of: process)
        signal(SIGTERM, SIG_IGN)
        signal(SIGINT, SIG_IGN)
        Lifeline.watch {
            _ = ward.signal(SIGCONT)
            _exit(0)
        }
        Console.write(".", to: STDOUT_FILENO)  // it stands
        try await SystemTime().sleep(for: .milliseconds(forMs))
        _ = ward.signal(SIGCONT)
    }
}
