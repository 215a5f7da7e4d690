import Broker
import Clockwork
import Disk
import Foundation
import Function
import JSON
import Logging
import Testing
import Wire

@testable import Outages

@Suite struct `What a street needs of a queue and a stream` {
    @Test func `is missing where nobody has made it, and looking makes nothing`() async throws {
        try await Premises.open { premises in
            let first = try await premises.provisioning().plan()
            let second = try await premises.provisioning().plan()

            #expect(first == second)
            #expect(first.items.allSatisfy { $0.standing == .missing })
            #expect(
                first.items.map(\.name) == [
                    "orders-dead.fifo", "orders.fifo", "order-events-dead", "order-events-gaps",
                    "order-events",
                ])
            #expect(first.account == "000000000000" && first.region == "us-east-1")
        }
    }

    @Test(arguments: StreetSettings.QueueKind.allCases)
    func `is made once, and there afterwards`(kind: StreetSettings.QueueKind) async throws {
        try await Premises.open { premises in
            premises.settings.queueKind = kind
            let once = try await premises.provisioning().apply(updating: false)
            let again = try await premises.provisioning().apply(updating: true)

            #expect(Set(once.map(\.kind)) == [.created])
            #expect(Set(again.map(\.kind)) == [.unchanged])
            #expect(try await premises.provisioning().plan().isFulfilled)
        }
    }

    @Test func `that differs is told, left alone, and changed only on request`() async throws {
        try await Premises.open { premises in
            try await premises.provisioning().run()
            premises.settings.visibilityTimeout = .seconds(5)
            premises.settings.maxReceiveCount = 9
            let orders = try #require(
                try await premises.provisioning().plan().items.first { $0.name == "orders.fifo" })
            let left = try await premises.provisioning().apply(updating: false)
            let updated = try await premises.provisioning().apply(updating: true)

            #expect(
                orders.standing
                    == .differs([
                        .init(name: "VisibilityTimeout", found: "30", wanted: "5"),
                        .init(name: "maxReceiveCount", found: "5", wanted: "9"),
                    ]))
            #expect(left.map(\.kind) == [.unchanged, .left, .unchanged, .left, .unchanged])
            #expect(updated.map(\.kind) == [.unchanged, .updated, .unchanged, .updated, .unchanged])
            #expect(try await premises.provisioning().plan().isFulfilled)
        }
    }

    @Test func `that differs keeps a street from opening, and the words say what to do`() async throws {
        try await Premises.open { premises in
            try await premises.provisioning().run()
            premises.settings.visibilityTimeout = .seconds(5)
            do {
                try await premises.provisioning().run()
                Issue.record("it opened")
            } catch let fault as ProvisioningFault {
                #expect("\(fault)".contains("orders.fifo: VisibilityTimeout is 30, not 5"))
                #expect("\(fault)".contains("orderflow aws apply --update"))
            }
        }
    }

    @Test func `is not changed where that takes more than attributes`() async throws {
        try await Premises.open { premises in
            try await premises.provisioning().run()
            premises.settings.shards = 2
            let deeds = try await premises.provisioning().apply(updating: true)

            #expect(deeds.last?.kind == .left)
            #expect(
                deeds.last?.item.standing
                    == .differs([
                        .init(name: "ShardCount", found: "4", wanted: "2", canBeChanged: false)
                    ]))
        }
    }

    @Test(arguments: [KeyRing.Holder.shop, .intake, .relay, .function, .courier])
    func `is made by nobody but the conductor`(holder: KeyRing.Holder) async throws {
        try await Premises.open { premises in
            do {
                _ = try await premises.provisioning(as: holder).apply(updating: false)
                Issue.record("\(holder) made it")
            } catch ClientError.refused(let error) {
                #expect(error.status == 403)
            }
        }
    }
}

