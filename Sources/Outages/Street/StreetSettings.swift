import Function
import Orders
import Wire

/// How one street is set up: where its files lie, who listens where, who may do what, and how patient everyone is.
///
/// The defaults suit a laptop.
package struct StreetSettings: Sendable {
    /// Where a role listens. Port 0 picks a free one.
    package struct Address: Hashable, Sendable {
        package var host: String
        package var port: Int

        package init(host: String = "127.0.0.1", port: Int) {
            self.host = host
            self.port = port
        }

        package var url: String { "http://\(host):\(port)" }
        package var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
    }

    /// A third party that wants to hear of orders.
    package struct Partner: Hashable, Sendable {
        package var name: String
        package var address: Address
        package var secret: WebhookSecret

        package init(name: String, address: Address, secret: WebhookSecret) {
            self.name = name
            self.address = address
            self.secret = secret
        }
    }

    /// How long the courier tries, and how soon again.
    package enum RetrySchedule: String, Hashable, Sendable, CaseIterable {
        /// 5 s, 5 min, 30 min, 2 h and so on, over three days.
        case standard
        /// 0.2 s to 10 s: for a demonstration.
        case fast
    }

    /// How the OMS treats what it has received.
    package enum Consumer: String, Hashable, Sendable, CaseIterable {
        case sound
        /// As a well-known article prints it: a visibility timeout of 0, and no delete. To be shown, not to be used.
        case asPrinted = "as-printed"
    }

    package enum QueueKind: String, Hashable, Sendable, CaseIterable {
        case fifo, standard
    }

    /// How orders get from the shop to the OMS, and from there to the partners.
    package enum Wiring: String, Hashable, Sendable, CaseIterable {
        /// Through a queue and a stream: who is away finds later what waits for it.
        case decoupled
        /// By calls, one inside the other: the shop waits for the OMS, and the OMS for every partner. The way not taken,
        /// to compare with.
        case coupled
    }

    package var wiring = Wiring.decoupled
    /// The data directory: every role's database lies in it.
    package var data = "data"
    package var region = "us-east-1"
    package var broker = Address(port: 4_566)
    /// What the broker holds ready on the disk for when it is full; 0 for nothing.
    package var ballastBytes: Int64 = 64 << 20
    /// Whether the broker may be put in moods: for rehearsals, never in service.
    package var permitsMoods = false
    /// Where queue and stream are; nil means our own broker. Amazon's endpoints are told apart by service.
    package var queueEndpoint: String?
    package var streamEndpoint: String?
    /// True where endpoints, region and credentials are those of an AWS environment.
    package var isOnAmazon = false
    /// With what every role signs there, for a queue and a stream that are not ours; nil for each role's own key. They come
    /// from the environment of each process and are written down nowhere.
    package var amazonCredentials: Credentials?
    /// How the function hears of records; nil is the best that the stream's server is known to offer.
    package var reader: FunctionSettings.Waking?
    /// The name under which the function has records pushed, where it does.
    package var consumerName = Pipeline.function
    /// Between two looks of a function that polls.
    package var pollInterval = Duration.milliseconds(250)
    /// Where the OMS takes orders when it is coupled to the shop; otherwise it listens nowhere.
    package var oms = Address(port: 4_574)
    package var courier = Address(port: 4_570)
    /// Webhooks that may be under way to one partner at once, 2 to 256. An attempt waits for two commits and an answer, so
    /// this bounds how many a partner is told in a second.
    package var courierConcurrency = 32
    package var partners = [
        Partner(name: "warehouse", address: Address(port: 4_571), secret: .ofHouse(1)),
        Partner(name: "crm", address: Address(port: 4_572), secret: .ofHouse(2)),
        Partner(name: "carrier", address: Address(port: 4_573), secret: .ofHouse(3)),
    ]
    /// The relay between the processes, by which faults are put on the ways between them; nil for none.
    package var arrows: StreetArrows?
    /// Where the conductor answers those who break things; nil for a street of which nobody asks that.
    package var conductor: Address?
    package var keys = KeyRing.house
    /// True when requests need no signature. Refused off loopback.
    package var isAnonymous = false
    package var queueKind = QueueKind.fifo
    /// How long a received order is hidden from other workers.
    package var visibilityTimeout = Duration.seconds(30)
    /// How long a deleted queue's name cannot be taken again, and how long after a purge the next one is refused; Amazon's
    /// is 60 s.
    package var quietSpan = Duration.zero
    /// How often a message is received before it counts as a dead letter, 1 to 1,000.
    package var maxReceiveCount = 5
    package var shards = 4
    /// How long a stream is CREATING, UPDATING or DELETING; Amazon takes about 20 s.
    package var controlDelay = Duration.zero
    /// Whether the broker's shards take and tell no more in a second than Amazon's do.
    package var throttlesStreams = false
    /// Intakes of one OMS process.
    package var workers = 2
    package var consumer = Consumer.sound
    package var retrySchedule = RetrySchedule.standard
    package var shop = ShopPlan()

    package init() {}

    /// Where SQS is spoken.
    package var queueURLBase: String { queueEndpoint ?? broker.url }
    /// Where Kinesis is spoken.
    package var streamURLBase: String { streamEndpoint ?? broker.url }

    /// With what a role signs its calls of SQS and Kinesis.
    package func credentials<Service: WireService>(
        of holder: KeyRing.Holder, for service: Service.Type
    ) -> Credentials {
        let own = keys[holder].credentials
        return (Service.self == SQS.self ? queueEndpoint : streamEndpoint) == nil
            ? own : amazonCredentials ?? own
    }
}

extension WebhookSecret {
    /// A secret for a partner that runs on this very machine: fixed, so that a laptop needs no set-up.
    static func ofHouse(_ number: UInt8) -> WebhookSecret {
        WebhookSecret(bytes: (0..<32).map { number &* 32 &+ $0 })
    }
}
