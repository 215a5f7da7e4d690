/// Ten thousand records may stand in one answer, so those that hold them write themselves.
extension GetRecords.Output: SelfWriting {
    func write(on page: Page) throws {
        page.makeRoom(forRecords: records)
        var pen = MemberPen(on: page)
        pen.name("Records")
        try page.write(records)
        try pen.write(nextShardIterator, as: "NextShardIterator")
        pen.name("MillisBehindLatest")
        page.write(whole: millisBehindLatest)
        try pen.write(childShards, as: "ChildShards")
        pen.close()
    }
}

extension SubscribeToShard.Event: SelfWriting {
    func write(on page: Page) throws {
        page.makeRoom(forRecords: records)
        var pen = MemberPen(on: page)
        pen.name("Records")
        try page.write(records)
        pen.name("ContinuationSequenceNumber")
        page.write(continuationSequenceNumber)
        pen.name("MillisBehindLatest")
        page.write(whole: millisBehindLatest)
        try pen.write(childShards, as: "ChildShards")
        pen.close()
    }
}

extension Page {
    fileprivate func makeRoom(forRecords records: [StreamRecord]) {
        makeRoom(records.reduce(512) { $0 + $1.data.bytes.count * 4 / 3 + $1.partitionKey.utf8.count + 192 })
    }

    fileprivate func write(_ records: [StreamRecord]) throws {
        let end = openList()
        for (place, record) in records.enumerated() {
            if place > 0 { part() }
            var pen = MemberPen(on: self)
            pen.name("SequenceNumber")
            write(record.sequenceNumber)
            pen.name("ApproximateArrivalTimestamp")
            write(record.approximateArrivalTimestamp)
            pen.name("Data")
            write(record.data)
            pen.name("PartitionKey")
            write(record.partitionKey)
            try pen.write(record.encryptionType, as: "EncryptionType")
            pen.close()
        }
        close(end)
    }
}
