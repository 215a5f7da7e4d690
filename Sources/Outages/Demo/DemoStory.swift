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
