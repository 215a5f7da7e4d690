import Clockwork
import JSON
import Logging
import Synchronization
import Wire

/// A front with the beginnings of a queue and a stream behind it, which remember the bodies that reach them.
struct House: Sendable {
    static let owner = Credentials(accessKeyID: "OWNER", secretAccessKey: "owner's secret")
    /// May send to one queue, and put on one stream.
    static let guest = Credentials(accessKeyID: "GUEST", secretAccessKey: "guest's secret")

    let clock = HandClock()
    /// What is pushed to whoever subscribes.
    let events = Mailbox<String>()
    let front: WireFront
    private let memory: Memory

    /// What has been done here, in order.
    var deeds: [String] { memory.deeds }

    private final class Memory: Sendable {
        private let content = Mutex<[String]>([])
        var deeds: [String] { content.withLock { $0 } }
        func note(_ deed: String) { content.withLock { $0.append(deed) } }
    }

    struct Mishap: Error {}

    init(isOpenToAll: Bool = false) {
        let memory = Memory()
        self.memory = memory
        let keys = [
            AccessKey(Self.owner, policy: .everything),
            AccessKey(
                Self.guest,
                policy: AccessPolicy([
                    .init(actions: ["sqs:SendMessage"], resources: ["orders.fifo"]),
                    .init(actions: ["kinesis:PutRecord"], resources: ["stream/order-events"]),
                ])),
        ]
        var front = WireFront(
            admission: isOpenToAll ? .anonymous(region: "nowhere-1") : .signed(Verifier(keys: keys)),
            surroundings: Surroundings(time: clock, chance: .seeded(1)), logger: .quiet)
        front.attend(Self.queues(memory))
        front.attend(Self.streams(memory, events))
        self.front = front
    }

    private static func queues(_ memory: Memory) -> ServiceDesk<SQS> {
        var desk = ServiceDesk<SQS>()
        desk.on(SendMessage.self) { message, caller in
            switch message.messageBody {
            case "refuse": throw SQS.invalidParameterValue("Not this one.")
            case "stumble": throw Mishap()
            case "give up": throw CancellationError()
            default: break
            }
            memory.note(
                "\(caller.accessKeyID) in \(caller.region) at \(caller.endpoint): \(message.messageBody)")
            return SendMessage.Output(messageId: "m", md5OfMessageBody: "d")
        }
        desk.on(DeleteMessage.self) { message, _ in
            memory.note("delete \(message.receiptHandle)")
            return NoOutput()
        }
        desk.on(ReceiveMessage.self) { _, _ in ReceiveMessage.Output() }
        return desk
    }

    private static func streams(_ memory: Memory, _ events: Mailbox<String>) -> ServiceDesk<Kinesis> {
        var desk = ServiceDesk<Kinesis>()
        desk.on(PutRecord.self) { record, caller in
            let data = String(decoding: record.data.bytes, as: UTF8.self)
            if data == "stumble" { throw Mishap() }
            memory.note("\(caller.accessKeyID) in \(caller.region) at \(caller.endpoint): \(data)")
            return PutRecord.Output(shardId: "s", sequenceNumber: "1")
        }
        desk.on(DeleteStream.self) { request, _ in
            memory.note("delete \(request.streamName ?? "")")
            return NoOutput()
        }
        desk.on(
            SubscribeToShard.self,
            pushing: { request, _ in
                guard request.consumerARN.hasSuffix("reader") else {
                    throw WireError("ResourceNotFoundException", "Nobody of that name.")
                }
                return {
                    let number = await events.next()
                    return number == "the end"
                        ? nil : .init(records: [], continuationSequenceNumber: number, millisBehindLatest: 0)
                }
            })
        return desk
    }

    static func subscription(to consumer: String) -> SubscribeToShard {
        SubscribeToShard(consumerARN: consumer, shardId: "0", startingPosition: .init(type: "LATEST"))
    }

    /// A request for a service's operation, not yet signed.
    func request(
        _ service: any WireService.Type, _ operation: String, _ body: JSONValue
    ) -> WireRequest {
        WireRequest(
            headers: [
                "Host": "127.0.0.1:4566", "Content-Type": service.contentType,
                "X-Amz-Target": "\(service.targetPrefix).\(operation)",
            ], body: body.bytes)
    }

    /// A request that would be done if it were signed: it stores `content`.
    func storing(_ content: String, by service: any WireService.Type) -> WireRequest {
        if service.name == SQS.name {
            request(
                service, "SendMessage",
                ["QueueUrl": "http://h/0/orders.fifo", "MessageBody": .string(content)])
        } else {
            request(
                service, "PutRecord",
                [
                    "StreamName": "order-events", "PartitionKey": "k", "Data": .string(Self.base64(content)),
                ])
        }
    }

    /// The request, signed now.
    func signed(
        _ request: WireRequest, by credentials: Credentials = owner, for service: any WireService.Type
    ) -> WireRequest {
        var request = request
        Signer(credentials: credentials, region: "us-east-1", service: service.name)
            .sign(&request, at: clock.now)
        return request
    }

    static func base64(_ text: String) -> String {
        var encoded: [UInt8] = []
        Base64.append(Array(text.utf8), to: &encoded)
        return String(decoding: encoded, as: UTF8.self)
    }
}

/// Which service a test is about.
enum Spoken: String, CaseIterable, Sendable {
    case sqs, kinesis

    var service: any WireService.Type { self == .sqs ? SQS.self : Kinesis.self }
}

extension Logger {
    /// For tests that provoke errors on purpose.
    static var quiet: Logger { Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }) }
}

extension WireResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue? { try? JSONValue(parsing: body) }
    /// The local name of the error's type.
    var errorType: String? { json?["__type"]?.string?.split(separator: "#").last.map(String.init) }
}
