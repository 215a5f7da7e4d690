import ArgumentParser

/// Where the broker is that is to do something.
struct BrokerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where the broker is.", valueName: "url")) var endpointUrl: String?
    @Option(help: "The region. Default: AWS_REGION, AWS_DEFAULT_REGION, then us-east-1.") var region: String?

    /// - Parameter data: Where a broker that runs here has noted its port.
    func caller(besides data: DataOptions) async throws -> StreetCaller {
        try StreetCaller(endpoint: endpointUrl, region: region, directory: await data.path())
    }
}
