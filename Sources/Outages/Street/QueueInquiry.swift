import Clockwork
import Inspection
import JSON
import Orders
import Synchronization
import Wire

extension StreetSettings {
    /// Where queue and stream are, for whoever looks at a street that has none of its own; nil where both are ours.
    package var elsewhere: Elsewhere? {
        guard wiring == .decoupled, queueEndpoint != nil || streamEndpoint != nil else { return nil }
        return Elsewhere(queue: queueEndpoint, stream: streamEndpoint)
    }
}

extension RunDirectory {
    /// As ``StreetSettings/elsewhere``, of the street that was played here last; nothing was asked of anybody.
    package var elsewhere: Elsewhere? {
        guard let settings = read(settings),
            settings["wiring"]?.string != StreetSettings.Wiring.coupled.rawValue
        else { return nil }
        let (queue, stream) = (
            settings["queue"]?["endpoint"]?.string, settings["stream"]?["endpoint"]?.string
        )
        return queue == nil && stream == nil ? nil : Elsewhere(queue: queue, stream: stream)
    }
}

extension RunDirectory {
    /// The region of the street that was played here last; empty where none is told.
    package var region: String { read(settings)?["region"]?.string ?? "" }
}

/// Asks a queue service that is not ours how much it holds.
package final class QueueInquiry: Sendable {
    private let elsewhere: Elsewhere
    private let names: [String]
    private let queue: any Client<SQS>
    private let time: any TimeSource
    private let urls = Mutex<[String: String]>([:])

    /// - Parameter queue: A client that does not wait long: whoever looks wants to know now.
    /// - Returns: Nil where the queue is ours.
    package init?(of street: StreetSettings, queue: any Client<SQS>, time: any TimeSource) {
        guard let elsewhere = street.elsewhere, elsewhere.queue != nil else { return nil }
        self.elsewhere = elsewhere
        names = Blueprint(of: street).queues.map(\.name)
        self.queue = queue
        self.time = time
    }

    /// Asks for the counts of every queue of the street.
    ///
    /// - Returns: Where it is and what it told, or why it did not.
    /// - Throws: `CancellationError`.
    package func ask() async throws -> Elsewhere {
        var answer = elsewhere
        let asked = time.now
        do {
            var queues: [String: Elsewhere.Told.Counts] = [:]
            for name in names { queues[name] = try await counts(of: name) }
            answer.told = Elsewhere.Told(at: asked, queues: queues)
        } catch let error as ClientError {
            answer.silence = "did not answer: \(error)"
        }
        return answer
    }

    private func counts(of name: String) async throws -> Elsewhere.Told.Counts {
        let known = urls.withLock { $0[name] }
        let url: String
        if let known { url = known } else { url = try await queue(GetQueueUrl(queueName: name)).queueUrl }
        urls.withLock { $0[name] = url }
        let attributes = try await queue(
            GetQueueAttributes(queueUrl: url, attributeNames: [Self.waiting, Self.inFlight, Self.delayed])
        ).attributes
        func count(_ name: String) -> Int { attributes?[name].flatMap { Int($0) } ?? 0 }
        return Elsewhere.Told.Counts(
            waiting: count(Self.waiting), inFlight: count(Self.inFlight), delayed: count(Self.delayed))
    }

    private static let waiting = "ApproximateNumberOfMessages"
    private static let inFlight = "ApproximateNumberOfMessagesNotVisible"
    private static let delayed = "ApproximateNumberOfMessagesDelayed"
}
