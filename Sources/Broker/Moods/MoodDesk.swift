import Clockwork
import Logging
import Wire

/// Answers `BrokerControl`: puts the broker in moods and out of them, where its owner has given leave.
struct MoodDesk: Sendable {
    /// Nil where moods are not permitted.
    let moods: Moods?
    /// What a mood of throttling may name.
    let throttled: [String]
    let time: any TimeSource

    /// The operations that this desk answers.
    var operations: ServiceDesk<BrokerControl> {
        var desk = ServiceDesk<BrokerControl>()
        desk.on(SetMood.self) { [self] request, _ in try set(request) }
        desk.on(ClearMoods.self) { [self] request, _ in try clear(request) }
        desk.on(DescribeMoods.self) { [self] _, _ in
            DescribeMoods.Output(moods: try permitted().reports)
        }
        return desk
    }

    private func set(_ request: SetMood) throws(WireError) -> NoOutput {
        let moods = try permitted()
        guard (1...100).contains(request.name.unicodeScalars.count) else {
            throw .invalid("A mood's name has 1 to 100 characters.")
        }
        guard (1...3_600_000).contains(request.forMilliseconds) else {
            throw .invalid("A mood lasts 1 to 3,600,000 milliseconds.")
        }
        let kind = try BrokerMood.Kind(request.mood, operations: throttled)
        let uptime = time.uptime
        let mood = BrokerMood(
            kind, name: request.name, seed: UInt64(bitPattern: Int64(request.seed)),
            end: uptime + .milliseconds(request.forMilliseconds))
        try moods.begin(mood)
        moods.tell("A mood begins", mood.report(at: uptime))
        return NoOutput()
    }

    private func clear(_ request: ClearMoods) throws(WireError) -> ClearMoods.Output {
        let moods = try permitted()
        let ended = moods.end(request.names)
        for report in ended { moods.tell("A mood was cleared", report) }
        return ClearMoods.Output(moods: ended)
    }

    private func permitted() throws(WireError) -> Moods {
        guard let moods else {
            throw WireError(
                "AccessDeniedException",
                "This broker has no moods. Start one for rehearsals with --moods, and never one in service.")
        }
        return moods
    }
}
