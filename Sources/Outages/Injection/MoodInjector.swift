import Clockwork
import Wire

/// Gives the broker bad days.
struct MoodInjector: FaultInjector {
    let control: any Client<BrokerControl>
    /// Of all that moods leave to chance.
    let seed: UInt64

    func isMeant(by fault: FaultRequest) -> Bool { fault.kind.layer == .broker }

    func inject(_ fault: FaultRequest) async throws -> Injection {
        let mood = MoodDescription(fault)
        let milliseconds = Int(min(fault.duration, .seconds(3_600)).milliseconds)
        do {
            _ = try await control(
                SetMood(
                    name: fault.name, mood: mood, seed: Int(truncatingIfNeeded: seed >> 1),
                    forMilliseconds: max(1, milliseconds)))
            let moods = try await control(DescribeMoods()).moods
            guard moods.contains(where: { $0.name == fault.name && $0.mood.kind == mood.kind }) else {
                throw FaultFailure.unproven(fault, seen: "the broker tells of no such mood")
            }
            return Injection(proof: "the broker says that it is in this mood") {
                // It may be dead, or have come out of it by itself.
                _ = try? await control(ClearMoods(names: [fault.name]))
            }
        } catch let error as ClientError {
            throw FaultFailure.impossible("The broker would not: \(error)")
        }
    }
}

extension MoodDescription {
    /// - Parameter fault: Of the broker's layer; its figures lie within the mood's, but for the youngest iterators.
    init(_ fault: FaultRequest) {
        self.init(kind: fault.kind.rawValue)
        let age = fault.span("age").map { Int($0.milliseconds) }
        switch fault.kind {
        case .throttle:
            operation = fault["operation"].flatMap { $0 == "any" ? nil : $0 }
            probability = fault.number("probability")
        case .partialBatch: probability = fault.number("probability")
        case .redeliver: copies = fault.integer("copies")
        case .expireIterators: ageMilliseconds = age.map { min(max($0, 100), 300_000) }
        case .trim: ageMilliseconds = age
        default: break
        }
    }
}