@Suite struct `A stream that is there` {
    @Test(arguments: [
        (status: "ACTIVE", mode: "PROVISIONED", shards: 4, isAsWanted: true),
        ("ACTIVE", "PROVISIONED", 3, false), ("CREATING", "PROVISIONED", 0, true),
        ("ACTIVE", "ON_DEMAND", 7, true),
    ])
    func `is as wanted by its shards, unless it minds them itself or is on its way`(
        status: String, mode: String, shards: Int, isAsWanted: Bool
    ) {
        let summary = StreamDescriptionSummary(
            streamName: "order-events", streamARN: "arn", streamStatus: status,
            streamModeDetails: StreamModeDetails(streamMode: mode), retentionPeriodHours: 24,
            streamCreationTimestamp: Timestamp(seconds: 0), openShardCount: shards)

        let item = Blueprint(of: StreetSettings()).stream.compared(with: summary)

        #expect((item.standing == .asWanted) == isAsWanted)
    }
}

@Suite struct `A role's policy for Amazon's IAM` {
    private let policies = KeyRing.house.iamPolicies(
        on: Blueprint(of: StreetSettings()), in: AmazonRegion("eu-central-1"), account: "123456789012")

    private func policy(of holder: KeyRing.Holder) -> IAMPolicy? {
        policies.first { $0.holder == holder }?.policy
    }

    @Test func `names each operation once, and the street's own resources by their whole names`() {
        let orders = "arn:aws:sqs:eu-central-1:123456789012:orders.fifo"
        #expect(
            policy(of: .shop)?.statements == [
                .init(actions: ["sqs:SendMessage", "sqs:GetQueueUrl"], resources: [orders])
            ])
        #expect(
            policy(of: .intake)?.statements == [
                .init(
                    actions: [
                        "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility",
                        "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
                    ], resources: [orders])
            ])
    }

    @Test func `leaves out what only our own servers know`() {
        let actions = policies.flatMap { $0.policy.statements.flatMap(\.actions) }

        #expect(policy(of: .courier) == nil && policy(of: .developer) == nil)
        #expect(policy(of: .function)?.statements.count == 3)
        #expect(actions.allSatisfy { $0.hasPrefix("sqs:") || $0.hasPrefix("kinesis:") })
        #expect(!actions.contains { $0.hasSuffix("Batch") || $0.contains("Await") || $0.contains("*") })
    }

    @Test func `lets the function have its records pushed, as whichever consumer it is`() {
        let stream = "arn:aws:kinesis:eu-central-1:123456789012:stream/order-events"
        #expect(
            policy(of: .function)?.statements[1]
                == .init(
                    actions: [
                        "kinesis:RegisterStreamConsumer", "kinesis:DescribeStreamConsumer",
                        "kinesis:SubscribeToShard",
                    ], resources: [stream, "\(stream)/consumer/*"]))
    }

    @Test func `is a document as IAM reads it`() throws {
        #expect(
            try #require(policy(of: .shop)).json == [
                "Version": "2012-10-17",
                "Statement": [
                    [
                        "Effect": "Allow", "Action": ["sqs:SendMessage", "sqs:GetQueueUrl"],
                        "Resource": ["arn:aws:sqs:eu-central-1:123456789012:orders.fifo"],
                    ]
                ],
            ])
    }
}

@Suite struct `A street on Amazon` {
    @Test func `has the function poll, unless the settings say otherwise`() {
        var settings = StreetSettings()
        #expect(FunctionSettings(of: settings).waking == .push)
        settings.streamEndpoint = "https://kinesis.example"
        #expect(FunctionSettings(of: settings).waking == .poll)
        settings.reader = .watch
        #expect(FunctionSettings(of: settings).waking == .watch)
    }

    @Test func `is spoken to with Amazon's credentials, and its own servers with its own keys`() {
        var settings = StreetSettings()
        settings.amazonCredentials = Credentials(accessKeyID: "AKIA", secretAccessKey: "x")
        settings.queueEndpoint = "https://sqs.example"

        #expect(settings.credentials(of: .shop, for: SQS.self).accessKeyID == "AKIA")
        #expect(settings.credentials(of: .function, for: Kinesis.self).accessKeyID == "function")
    }

    @Test func `writes down that it is, and no credentials`() {
        var settings = StreetSettings()
        settings.isOnAmazon = true
        settings.amazonCredentials = Credentials(accessKeyID: "AKIAWHO", secretAccessKey: "hidden")

        #expect(settings.file["amazon"] == true)
        #expect(!settings.file.text.contains("hidden") && !settings.file.text.contains("AKIAWHO"))
    }
}
