/// Why Kinesis refuses: the type that programs branch on, and the words beside it.
///
/// Source: service model `kinesis/2013-12-02`; words observed on Amazon.
public struct StreamFault: Error, Hashable, Sendable {
    public var type: String
    public var message: String
    public var status: Int

    public init(_ type: String, _ message: String, status: Int = 400) {
        self.type = type
        self.message = message
        self.status = status
    }

    static func invalidArgument(_ message: String) -> StreamFault {
        StreamFault("InvalidArgumentException", message)
    }
}
