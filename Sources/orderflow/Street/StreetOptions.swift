import ArgumentParser
import Outages

/// The options of every verb that plays a street.
struct StreetOptions: ParsableArguments {
    @Option(help: "The data directory. Each role keeps its database there.") var data: String?
    @Option(help: "A settings file in YAML. Default: config/local.yaml where there is one.") var config:
        String?

    /// Flag, then environment, then file, then default.
    func settings() async throws -> StreetSettings {
        var settings = try await SettingsReader(file: config).streetSettings()
        if let data { settings.data = data }
        return settings
    }
}
