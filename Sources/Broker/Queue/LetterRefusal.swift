import Queue
import Wire

/// Why nothing happens to a dead letter that somebody has chosen.
enum LetterRefusal: Error {
    case noQueue(QueueKey)
    case moveRuns
    /// Whoever may discard dead letters may not thereby discard just any message.
    case noDeadLetterQueue(String)
    case wrongCount
    case unsoundReason
    case noLetter(String, in: String)
    case hidden(String)
    case sentStraight(String, to: String)
    case originGone(String, of: String)
    case sameBody
    /// The queue that it came from would not take such a message.
    case unsound(QueueFault)
}

extension WireError {
    init(_ refusal: LetterRefusal) {
        switch refusal {
        case .noQueue(let name):
            self.init("ResourceNotFoundException", "There is no queue \(name.name) in \(name.region).")
        case .moveRuns:
            self.init("ResourceInUseException", QueueFault.moveIsRunning.message)
        case .noDeadLetterQueue(let name):
            self.init(
                "InvalidArgumentException",
                "No queue sends its dead letters to \(name), and other messages cannot be discarded.")
        case .wrongCount: self.init("InvalidArgumentException", "Choose 1 to 100 messages.")
        case .unsoundReason:
            self.init("InvalidArgumentException", "Say why in 1 to 1,000 characters.")
        case .noLetter(let id, let queue):
            self.init("InvalidArgumentException", "There is no message \(id) in \(queue).")
        case .hidden(let id):
            self.init(
                "ResourceInUseException",
                "Message \(id) is hidden: a receiver has it, or had it a moment ago. Try again when it shows."
            )
        case .sentStraight(let id, let queue):
            self.init(
                "InvalidArgumentException",
                "Message \(id) was sent straight to \(queue), so there is no other queue to send it back to.")
        case .originGone(let name, let id):
            self.init(
                "InvalidArgumentException",
                "The queue \(name), from which message \(id) came, is gone. Create it again, or move the letter elsewhere."
            )
        case .sameBody:
            self.init(
                "InvalidArgumentException", "The body is the same as before. Redrive the message as it is.")
        case .unsound(let fault): self.init("InvalidArgumentException", fault.message)
        }
    }
}
