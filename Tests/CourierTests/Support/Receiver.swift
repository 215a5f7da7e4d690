import Clockwork
import Wire

/// A partner of the test's own: notes what reaches it, and answers as the test says. Lives on its world's one
/// thread.
final class Receiver: Transport, @unchecked Sendable {
    enum Answer {
        case respond(WireResponse, after: Duration)
        case fail(TransportError.Stage)
        /// Never answers.
        case silence

        static func status(
            _ status: Int, _ headers: WireHeaders = [:], after wait: Duration = .milliseconds(1)
        ) -> Answer {
            .respond(WireResponse(status: status, headers: headers), after: wait)
        }
    }

    struct Arrival {
        let request: WireRequest
        let at: Duration
        let status: Int?

        var id: String { request.headers["webhook-id"]! }
        var attempt: Int { Int(request.headers["webhook-attempt"]!)! }
        var isAccepted: Bool { status.map((200..<300).contains) ?? false }
    }

    let endpoint = "http://127.0.0.1:9000"
    private(set) var arrivals: [Arrival] = []
    /// Decides on an answer, told which arrival it is, from 1.
    var answer: (WireRequest, Int) -> Answer = { _, _ in .status(200) }
    private(set) var underWay = 0
    private(set) var mostUnderWay = 0
    private let time: any TimeSource

    init(time: any TimeSource) {
        self.time = time
    }

    /// Ids that were accepted, in the order in which they first were.
    var accepted: [String] {
        var seen: Set<String> = []
        return arrivals.filter(\.isAccepted).map(\.id).filter { seen.insert($0).inserted }
    }

    func send(_ request: WireRequest, timeout: Duration) async throws -> WireResponse {
        let answer = answer(request, arrivals.count + 1)
        var status: Int?
        if case .respond(let response, _) = answer { status = response.status }
        arrivals.append(Arrival(request: request, at: time.uptime, status: status))
        underWay += 1
        mostUnderWay = max(mostUnderWay, underWay)
        defer { underWay -= 1 }
        switch answer {
        case .respond(let response, let wait) where wait < timeout:
            try await time.sleep(for: wait)
            return response
        case .respond, .silence:
            try await time.sleep(for: timeout)
            throw TransportError("no answer", at: .patience)
        case .fail(let stage):
            try await time.sleep(for: .milliseconds(1))
            throw TransportError("no luck", at: stage)
        }
    }
}
