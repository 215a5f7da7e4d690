import Wire

/// Holds what queue and stream answer against what they have answered before, and counts what moods do.
///
/// A message whose deletion was acknowledged is never handed out to someone who asks later, and no sequence number of a
/// shard is told twice.
final class WireWitness: @unchecked Sendable {  // lives on its world's thread
    private var messageOfReceipt: [String: String] = [:]
    /// By message id, the place in the order of acknowledgements.
    private var deletions: [String: Int] = [:]
    private var toldNumbers: Set<String> = []
    /// What should not have happened, in words.
    private(set) var breaches: [String] = []
    private(set) var sightings = Sightings()

    /// The broker's mood has done something.
    func hear(moodOf kind: String) {
        switch kind {
        case "throttle": sightings.note(.throttled)
        case "partial_batch": sightings.note(.batchHalfRefused)
        case "redeliver": sightings.note(.handedOutTwice)
        case "shuffle": sightings.note(.shuffled)
        case "expire_iterators": sightings.note(.iteratorExpired)
        default: break
        }
    }

    /// What was known when a question was asked.
    fileprivate var deletionsSoFar: Int { deletions.count }

    fileprivate func hear(_ messages: [ReceivedMessage], askedAfter known: Int) {
        for message in messages {
            messageOfReceipt[message.receiptHandle] = message.messageId
            guard let place = deletions[message.messageId], place < known else { continue }
            breaches.append(
                "message \(message.messageId) was received after its deletion had been acknowledged")
        }
    }

    fileprivate func hearDeletion(_ receipts: [String]) {
        for receipt in receipts {
            guard let message = messageOfReceipt[receipt], deletions[message] == nil else { continue }
            deletions[message] = deletions.count
        }
    }

    fileprivate func hear(_ records: [PutRecords.Result]) {
        for record in records {
            guard let shard = record.shardId, let number = record.sequenceNumber else { continue }
            guard !toldNumbers.insert("\(shard) \(number)").inserted else { continue }
            breaches.append("sequence number \(number) of \(shard) was told twice")
        }
    }
}

/// A client whose answers a witness hears too.
struct WatchedClient<Base: Client>: Client {
    typealias Service = Base.Service

    private let base: Base
    private let witness: WireWitness

    init(_ base: Base, by witness: WireWitness) {
        self.base = base
        self.witness = witness
    }

    func callAsFunction<Op: Operation>(_ operation: Op) async throws -> Op.Output
    where Op.Service == Service {
        let known = witness.deletionsSoFar
        let output = try await base(operation)
        switch (operation, output) {
        case (is ReceiveMessage, let answer as ReceiveMessage.Output):
            witness.hear(answer.messages ?? [], askedAfter: known)
        case (let deletion as DeleteMessage, _):
            witness.hearDeletion([deletion.receiptHandle])
        case (let deletion as DeleteMessageBatch, let answer as DeleteMessageBatch.Output):
            let done = Set(answer.successful?.map(\.id) ?? [])
            witness.hearDeletion(deletion.entries.filter { done.contains($0.id) }.map(\.receiptHandle))
        case (is PutRecords, let answer as PutRecords.Output):
            witness.hear(answer.records)
        default: break
        }
        return output
    }
}
