import Wire

/// Takes one load to the stream and brings back what became of each event.
struct StreamPublisher: Sendable {
    let name: String
    let stream: any Client<Kinesis>

    /// What became of a load.
    struct Answer {
        var publications: [(OutboxEntry, Publication)] = []
        /// The last thing that went wrong, if anything did.
        var hindrance: Hindrance?

        /// What ``OMS/PlantedBug/failedRecordsIgnored`` does.
        mutating func ignoreFailures() {
            hindrance = nil
            publications = publications.map { entry, publication in
                guard case .failed = publication else { return (entry, publication) }
                return (entry, .published(shard: "unknown", sequenceNumber: "unknown"))
            }
        }

        var failed: [OutboxEntry] {
            publications.compactMap { entry, publication in
                if case .failed = publication { entry } else { nil }
            }
        }
    }

    /// Carries a load of which no two events share a key.
    ///
    /// A refusal that one bad record may have brought on all is looked into, half by half, until only that one is left behind.
    func publish(_ load: [OutboxEntry]) async throws -> Answer {
        do {
            return try await put(load)
        } catch let error as ClientError {
            let hindrance = Hindrance(error)
            guard !hindrance.concernsAll, load.count > 1 else {
                return Answer(publications: load.map { ($0, .failed("\(error)")) }, hindrance: hindrance)
            }
            let half = load.count / 2
            let first = try await publish(Array(load.prefix(half)))
            if let hindrance = first.hindrance, hindrance.concernsAll { return first }
            let second = try await publish(Array(load.dropFirst(half)))
            return Answer(
                publications: first.publications + second.publications,
                hindrance: second.hindrance ?? first.hindrance)
        }
    }

    private func put(_ load: [OutboxEntry]) async throws -> Answer {
        let records = load.map {
            PutRecords.Entry(data: Blob(Array($0.payload.utf8)), partitionKey: $0.partitionKey)
        }
        let output = try await stream(PutRecords(streamName: name, records: records))
        guard output.records.count == load.count else {
            throw ClientError.unknown(
                reason: "the stream answered for \(output.records.count) of \(load.count) records")
        }
        var answer = Answer()
        for (entry, result) in zip(load, output.records) {
            if let shard = result.shardId, let sequenceNumber = result.sequenceNumber {
                answer.publications.append((entry, .published(shard: shard, sequenceNumber: sequenceNumber)))
            } else {
                let hindrance = Hindrance(
                    ofRecord: result.errorCode ?? "InternalFailure", result.errorMessage)
                answer.publications.append((entry, .failed(hindrance.description)))
                answer.hindrance = hindrance
            }
        }
        return answer
    }
}
