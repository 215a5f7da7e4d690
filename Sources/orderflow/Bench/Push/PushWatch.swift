import Clockwork
import Synchronization
import Wire

/// When each record came to its consumer.
final class PushWatch: Sendable {
    private let count: Int
    private let state: Mutex<(arrivals: [ContinuousClock.Instant?], heard: Int)>

    init(count: Int) {
        self.count = count
        state = Mutex((Array(repeating: nil, count: count), 0))
    }

    /// A record's data: its number, and as many spaces as it takes to be so long.
    static func data(_ number: Int, bytes: Int) -> Blob {
        let digits = Array("\(number)".utf8)
        return Blob(digits + Array(repeating: UInt8(ascii: " "), count: max(0, bytes - digits.count)))
    }

    /// These records have come. - Throws: ``LoadError`` for one that has come before, or is none of ours.
    func heard(_ records: [StreamRecord]) throws {
        let now = ContinuousClock.now
        try state.withLock { state in
            for record in records {
                let digits = record.data.bytes.prefix { $0 != UInt8(ascii: " ") }
                guard let number = Int(String(decoding: digits, as: UTF8.self)), number < count,
                    state.arrivals[number] == nil
                else {
                    throw LoadError(
                        description: "Record \(record.sequenceNumber) came twice, or was not put.")
                }
                state.arrivals[number] = now
                state.heard += 1
            }
        }
    }

    /// Waits until all have come. - Returns: When each did, by its number.
    func all() async throws -> [ContinuousClock.Instant] {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(10)
        while state.withLock({ $0.heard }) < count {
            guard clock.now < deadline else {
                throw LoadError(
                    description:
                        "Of \(count) records only \(state.withLock { $0.heard }) came within 10 s after the last put."
                )
            }
            try await clock.sleep(for: .milliseconds(10))
        }
        return state.withLock { $0.arrivals.compactMap(\.self) }
    }
}
