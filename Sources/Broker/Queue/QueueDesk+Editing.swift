import Clockwork
import Disk
import GRDB
import Queue
import Synchronization
import Wire

/// A dead letter is corrected: the old one leaves and the new one arrives in one commit, or nothing happens.
extension QueueDesk {
    func edit(_ request: EditMessage, for caller: Caller) async throws -> EditMessage.Output {
        let choice = try chosen([request.messageId], from: request.queueName, for: caller)
        let (letter, message) = try corrected(request, choice)
        if let origin = letter.origin {
            // Whoever may correct letters may not thereby send to just any queue.
            try caller.require("sqs:SendMessage", on: .queue(origin.name))
        }
        let place = QueueStore.place(choice.queue, letter.envelope.sequence)
        let now = surroundings.now
        let decision = QueueStore.Decision(by: caller.accessKeyID, at: now)
        let (ticket, moved, changes) = try decide {
            state throws(WireError) -> (CommitTicket<Void>, RedriveMessages.Renaming, Int) in
            try commit.acceptMore()
            let source = try open(choice, in: state)
            guard let target = origin(of: letter, besides: source, state) else {
                throw WireError(Self.noWayBack(for: letter, from: source))
            }
            do throws(QueueFault) {
                try target.engine.check(message)
            } catch {
                throw WireError(.unsound(error))
            }
            let (ticket, moved) = moveBack(stillThere([letter], in: source), from: source, &state, now: now) {
                id, db in
                try QueueStore.edit(place, to: message, as: id, decision, in: db)
            }
            guard let renaming = moved.first else { throw WireError(.hidden(letter.messageID)) }
            return (ticket, renaming, source.engine.changesMade)
        }
        try await settle(ticket, changes, of: choice)
        return moved
    }

    /// The letter, and the message that it is to become.
    private func corrected(
        _ request: EditMessage, _ choice: Choice
    ) throws -> (QueueStore.DeadLetter, SoundMessage) {
        guard var letter = choice.letters.first,
            var draft = try reader.read({ try QueueStore.draft(of: letter, in: choice.queue, $0) })
        else { throw WireError(.noLetter(request.messageId, in: request.queueName)) }
        guard draft.body != request.messageBody else { throw WireError(.sameBody) }
        draft.body = request.messageBody
        letter.bytes += request.messageBody.utf8.count  // both texts are written down
        do throws(QueueFault) {
            return (letter, try SoundMessage(draft))
        } catch {
            throw WireError(.unsound(error))
        }
    }

    private static func noWayBack(for letter: QueueStore.DeadLetter, from source: OpenQueue) -> LetterRefusal
    {
        guard let origin = letter.origin, origin != source.arn else {
            return .sentStraight(letter.messageID, to: source.arn.name)
        }
        return .originGone(origin.name, of: letter.messageID)
    }
}
