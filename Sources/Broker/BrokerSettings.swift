import Clockwork
import Foundation
import Wire

/// How a broker is set up. The defaults suit a laptop.
public struct BrokerSettings: Sendable {
    /// Where `broker.db` lies.
    public var directory: String
    public var host: String
    /// 0 picks a free one.
    public var port: Int
    /// The keys that requests may be signed with; nil lets everyone do everything, on loopback only.
    public var keys: [AccessKey]?
    /// The region of unsigned requests; signed ones name theirs.
    public var region = "us-east-1"
    public var limits = HTTPListener.Limits()
    /// Event loops that answer, each on a thread of its own; a connection stays on one.
    public var threads = min(4, ProcessInfo.processInfo.activeProcessorCount)
    /// The account that ARNs and queue URLs name.
    public var account = "000000000000"
    /// How long a deleted queue's name cannot be taken again, and how long after a purge the next one is refused.
    /// Amazon's 60 seconds are right for a rehearsal and in the way of everything else.
    public var quietSpan = Duration.zero
    /// Open shards of a region's streams together.
    public var mostShards = 1_000
    /// How long a stream is CREATING, UPDATING or DELETING. Amazon takes some twenty seconds; without any, who waits for
    /// ACTIVE finds it at the first look.
    public var controlDelay = Duration.zero
    /// Whether a shard takes 1 MiB and 1,000 records and answers 5 reads and 2 MiB in a second and no more, as Amazon's,
    /// and an account is bounded in how often it looks after its streams.
    public var throttlesStreams = false
    /// Whether it may be put in moods by `BrokerControl`: for rehearsals, never in service.
    public var permitsMoods = false
    /// Told whenever a mood has done something, with its kind.
    package var moodStruck: (@Sendable (_ kind: String) -> Void)?
    /// Where commits run: blocking there harms nobody. Nil in virtual time.
    package var writer: (any TaskExecutor)?

    public init(directory: String, host: String = "127.0.0.1", port: Int = 4_566, keys: [AccessKey]? = nil) {
        self.directory = directory
        self.host = host
        self.port = port
        self.keys = keys
        writer = CommitThread()
    }

    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// Why a broker will not start.
    enum Fault: Error, CustomStringConvertible {
        case anonymousOffLoopback

        var description: String {
            "Without signatures the broker listens on loopback only. Give it keys, or the host 127.0.0.1."
        }
    }
}
