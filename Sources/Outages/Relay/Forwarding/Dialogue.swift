import Logging
import NIOCore

/// What is said on one connection: requests and their answers, each handed on, lost, repeated or answered here.
///
/// It always knows where requests and answers begin and end, so that a fault can begin between two requests of a
/// connection that was there before. Bytes are handed on as they came.
final class Dialogue: @unchecked Sendable {  // touched on its event loop only
    private let arrow: Arrow
    private unowned let connection: RelayedConnection
    private let up: Flow
    private let down: Flow

    private var requests = MessageFraming(.requests)
    private var answers = MessageFraming(.answers)
    private var unreadRequests = ByteBuffer()
    private var unreadAnswers = ByteBuffer()
    /// Requests that have begun and are not answered yet, oldest first.
    private var exchanges: [Exchange] = []
    private var hasCallerSaidAll = false

    private struct Exchange {
        let head: MessageHead
        let treatment: ArrowFaults.Treatment
        /// The request once more, where it is to be repeated.
        var copy = ByteBuffer()
    }

    init(of connection: RelayedConnection, up: Flow, down: Flow, on arrow: Arrow) {
        self.connection = connection
        self.up = up
        self.down = down
        self.arrow = arrow
    }

    /// Whether there is room for more of what the caller says.
    var hasRoom: Bool { unreadRequests.readableBytes < Self.mostUnreadBytes }

    private static let mostUnreadBytes = 1 << 20

    func callerSaid(_ bytes: ByteBuffer) {
        unreadRequests.take(bytes)
        readRequests()
    }

    func callerSaidAll() {
        hasCallerSaidAll = true
        readRequests()
    }

    func targetSaid(_ bytes: ByteBuffer) {
        unreadAnswers.take(bytes)
        readAnswers()
    }

    func targetSaidAll() {
        if exchanges.first?.treatment.losesReply == true { return connection.close() }
        down.carry(unreadAnswers, .goesOn)  // the beginning of a head
        unreadAnswers.clear()
        down.end()
    }

    /// Goes on where a request waited, if it need not wait any more.
    func proceed() { readRequests() }

    // MARK: Requests

    private func readRequests() {
        while !connection.isClosed, !isHoldingRequests, let part = requests.next(from: &unreadRequests) {
            if let head = part.head { begin(head) }
            if requests.isOpaque, arrow.faults.speakHTTP { return refuseToGuess() }
            handOn(part)
        }
        if hasCallerSaidAll, !connection.isClosed, !isHoldingRequests {
            up.carry(unreadRequests, .goesOn)  // the beginning of a head
            unreadRequests.clear()
            up.end()
        }
    }

    /// While requests meet faults, one begins only when the one before has been answered.
    private var isHoldingRequests: Bool {
        requests.isBetweenMessages && !exchanges.isEmpty && arrow.faults.speakHTTP
    }

    private func begin(_ head: MessageHead) {
        arrow.counters.requests += 1
        let treatment = arrow.faults.treatment(probed: head.probed)
        exchanges.append(Exchange(head: head, treatment: treatment))
        if treatment.answer != nil, head.expectsContinue {
            down.carry(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"), .goesOn)
        }
    }

    private func handOn(_ part: MessageFraming.Part) {
        guard let exchange = exchanges.last, !requests.isOpaque else {
            return up.carry(part.bytes, .begins(probed: nil))
        }
        if let answer = exchange.treatment.answer {
            if part.isLast { answerInstead(answer, exchange.head) }
            return
        }
        if exchange.treatment.copies > 0 {
            exchanges[exchanges.endIndex - 1].copy.writeImmutableBuffer(part.bytes)
        }
        up.carry(part.bytes, part.head == nil ? .goesOn : .begins(probed: exchange.head.probed))
    }

    private func answerInstead(_ answer: ArrowFaults.Treatment.Answer, _ head: MessageHead) {
        exchanges.removeLast()
        down.carry(answer.bytes(to: head), .begins(probed: head.probed))
        if !head.keepsOpen { down.end() }
    }

    /// A fault of requests is in effect, and what is spoken is no HTTP/1.1: nobody can say which bytes it means.
    private func refuseToGuess() {
        arrow.logger.warning(
            "Connection closed: faults of requests need HTTP/1.1",
            metadata: ["arrow": "\(arrow.name)"])
        connection.close()
    }

    // MARK: Answers

    private func readAnswers() {
        while !connection.isClosed,
            let part = answers.next(
                from: &unreadAnswers, answersHead: exchanges.first?.head.method == "HEAD")
        {
            hear(part)
        }
    }

    private func hear(_ part: MessageFraming.Part) {
        let exchange = exchanges.first
        let losesIt = exchange?.treatment.losesReply ?? false
        if !losesIt {
            let begins = part.head != nil || answers.isOpaque
            down.carry(part.bytes, begins ? .begins(probed: exchange?.head.probed) : .goesOn)
        }
        guard part.isLast else { return }
        arrow.counters.answers += 1
        // What the target says unasked answers no request that it has not seen.
        if let exchange, exchange.treatment.answer == nil {
            exchanges.removeFirst()
            arrow.repeatRequest(exchange.copy, times: exchange.treatment.copies)
        }
        if losesIt { return connection.close() }
        readRequests()
        connection.listenAgain()
    }
}

extension ArrowFaults.Treatment.Answer {
    /// A whole answer, with words for whoever looks into it.
    fileprivate func bytes(to head: MessageHead) -> ByteBuffer {
        let words = code == 204 || code == 304 ? "" : "Not today, says the fault \(fault) on the way.\n"
        var text = "HTTP/1.1 \(code) Fault\r\ncontent-type: text/plain\r\n"
        if let retryAfterSeconds { text += "retry-after: \(retryAfterSeconds)\r\n" }
        text += "\(MessageHead.faultField): \(fault)\r\n"
        if code != 204 { text += "content-length: \(words.utf8.count)\r\n" }
        if !head.keepsOpen { text += "connection: close\r\n" }
        text += "\r\n"
        return ByteBuffer(string: head.method == "HEAD" ? text : text + words)
    }
}

extension ByteBuffer {
    /// Appends, without a copy where nothing was left.
    fileprivate mutating func take(_ bytes: ByteBuffer) {
        if readableBytes == 0 { self = bytes } else { writeImmutableBuffer(bytes) }
    }
}
