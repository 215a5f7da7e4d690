/// What a queue URL says: whose queue it is, and its name. Scheme and host are not looked at.
///
/// Source: observed on Amazon SQS: account and name decide, and a bare name is accepted too.
public struct QueueURL: Hashable, Sendable {
    /// Nil beside a bare name.
    public let account: String?
    public let name: String

    public init(_ text: String) {
        // By bytes, for every request has one.
        let parts = text.utf8.split(separator: UInt8(ascii: "/")).suffix(2).map { String(Substring($0)) }
        account = parts.count == 2 ? parts[0] : nil
        name = parts.last ?? ""
    }
}
