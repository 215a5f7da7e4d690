import ArgumentParser
import Clockwork
import JSON
import Outages

/// `orderflow bench depth`: whether a message costs more when many are waiting.
struct DepthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "depth",
        abstract: "Measure what a message costs at various depths of its queue, beside an empty queue.",
        discussion: """
            Two brokers run side by side, a process each: one with an empty queue, one whose queue is filled deeper and \
            deeper, and at last one queue among many. They are loaded in turns, a fraction of a second each, and the \
            medians of all turns are compared: 1.00 is what the empty queue costs. At each depth the broker is killed \
            first; start is the time from before its process until it listens, first receive that of a receive right after. \
            With the default depths it takes ten minutes and 6 GB of disk. Exits with 0.
            """)

    @Option(help: "Messages waiting, ascending, with commas between.", transform: Self.numbers)
    var depths = [10, 10_000, 1_000_000, 10_000_000]
    @Option(help: "Queues, of ten messages each, of the last measurement; 0 leaves it out.")
    var queues = 10_000
    @Option(help: "Bytes of one message's body.") var bytes = 256
    @Option(help: "Turns of each broker.") var turns = 9
    @OptionGroup var options: MeasuringOptions

    func validate() throws {
        guard depths == depths.sorted(), depths.allSatisfy({ $0 > 0 }) else {
            throw ValidationError("--depths wants ascending numbers above 0, such as 10,10000.")
        }
        guard bytes > 0, turns > 0, queues >= 0 else {
            throw ValidationError("--bytes and --turns want numbers above 0, --queues one of 0 or more.")
        }
    }

    func run() async throws {
        let lines = try await options.inScratch { scratch in
            try await BrokerProcess.with(dataIn: "\(scratch)/empty") { empty in
                try await measure(beside: empty, in: scratch)
            }
        }
        options.print(DepthLine.listing(lines))
    }

    private func measure(beside empty: BrokerProcess, in scratch: String) async throws
        -> [DepthLine]
    {
        let reference = try await QueueLoad.begin(on: try await empty.start().port, bytes: bytes)
        var lines = try await BrokerProcess.with(dataIn: "\(scratch)/deep") { deep in
            var lines: [DepthLine] = []
            var filled = 0
            for depth in depths {
                let load = try await QueueLoad.begin(on: try await deep.start().port, bytes: bytes)
                try await load.fill(by: depth - filled)
                filled = depth
                lines.append(
                    try await line("1 queue", messages: depth, of: deep, queues: 1, beside: reference))
            }
            return lines
        }
        guard queues > 0 else { return lines }
        lines.append(
            try await BrokerProcess.with(dataIn: "\(scratch)/many") { many in
                let load = try await QueueLoad.begin(
                    on: try await many.start().port, queues: queues, bytes: bytes)
                try await load.fillEach()
                return try await line(
                    "\(queues) queues", messages: 10 * queues, of: many, queues: queues, beside: reference)
            })
        return lines
    }

    /// Kills the broker, starts it again, and loads both in turns. - Postcondition: It is dead.
    private func line(
        _ name: String, messages: Int, of broker: BrokerProcess, queues: Int, beside reference: QueueLoad
    ) async throws -> DepthLine {
        await broker.kill()
        let start = try await broker.start()
        let load = QueueLoad(port: start.port, queues: queues, bytes: bytes)
        let firstReceive = try await load.firstReceive()
        var (empty, full) = (DepthTurns(), DepthTurns())
        for number in 0..<turns {
            empty.append(try await reference.turn(number))
            full.append(try await load.turn(number))
        }
        let resident = await broker.process.flatMap(ProcessMeter.residentBytes(of:)) ?? 0
        await broker.kill()
        return DepthLine(
            queues: name, messages: messages, ratios: full.medians / empty.medians,
            perMessage: full.medians, start: start.span, firstReceive: firstReceive,
            residentBytes: resident)
    }

    private static func numbers(_ text: String) throws -> [Int] {
        try text.split(separator: ",").map { part in
            guard let number = Int(part) else { throw ValidationError("\(part) is no number of messages.") }
            return number
        }
    }
}
