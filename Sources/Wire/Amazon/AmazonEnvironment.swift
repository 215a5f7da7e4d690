/// What the environment of a process says of Amazon: as whom, in which region, and where.
///
/// The same variables and files, in the same order, as Amazon's own tools read them: the environment first, then the
/// profile. Only credentials that stand there as they are can be used, no role that has to be assumed first.
///
/// Source: AWS SDKs and Tools Reference Guide, "Environment variables support" and "Service-specific endpoints".
public struct AmazonEnvironment: Hashable, Sendable {
    public let region: AmazonRegion?
    private let variables: [String: String]
    private let profiles: AmazonProfiles
    private let profile: String

    /// - Parameters:
    ///   - variables: Of the process; one that is empty counts as not set.
    ///   - profiles: What the shared files say.
    /// - Throws: ``AmazonEnvironmentFault/noSuchProfile(_:)``.
    public init(_ variables: [String: String], _ profiles: AmazonProfiles) throws(AmazonEnvironmentFault) {
        let variables = variables.filter { !$0.value.isEmpty }
        profile = variables["AWS_PROFILE"] ?? "default"
        guard variables["AWS_PROFILE"] == nil || profiles.has(profile) else { throw .noSuchProfile(profile) }
        region =
            (variables["AWS_REGION"] ?? variables["AWS_DEFAULT_REGION"]
            ?? profiles.setting("region", of: profile)).map(AmazonRegion.init)
        self.variables = variables
        self.profiles = profiles
    }

    /// True when a variable chooses the credentials, and they are not merely those of the default profile.
    public var choosesCredentials: Bool {
        variables["AWS_PROFILE"] != nil || variables["AWS_ACCESS_KEY_ID"] != nil
    }

    /// As whom to speak; nil where nobody has said so.
    ///
    /// - Throws: ``AmazonEnvironmentFault/noPlainCredentials(profile:detour:)``.
    public func credentials() throws(AmazonEnvironmentFault) -> Credentials? {
        if let id = variables["AWS_ACCESS_KEY_ID"], let secret = variables["AWS_SECRET_ACCESS_KEY"] {
            return Credentials(
                accessKeyID: id, secretAccessKey: secret, sessionToken: variables["AWS_SESSION_TOKEN"])
        }
        if let id = profiles.setting("aws_access_key_id", of: profile),
            let secret = profiles.setting("aws_secret_access_key", of: profile)
        {
            return Credentials(
                accessKeyID: id, secretAccessKey: secret,
                sessionToken: profiles.setting("aws_session_token", of: profile))
        }
        guard let detour = Self.detours.first(where: { profiles.setting($0, of: profile) != nil }) else {
            return nil
        }
        throw .noPlainCredentials(profile: profile, detour: detour)
    }

    /// Settings by which a profile says where to fetch its credentials first.
    private static let detours = [
        "role_arn", "sso_session", "sso_start_url", "credential_process", "login_session",
    ]

    /// Where a service is spoken, if not at Amazon itself.
    public func endpoint<Service: WireService>(of service: Service.Type) -> String? {
        if let told = variables["AWS_ENDPOINT_URL_\(Service.name.uppercased())"]
            ?? variables["AWS_ENDPOINT_URL"]
        {
            return told
        }
        let ignoresFiles = variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() == "true"
        return ignoresFiles ? nil : profiles.endpoint(of: Service.name, for: profile)
    }
}

/// Why an environment says nothing that could be used.
public enum AmazonEnvironmentFault: Error, Hashable, Sendable, CustomStringConvertible {
    case noSuchProfile(String)
    /// Its credentials have to be fetched from somewhere first.
    case noPlainCredentials(profile: String, detour: String)

    public var description: String {
        switch self {
        case .noSuchProfile(let profile):
            "AWS_PROFILE is \(profile), and neither shared file has such a profile. `aws configure list-profiles` tells which there are."
        case .noPlainCredentials(let profile, let detour):
            """
            Profile \(profile) gets its credentials by \(detour), which orderflow does not. Put them into the environment: \
            eval "$(aws configure export-credentials --profile \(profile) --format env)"
            """
        }
    }
}
