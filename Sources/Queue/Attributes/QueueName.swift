/// A name that Amazon SQS would take for a queue of this kind.
public struct QueueName: Hashable, Sendable, CustomStringConvertible {
    public let text: String
    public let kind: QueueKind

    /// - Throws: `InvalidParameterValue` when the name breaks the rules, or its suffix does not fit the kind.
    public init(_ text: String, kind: QueueKind) throws(QueueFault) {
        let stem =
            kind == .fifo && text.hasSuffix(Self.fifoSuffix)
            ? text.dropLast(Self.fifoSuffix.count) : text[...]
        let isSound = !stem.isEmpty && text.utf8.count <= 80 && stem.utf8.allSatisfy(Self.isAllowed)
        guard isSound, text.hasSuffix(Self.fifoSuffix) == (kind == .fifo) else {
            throw QueueFault(.invalidParameterValue, kind == .fifo ? Self.fifoRule : Self.standardRule)
        }
        self.text = text
        self.kind = kind
    }

    public var description: String { text }

    private static let fifoSuffix = ".fifo"

    // Source: Amazon SQS API Reference, `CreateQueue`; words observed on Amazon.
    private static let standardRule =
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
    private static let fifoRule = """
        The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with \
        .fifo suffix and be 1 to 80 in length
        """

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
