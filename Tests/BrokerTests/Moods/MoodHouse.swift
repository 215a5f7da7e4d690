import Clockwork
import Wire

@testable import Broker

extension QueueHouse {
    /// A house whose broker may be put in moods.
    static func moody() throws -> QueueHouse {
        let house = try QueueHouse()
        house.permitsMoods = true
        try house.restart()
        return house
    }
}

extension Client<BrokerControl> {
    func set(
        _ mood: MoodDescription, named name: String = "m", seed: Int = 1, for span: Duration = .seconds(60)
    ) async throws {
        _ = try await self(
            SetMood(name: name, mood: mood, seed: seed, forMilliseconds: Int(span.milliseconds)))
    }

    func reports() async throws -> [MoodReport] { try await self(DescribeMoods()).moods }
}
