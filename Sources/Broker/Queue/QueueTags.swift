import Wire

extension CreateQueue {
    /// Refuses tags that no queue can have.
    ///
    /// Source: Amazon SQS Developer Guide, "Cost allocation tags"; words observed.
    func checkTags() throws(WireError) {
        let tags = tags?.entries ?? []
        guard tags.count <= 50 else {
            throw SQS.invalidParameterValue("Too many tags added for queue \(queueName).")
        }
        guard tags.allSatisfy({ (1...128).contains($0.key.unicodeScalars.count) }) else {
            throw SQS.invalidParameterValue("Tag keys must be between 1 and 128 characters in length.")
        }
        guard tags.allSatisfy({ $0.value.unicodeScalars.count <= 256 }) else {
            throw SQS.invalidParameterValue("Tag values must be between 0 and 256 characters in length.")
        }
    }
}
