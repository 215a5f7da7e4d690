import Clockwork
import Logging

/// What happened in one simulated run, told for people: silent unless it is asked for.
final class Story: @unchecked Sendable {  // lives on its world's thread
    private let world: SimulatedWorld
    private let isTold: Bool
    private(set) var lines: [String] = []

    init(of world: SimulatedWorld, isTold: Bool) {
        self.world = world
        self.isTold = isTold
    }

    func tell(_ line: @autoclosure () -> String) {
        guard isTold else { return }
        lines.append("\(world.uptime.clock)  \(line())")
    }

    /// A logger whose lines become part of the story.
    func logger(for name: String) -> Logger {
        Logger(label: name) { label -> any LogHandler in
            if isTold { Teller(label: label, story: self) } else { SwiftLogNoOpLogHandler() }
        }
    }

    private struct Teller: LogHandler {
        let label: String
        let story: Story
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let facts = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
            let told = facts.map { " \($0.key)=\($0.value)" }.joined()
            story.tell("\(label): \(event.message)\(told)")
        }
    }
}

extension Duration {
    /// Minutes, seconds and thousandths: `1:02.345`.
    fileprivate var clock: String {
        let (minutes, rest) = milliseconds.quotientAndRemainder(dividingBy: 60_000)
        let (seconds, thousandths) = rest.quotientAndRemainder(dividingBy: 1_000)
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(minutes):\(padded(seconds, 2)).\(padded(thousandths, 3))"
    }
}
