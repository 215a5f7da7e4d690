import Clockwork
import GRDB
import Inspection

/// Looks at the street from outside while it plays: through its ledgers and the process table, never by asking a role.
struct DemoWatch {
    private let street: Street
    private var ledgers: Ledgers?
    private(set) var history = DemoHistory()
    private(set) var mostResidentBytes: Int64 = 0
    private var absentSince: [String: Duration] = [:]
    private var secondsNoted: Int64 = -1
    private var looks = 0

    init(street: Street) throws {
        self.street = street
    }

    /// The numbers now. Ledgers that are not there yet are looked for again.
    mutating func look(at now: Timestamp) async throws -> PipelineSnapshot {
        if ledgers?.standings.allSatisfy(\.standing.isOpen) != true {
            ledgers = try Ledgers(in: street.directory.path, only: witnesses)
        }
        guard let ledgers else { return PipelineSnapshot() }
        return try PipelineSnapshot(of: ledgers, now: now, elsewhere: try await street.elsewhere())
    }

    private var witnesses: [Ledger] {
        switch street.settings.wiring {
        case .coupled: [.shop, .oms]
        case .decoupled:
            street.settings.hasOwnBroker
                ? [.shop, .broker, .oms, .function, .notify] : [.shop, .oms, .function, .notify]
        }
    }

    /// True when nothing is under way any more. On a coupled street nothing ever waits: it is at rest once the last customer
    /// has been served.
    func isAtRest(_ snapshot: PipelineSnapshot) throws -> Bool {
        switch street.settings.wiring {
        case .decoupled: return snapshot.isAtRest
        case .coupled:
            return try ledgers?.tellThatDayIsOver() == true && snapshot.shop.unsent == 0
        }
    }

    /// Who is dead at this moment, and for how long.
    mutating func absent(at runTime: Duration) async -> [(name: String, since: Duration)] {
        let running = await street.supervisor.processes.map(\.name)
        for name in street.supervisor.names where running.contains(name) { absentSince[name] = nil }
        for name in street.supervisor.names where !running.contains(name) {
            absentSince[name] = absentSince[name] ?? runTime
        }
        return absentSince.sorted { $0.key < $1.key }.map { ($0.key, runTime - $0.value) }
    }

    /// Keeps one value a second.
    mutating func note(_ snapshot: PipelineSnapshot, isBroken: Bool, runTime: Duration) {
        guard runTime.components.seconds != secondsNoted else { return }
        secondsNoted = runTime.components.seconds
        history.note(snapshot, isBroken: isBroken)
    }

    /// Weighs all processes, this one too, every two seconds.
    mutating func weigh() async {
        looks += 1
        guard looks % 8 == 1 else { return }
        let processes = await street.supervisor.processes.map(\.process) + [ProcessMeter.ownProcess]
        mostResidentBytes = max(mostResidentBytes, ProcessMeter.residentBytes(of: processes))
    }

    /// How many webhooks a partner has received.
    static func received(by partner: String, in ledgers: Ledgers) throws -> Int {
        let schema = Ledger.partner(partner).schema
        return try ledgers.look { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(schema).received") ?? 0 }
    }
}
