/// How little room is too little: three marks on the way down, all in bytes free where the data lies.
package struct SpaceMarks: Hashable, Sendable {
    /// Below this somebody should look.
    package var warning: Int64
    /// Below this nothing new is taken in; reading and deleting go on.
    package var gate: Int64
    /// Below this the ballast is given back, so that deleting, which needs room too, can go on.
    package var need: Int64

    package init(warning: Int64 = 512 << 20, gate: Int64 = 128 << 20, need: Int64 = 32 << 20) {
        self.warning = warning
        self.gate = gate
        self.need = need
    }

    package func level(free: Int64) -> SpaceLevel {
        if free < need {
            .need
        } else if free < gate {
            .shut
        } else if free < warning {
            .scarce
        } else {
            .ample
        }
    }
}

/// How much room there is, judged by ``SpaceMarks``.
package enum SpaceLevel: Int, Comparable, Sendable {
    case need, shut, scarce, ample

    package static func < (lhs: SpaceLevel, rhs: SpaceLevel) -> Bool { lhs.rawValue < rhs.rawValue }
}
