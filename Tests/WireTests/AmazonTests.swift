import Clockwork
import Testing

@testable import Wire

@Suite struct `A region of Amazon's` {
    @Test(arguments: [
        ("eu-central-1", "https://sqs.eu-central-1.amazonaws.com", "arn:aws:sqs:eu-central-1:1:orders"),
        ("us-east-1", "https://sqs.us-east-1.amazonaws.com", "arn:aws:sqs:us-east-1:1:orders"),
        ("cn-north-1", "https://sqs.cn-north-1.amazonaws.com.cn", "arn:aws-cn:sqs:cn-north-1:1:orders"),
        (
            "us-gov-west-1", "https://sqs.us-gov-west-1.amazonaws.com",
            "arn:aws-us-gov:sqs:us-gov-west-1:1:orders"
        ),
    ])
    func `tells where a service is spoken, and how its resources are called`(
        name: String, endpoint: String, arn: String
    ) {
        let region = AmazonRegion(name)

        #expect(region.endpoint(of: "sqs") == endpoint)
        #expect(region.arn(of: "orders", in: "sqs", account: "1") == arn)
    }

    /// Signatures made by botocore 1.43.11 for the same requests.
    @Test(arguments: [
        (
            "sqs", "eu-central-1", "AmazonSQS.GetQueueUrl", "application/x-amz-json-1.0",
            #"{"QueueName":"orders.fifo"}"#,
            "b9dc75173895a9d28d1f65a2db703dcde54d5309ea3568280dc973ebb98695ef"
        ),
        (
            "kinesis", "cn-north-1", "Kinesis_20131202.DescribeStreamSummary", "application/x-amz-json-1.1",
            #"{"StreamName":"order-events"}"#,
            "a177f87558eb4216342566fba0baf30c25f345a8b6304463d38357d20af1c554"
        ),
    ])
    func `is spoken to with temporary credentials as botocore does`(
        service: String, region: String, target: String, contentType: String, body: String, signature: String
    ) throws {
        let credentials = Credentials(
            accessKeyID: "ASIAEXAMPLE", secretAccessKey: "secret", sessionToken: "token/with+signs==")
        var request = WireRequest(
            headers: [
                "host": AmazonRegion(region).endpoint(of: service).authority, "content-type": contentType,
                "x-amz-target": target,
            ], body: Array(body.utf8))

        Signer(credentials: credentials, region: region, service: service)
            .sign(&request, at: try #require(Timestamp("2026-11-27T12:00:00Z")))

        #expect(request.headers["x-amz-security-token"] == "token/with+signs==")
        #expect(
            request.headers["authorization"] == """
                AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/20261127/\(region)/\(service)/aws4_request, \
                SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=\(signature)
                """)
    }
}

@Suite struct `An AWS environment` {
    private static let credentialsFile = """
        # made by hand
        [default]
        aws_access_key_id = AKIADEFAULT
        aws_secret_access_key=s3cret/with=signs   ; a remark

        [shop]
        aws_access_key_id = ASIASHOP
        aws_secret_access_key = shop's
        aws_session_token = token
        """
    private static let configFile = """
        [default]
        region = eu-west-1
        aws_access_key_id = AKIAIGNORED
        aws_secret_access_key = the credentials file goes before

        [profile shop]
        region=eu-central-1
        services = nearby
        endpoint_url = https://everything.example

        [ profile  visitor ]
        role_arn = arn:aws:iam::123456789012:role/visitor

        [profile plain]
        aws_access_key_id = AKIAPLAIN
        aws_secret_access_key = p#lain # with a remark

        [services nearby]
        sqs =
          endpoint_url = http://127.0.0.1:4566
        s3 =
          endpoint_url = http://127.0.0.1:9000

        [sso-session x]
        region = nowhere
        """

    private func read(_ variables: [String: String]) throws -> AmazonEnvironment {
        try AmazonEnvironment(
            variables, AmazonProfiles(credentials: Self.credentialsFile, config: Self.configFile))
    }

    @Test func `says nothing where nobody has said anything`() throws {
        let environment = try AmazonEnvironment([:], AmazonProfiles(credentials: "", config: ""))

        #expect(try environment.credentials() == nil && environment.region == nil)
        #expect(environment.endpoint(of: SQS.self) == nil)
    }

    @Test(arguments: [
        ([:], Credentials(accessKeyID: "AKIADEFAULT", secretAccessKey: "s3cret/with=signs")),
        (
            ["AWS_PROFILE": "shop"],
            Credentials(accessKeyID: "ASIASHOP", secretAccessKey: "shop's", sessionToken: "token")
        ),
        (["AWS_PROFILE": "plain"], Credentials(accessKeyID: "AKIAPLAIN", secretAccessKey: "p#lain")),
        (
            ["AWS_PROFILE": "shop", "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "x"],
            Credentials(accessKeyID: "AKIA", secretAccessKey: "x")
        ),
        (
            ["AWS_ACCESS_KEY_ID": "ASIA", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "t"],
            Credentials(accessKeyID: "ASIA", secretAccessKey: "x", sessionToken: "t")
        ),
        (
            ["AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": ""],
            Credentials(accessKeyID: "AKIADEFAULT", secretAccessKey: "s3cret/with=signs")
        ),
    ])
    func `has its credentials in variables, else in the profile`(
        variables: [String: String], credentials: Credentials
    ) throws {
        #expect(try read(variables).credentials() == credentials)
    }

    @Test(arguments: [
        ([:], "eu-west-1"), (["AWS_PROFILE": "shop"], "eu-central-1"),
        (["AWS_DEFAULT_REGION": "us-east-2"], "us-east-2"),
        (["AWS_DEFAULT_REGION": "us-east-2", "AWS_REGION": "us-west-2"], "us-west-2"),
        (["AWS_PROFILE": "plain"], nil),
    ])
    func `has its region in variables, else in the profile`(
        variables: [String: String], region: String?
    ) throws {
        #expect(try read(variables).region?.name == region)
    }

    @Test(arguments: [
        ([:], nil, nil),
        (["AWS_ENDPOINT_URL": "http://all"], "http://all", "http://all"),
        (
            ["AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_SQS": "http://sqs"], "http://sqs",
            "http://all"
        ),
        (["AWS_PROFILE": "shop"], "http://127.0.0.1:4566", "https://everything.example"),
        (
            ["AWS_PROFILE": "shop", "AWS_ENDPOINT_URL_KINESIS": "http://k"], "http://127.0.0.1:4566",
            "http://k"
        ),
        (["AWS_PROFILE": "shop", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"], nil, nil),
    ])
    func `tells where each service is, the nearest word first`(
        variables: [String: String], sqs: String?, kinesis: String?
    ) throws {
        let environment = try read(variables)

        #expect(environment.endpoint(of: SQS.self) == sqs)
        #expect(environment.endpoint(of: Kinesis.self) == kinesis)
    }

    @Test func `names a profile that is there, or says that it is not`() {
        #expect(throws: AmazonEnvironmentFault.noSuchProfile("nobody")) {
            try read(["AWS_PROFILE": "nobody"])
        }
    }

    @Test func `whose profile has to fetch its credentials first says how to get them`() {
        let fault = AmazonEnvironmentFault.noPlainCredentials(profile: "visitor", detour: "role_arn")

        #expect(throws: fault) { try read(["AWS_PROFILE": "visitor"]).credentials() }
        #expect(fault.description.contains("aws configure export-credentials --profile visitor"))
    }
}
