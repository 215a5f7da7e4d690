import Clockwork

/// What happens in the demo, and when: a day of the shop, and what goes wrong meanwhile.
package struct DemoStory: Sendable {
    package enum Deed: Hashable, Sendable {
        /// SIGKILL in the middle of a batch; the OMS stays dead until it is started again.
        case killOMS
        case startOMS
        /// The carrier answers 503.
        case carrierDown(Duration)
        /// Whoever tells the partners dies after one of them has received a webhook and before that could be noted: the
        /// courier, or the OMS of a coupled street.
        case killTellerBetweenPostAndRecord
        /// SIGKILL of a process, which its supervisor starts again.
        case kill(String)
    }

    package struct Scene: Hashable, Sendable {
        package var at: Duration
        package var deed: Deed
    }

    /// In the order of their times.
    package var scenes: [Scene]
    /// How long the shop is open.
    package var length: Duration
    /// How long a second of the story as written lasts.
    package var scale: Double

    /// - Parameter scale: 1 for the story of 60 s; less for those in a hurry.
    package init(scale: Double = 1) {
        self.scale = scale
        length = .seconds(60) * scale
        scenes = [
            Scene(at: .seconds(20) * scale, deed: .killOMS),
            Scene(at: .seconds(40) * scale, deed: .startOMS),
            Scene(at: .seconds(45) * scale, deed: .carrierDown(.seconds(10) * scale)),
            Scene(at: .seconds(52) * scale, deed: .killTellerBetweenPostAndRecord),
        ]
    }
}

extension DemoStory {
    /// A day on which processes are killed again and again, as a seed will have it.
    ///
    /// - Parameters:
    ///   - kills: How many, evenly spread and each a little early or late.
    ///   - names: Of the processes; each gets its turn before any gets another.
    ///   - length: How long the shop is open.
    package static func killing(_ names: [String], times kills: Int, during length: Duration, seed: UInt64)
        -> DemoStory
    {
        var random = SeededGenerator(seed: seed)
        var story = DemoStory()
        story.length = length
        let step = length / Double(kills + 1)
        var turn: [String] = []
        story.scenes = (0..<kills).map { kill in
            if turn.isEmpty { turn = names.shuffled(using: &random) }
            let shift = Double.random(in: -0.4...0.4, using: &random)
            return Scene(at: step * (Double(kill + 1) + shift), deed: .kill(turn.removeLast()))
        }
        return story
    }
}
