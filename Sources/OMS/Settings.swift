import Clockwork
import Orders

extension OrderManagement {
    /// How the OMS works; the defaults suit a laptop.
    package struct Settings: Sendable {
        /// What the process is called in the history of orders: `oms`, `oms#2`.
        package var name = "oms"
        /// How many intakes receive at the same time, 1 or more.
        package var workers = 2
        package var queue = QueueAddress.name(Pipeline.orderQueue)
        package var stream = Pipeline.eventStream
        /// Where the reader of the stream says what expired before it had read it.
        package var gapQueue = Pipeline.gapQueue
        /// How long a received message stays hidden from others, in whole seconds up to 12 hours.
        package var visibility = Duration.seconds(30)
        /// Whether messages are deleted once they are in the books. Off, an OMS shows what comes of a consumer that
        /// forgets to: the queue hands the same messages out again and again, and never comes to the others.
        package var deletesMessages = true
        /// How long a receive waits for a message, in whole seconds up to 20.
        package var wait = Duration.seconds(20)
        /// An unreadable message is shown again after this, so that its receives are soon used up.
        package var unreadableReturnsAfter = Duration.seconds(1)
        /// The relay looks for leftovers this often, beside being told of every new event.
        package var sweepEvery = Duration.seconds(1)
        /// How long a relay's lease lasts; it is renewed at half of that.
        package var relayLease = Duration.seconds(10)
        /// How much one call to the stream carries.
        package var relayLoad = RelayLoad()
        /// Waits while a broker or a disk is in trouble. The cap is also the longest we notice late that it is over.
        package var backoff = Backoff(base: .milliseconds(50), cap: .seconds(2))

        /// For the tests of the audit: a mistake to make on purpose. No configuration leads here.
        package var planted: PlantedBug?

        package init() {}
    }

    /// Which queue the orders wait in.
    package enum QueueAddress: Hashable, Sendable {
        /// A name, whose URL the broker knows.
        case name(String)
        case url(String)

        var text: String {
            switch self {
            case .name(let text), .url(let text): text
            }
        }

        /// First in, first out; such a queue's name ends in `.fifo`.
        var isFIFO: Bool { text.hasSuffix(".fifo") }
    }
}
