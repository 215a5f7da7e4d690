/// What a caller signs with.
public struct Credentials: Hashable, Sendable {
    public var accessKeyID: String
    public var secretAccessKey: String
    /// Set for temporary credentials of Amazon's; our own server issues none.
    public var sessionToken: String?

    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}

extension Credentials: CustomStringConvertible {
    /// The key's id only: a secret belongs in no log.
    public var description: String { accessKeyID }
}
