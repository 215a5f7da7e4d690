import Clockwork
import Inspection
import JSON

/// Where the demo is shown.
package protocol DemoScreen: Sendable {
    /// The numbers at this moment; four times a second.
    func show(_ frame: DemoFrame)
    /// Something happened.
    func tell(_ event: Journal.Event)
    /// The end.
    func conclude(_ verdict: DemoVerdict)
}

/// A line for each event, and one for each second: for logs, pipes and terminals that cannot move the cursor.
package struct PlainScreen: DemoScreen {
    private let say: @Sendable (String) -> Void
    private let tellsSeconds: Bool

    /// - Parameter tellsSeconds: False tells events only.
    package init(tellsSeconds: Bool = true, say: @escaping @Sendable (String) -> Void) {
        self.tellsSeconds = tellsSeconds
        self.say = say
    }

    package func show(_ frame: DemoFrame) {
        guard tellsSeconds, frame.runTime.milliseconds % 1_000 < 250 else { return }
        let now = frame.now
        let partners = now.partners.map { "\($0.name) \($0.delivered)" }.joined(separator: " ")
        say(
            """
            \(frame.runTime.runClock)  acknowledged \(now.shop.acknowledged)  waiting \(now.queue.waiting)  in flight \
            \(now.queue.inFlight)  stored \(now.orders.stored)  rejected \(now.orders.rejected)  stream \
            \(now.streamRecords)  \(partners)
            """)
    }

    package func tell(_ event: Journal.Event) {
        say("\(event.runTime.runClock)  \(event.text)")
    }

    package func conclude(_ verdict: DemoVerdict) {
        say(verdict.text)
    }
}

/// A JSON object a line, for programs.
package struct JSONScreen: DemoScreen {
    private let say: @Sendable (String) -> Void

    package init(say: @escaping @Sendable (String) -> Void) {
        self.say = say
    }

    package func show(_ frame: DemoFrame) {
        var line = JSONObject()
        line["kind"] = "sample"
        line["run_ms"] = JSONValue(frame.runTime.milliseconds)
        for member in frame.now.json.members { line[member.name] = member.value }
        say(JSONValue.object(line).text)
    }

    package func tell(_ event: Journal.Event) {
        let line: JSONValue = [
            "kind": "event", "run_ms": JSONValue(event.runTime.milliseconds), "text": .string(event.text),
        ]
        say(line.text)
    }

    package func conclude(_ verdict: DemoVerdict) {
        var line = JSONObject()
        line["kind"] = "verdict"
        for member in verdict.json.object?.members ?? [] { line[member.name] = member.value }
        say(JSONValue.object(line).text)
    }
}

extension Duration {
    /// `00:31`.
    package var runClock: String {
        let seconds = components.seconds
        return "\(seconds / 600)\(seconds / 60 % 10):\(seconds % 60 / 10)\(seconds % 10)"
    }
}
