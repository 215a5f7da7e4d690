import ArgumentParser
import Clockwork
import Inspection
import JSON
import Outages
import Wire

/// `orderflow aws …`: what a street needs of Amazon, and whether it is there.
struct AmazonCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aws",
        abstract: "Show what a street needs of Amazon's SQS and Kinesis, and create it.",
        discussion: """
            Where: --endpoint-url, the settings' queue.endpoint and stream.endpoint, AWS_ENDPOINT_URL_SQS and \
            AWS_ENDPOINT_URL_KINESIS, AWS_ENDPOINT_URL, then Amazon itself. As whom: where the settings or the flag name the \
            place, with the conductor's key of the settings; with --amazon, or where nobody names a place, with the \
            credentials of the AWS environment, which may be a profile of the shared files.
            """,
        subcommands: [Plan.self, Apply.self])

    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare what the street needs with what is there. Changes nothing.",
            discussion: """
                --format iam prints the policy of each role for Amazon's IAM, made of the sentences by which our own broker \
                lets roles in; with --account nobody is asked for it.

                Exits with 0, whatever there is to do; 1 when the key may not look; 2 for wrong usage; 3 when there is no \
                answer.
                """)

        enum Format: String, CaseIterable, ExpressibleByArgument {
            case table, json, iam
        }

        @OptionGroup var place: AmazonPlaceOptions
        @Option(help: "table, json or iam.") var format = Format.table
        @Option(help: ArgumentHelp("The account that policies are for.", valueName: "digits")) var account:
            String?

        func validate() throws {
            guard let account else { return }
            guard format == .iam else { throw ValidationError("--account goes with --format iam.") }
            guard account.utf8.count == 12, account.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw ValidationError("--account \(account) is none. An account has twelve digits.")
            }
        }

        func run() async throws {
            if format == .iam, let account {
                return Self.printPolicies(of: try await place.settings(speaking: false), account: account)
            }
            let settings = try await place.settings()
            let plan = try await AmazonCaller(settings).call { try await $0.plan() }
            switch format {
            case .table: Output.write(AmazonPage(settings).text(of: plan))
            case .json: Output.write(plan.json(at: settings).indentedText + "\n")
            case .iam:
                guard let account = plan.account else {
                    throw Ending(
                        status: 3,
                        words: "\(settings.streamURLBase) does not tell its account. Name it with --account.")
                }
                Self.printPolicies(of: settings, account: account)
            }
        }

        private static func printPolicies(of settings: StreetSettings, account: String) {
            var object = JSONObject()
            for (holder, policy) in settings.keys.iamPolicies(
                on: Blueprint(of: settings), in: AmazonRegion(settings.region), account: account)
            {
                object[holder.rawValue] = policy.json
            }
            Output.write(JSONValue.object(object).indentedText + "\n")
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create what is missing.",
            discussion: """
                What is there and differs stays as it is, unless --update is given; whether a queue is FIFO and how many \
                shards a stream has cannot be changed here. To apply again what has been applied does nothing.

                Exits with 0 when all is as the street needs it; 1 when something that differs was left, or the key may not; \
                2 for wrong usage; 3 when nobody can tell what was done.
                """)

        @OptionGroup var place: AmazonPlaceOptions
        @Flag(help: "Change attributes of queues that differ.") var update = false
        @Flag(help: "Print one JSON object.") var json = false

        func run() async throws {
            let settings = try await place.settings()
            let deeds = try await AmazonCaller(settings).call { try await $0.apply(updating: update) }
            Output.write(
                json
                    ? JSONValue.array(deeds.map(\.json)).indentedText + "\n"
                    : AmazonPage(settings).text(of: deeds))
            guard deeds.allSatisfy({ $0.kind != .left }) else { throw ExitCode(1) }
        }
    }
}

/// Where Amazon is, or what stands in for it.
struct AmazonPlaceOptions: ParsableArguments {
    @Option(help: "A settings file in YAML. Default: config/local.yaml where there is one.") var config:
        String?
    @Flag(help: "Speak with the credentials of the AWS environment, wherever it is.") var amazon = false
    @Option(help: ArgumentHelp("Where SQS and Kinesis are spoken.", valueName: "url")) var endpointUrl:
        String?
    @Option(help: "The region. Default: AWS_REGION, AWS_DEFAULT_REGION, the profile's, then the settings'.")
    var region: String?

    /// - Parameter isSpeaking: False when nothing is asked of anybody; then nobody has to say who he is.
    func settings(speaking isSpeaking: Bool = true) async throws -> StreetSettings {
        var settings = try await SettingsReader(file: config).streetSettings()
        if let endpointUrl {
            settings.queueEndpoint = endpointUrl
            settings.streamEndpoint = endpointUrl
        }
        let isPlaceNamed = settings.queueEndpoint != nil && settings.streamEndpoint != nil
        if isSpeaking, amazon || !isPlaceNamed {
            try settings.moveToAmazon(region: region)
        } else {
            settings.region =
                try region ?? (isPlaceNamed ? nil : AmazonEnvironment.ofThisProcess().region?.name)
                ?? settings.region
        }
        return settings
    }
}

/// Provisions by a street's settings, and says in words what did not work.
struct AmazonCaller {
    private let settings: StreetSettings

    init(_ settings: StreetSettings) {
        self.settings = settings
    }

    /// - Throws: ``Ending``, by what became of the call.
    func call<Answer>(_ deed: (Provisioning) async throws -> Answer) async throws -> Answer {
        do {
            return try await NetworkTransport.withHTTPClient { http in
                let surroundings = Surroundings.system()
                return try await deed(
                    Provisioning(
                        settings: settings,
                        queue: settings.conductorClient(of: SQS.self, http: http, surroundings: surroundings),
                        stream: settings.conductorClient(
                            of: Kinesis.self, http: http, surroundings: surroundings)))
            }
        } catch ClientError.refused(let error) {
            throw Ending(status: 1, words: words(for: error))
        } catch ClientError.unknown(let reason) {
            throw Ending(
                status: 3,
                words:
                    "There is no answer: \(reason). Is \(settings.queueURLBase) the place, \(settings.region) the region?"
            )
        }
    }

    private func words(for error: WireError) -> String {
        let key = settings.credentials(of: .conductor, for: SQS.self)
        return Self.isAboutPermission(error)
            ? """
            The key \(key) may not do this: \(error). The policy that it needs is printed by \
            `orderflow aws plan --format iam --account ACCOUNT`, under conductor.
            """
            : "It was refused: \(error)"
    }

    private static func isAboutPermission(_ error: WireError) -> Bool {
        error.status == 403
            || [
                "AccessDenied", "AccessDeniedException", "InvalidClientTokenId",
                "UnrecognizedClientException",
                "InvalidSignatureException", "SignatureDoesNotMatch", "ExpiredTokenException",
                "MissingAuthenticationTokenException",
            ].contains(error.type)
    }
}
