import Outages
import Wire

extension StreetSettings {
    /// Has queue and stream be Amazon's, or what the AWS environment has in its place.
    ///
    /// An endpoint that the settings name stays; so a street's processes find what their keeper has found.
    /// - Parameter wished: The region; nil for that of the environment, then that of the settings.
    /// - Throws: ``AmazonEnvironmentFault``; ``SettingsFault`` where nobody says who we are.
    mutating func moveToAmazon(region wished: String? = nil) throws {
        let environment = try AmazonEnvironment.ofThisProcess()
        guard let credentials = try environment.credentials() else {
            throw SettingsFault(
                """
                There are no credentials for Amazon. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a \
                profile of ~/.aws/credentials.
                """)
        }
        let place = wished.map(AmazonRegion.init) ?? environment.region ?? AmazonRegion(region)
        region = place.name
        queueEndpoint =
            queueEndpoint ?? environment.endpoint(of: SQS.self) ?? place.endpoint(of: SQS.name)
        streamEndpoint =
            streamEndpoint ?? environment.endpoint(of: Kinesis.self) ?? place.endpoint(of: Kinesis.name)
        isOnAmazon = true
        amazonCredentials = credentials
    }
}
