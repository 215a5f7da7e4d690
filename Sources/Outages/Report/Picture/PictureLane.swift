/// One lane of the picture: a name, what there is to say about it, and a drawing on the common axis.
struct PictureLane: Hashable, Sendable {
    var name: String
    /// The figure to take away, such as "at most 47 waiting". Short: it stands on the same line as the name.
    var note: String
    /// In units of the drawing, which are pixels of the page.
    var height: Int
    /// In the order in which it is painted. Empty where nothing happened, or nothing is known.
    var shapes: [Shape]

    /// Something painted, in the colour of what it means.
    struct Shape: Hashable, Sendable {
        var path: String
        var meaning: Meaning
        /// What the pointer is told.
        var title: String?
    }

    /// One colour for each; the style sheet says which.
    enum Meaning: String, Hashable, Sendable {
        /// Things went their way.
        case flow
        /// Waiting.
        case wait
        /// Waiting, and in somebody's hands.
        case held
        /// Refused, unknown, rejected, given up.
        case bad
        /// An order's way: plain, slow, or without a good end.
        case way, slowWay = "slow-way", badWay = "bad-way"
        /// Marks of something noteworthy.
        case mark
    }
}

extension PictureLane {
    /// Nothing is known of this lane, and why.
    static func untold(_ name: String, because reason: String) -> PictureLane {
        PictureLane(name: name, note: reason, height: 12, shapes: [])
    }
}
