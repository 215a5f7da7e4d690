/// Corrects a dead letter's body and sends it back to the queue that it came from. Amazon can do neither with one letter.
///
/// In one commit the letter leaves, the corrected one arrives under a new id, and who wrote what is put on record. Group,
/// deduplication and attributes are those that it would have if it were sent back as it is. The caller has to have leave
/// to send to that queue, too.
public struct EditMessage: Operation {
    public typealias Service = BrokerControl
    public typealias Output = RedriveMessages.Renaming

    /// The dead-letter queue.
    public var queueName: String
    public var messageId: String
    /// What it is to say from now on: text as for ``SendMessage``, and another one than before.
    public var messageBody: String

    public init(queueName: String, messageId: String, messageBody: String) {
        self.queueName = queueName
        self.messageId = messageId
        self.messageBody = messageBody
    }

    public var resource: ResourceName? { .queue(queueName) }
}
