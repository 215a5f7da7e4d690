import ArgumentParser
import Outages

/// The options of every verb that plays a street.
struct StreetOptions: ParsableArguments {
    @Option(help: "The data directory. Each role keeps its database there.") var data: String?
    @Option(help: "A settings file in YAML. Default: config/local.yaml where there is one.") var config:
        String?

    @Flag(
        help: ArgumentHelp(
            "Queue and stream are Amazon's.",
            discussion: """
                Region, credentials and endpoints are those of the AWS environment: AWS_REGION, AWS_ACCESS_KEY_ID, \
                AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE, AWS_ENDPOINT_URL and their shared files. \
                `amazon: true` in the settings says the same.
                """))
    var amazon = false

    /// Flag, then environment, then file, then default.
    func settings() async throws -> StreetSettings {
        var settings = try await SettingsReader(file: config).streetSettings()
        if let data { settings.data = data }
        if amazon, !settings.isOnAmazon { try settings.moveToAmazon() }
        return settings
    }
}
