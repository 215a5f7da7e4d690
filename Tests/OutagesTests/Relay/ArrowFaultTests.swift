import Clockwork
import Testing

@testable import Outages

@Suite struct `A fault of an arrow` {
    @Test(
        arguments: [
            ("down", [:], ArrowFault.down),
            ("timeout", [:], .timeout(closing: nil)),
            ("timeout", ["ms": "0"], .timeout(closing: nil)),
            ("timeout", ["ms": "250"], .timeout(closing: .milliseconds(250))),
            (
                "latency", ["ms": "200"],
                .latency(delay: .milliseconds(200), jitter: .zero, .down, probability: 1)
            ),
            (
                "latency", ["ms": "200", "jitter": "50", "direction": "both", "probability": "0.5"],
                .latency(delay: .milliseconds(200), jitter: .milliseconds(50), .both, probability: 0.5)
            ),
            ("bandwidth", ["rate": "64"], .bandwidth(kibibytesPerSecond: 64, .both)),
            ("slicer", ["bytes": "10", "delay": "5"], .slicer(bytes: 10, pause: .milliseconds(5), .both)),
            ("slow_close", ["delay": "9"], .slowClose(delay: .milliseconds(9))),
            ("limit_data", ["bytes": "100", "direction": "up"], .limitData(bytes: 100, .up)),
            ("reset_peer", [:], .resetPeer(after: .zero)),
            ("cut_up", [:], .cut(.up)),
            ("cut_down", [:], .cut(.down)),
            (
                "status", ["code": "503", "retry_after": "2", "first": "2"],
                .status(code: 503, retryAfterSeconds: 2, probability: 1, first: 2)
            ),
            ("lose_reply", ["probability": "0.25"], .loseReply(probability: 0.25)),
            ("repeat", [:], .repeats(times: 2)),
        ] as [(String, [String: String], ArrowFault)])
    func `is read as people write it, and told the same way`(
        kind: String, parameters: [String: String], fault: ArrowFault
    ) throws {
        let read = try ArrowFault(kind: kind, parameters: parameters)

        #expect(read == fault && read.kind == kind)
        #expect(try ArrowFault(kind: read.kind, parameters: read.parameters) == read)
    }

    @Test(
        arguments: [
            ("lag", [:], "There is no fault \"lag\" of arrows."),
            ("down", ["ms": "1"], "takes no parameter, so not \"ms\""),
            ("latency", [:], "The fault latency needs ms: a whole number from 0 to 3600000."),
            ("latency", ["ms": "soon"], "cannot be \"soon\""),
            ("latency", ["ms": "1", "direction": "left"], "Give up, down or both."),
            ("latency", ["ms": "1", "dealy": "2"], "It takes ms, jitter, direction, probability."),
            ("status", ["code": "700"], "a whole number from 200 to 599"),
            ("lose_reply", ["probability": "0"], "a number above 0 and up to 1"),
            ("repeat", ["times": "1"], "a whole number from 2 to 10"),
        ] as [(String, [String: String], String)])
    func `is refused with words that help`(kind: String, parameters: [String: String], words: String) {
        let refusal = #expect(throws: ArrowRefusal.self) {
            try ArrowFault(kind: kind, parameters: parameters)
        }

        #expect(refusal?.description.contains(words) == true, "\(refusal?.description ?? "")")
    }
}

@Suite struct `Several faults on one arrow` {
    private static func on(_ faults: ArrowFault..., seed: UInt64 = 1) -> ArrowFaults {
        var all = ArrowFaults()
        for (place, fault) in faults.enumerated() {
            all.add(
                ActiveFault(
                    name: "f\(place)", fault: fault, beganAt: Timestamp(seconds: 0), endsAt: .seconds(30),
                    seed: seed))
        }
        return all
    }

    @Test func `hold back for as long as all of them together`() {
        var faults = Self.on(
            .latency(delay: .milliseconds(20), jitter: .zero, .down, probability: 1),
            .latency(delay: .milliseconds(5), jitter: .zero, .both, probability: 1))

        #expect(faults.delay(.down, probed: nil) == .milliseconds(25))
        #expect(faults.delay(.up, probed: nil) == .milliseconds(5))
    }

    @Test func `go at the pace of the slowest`() {
        let faults = Self.on(
            .bandwidth(kibibytesPerSecond: 100, .both), .bandwidth(kibibytesPerSecond: 50, .up),
            .slicer(bytes: 512, pause: .milliseconds(2), .up))

        #expect(faults.pace(.down) == .init(bytes: 2_048, rest: .milliseconds(20)))
        #expect(faults.pace(.up) == .init(bytes: 512, rest: .milliseconds(10)))
        #expect(Self.on().pace(.up) == nil)
    }

    @Test func `swallow what either of them swallows`() {
        #expect(Self.on(.cut(.up), .down).swallow(.up))
        #expect(!Self.on(.cut(.up)).swallow(.down))
        #expect(Self.on(.timeout(closing: nil)).swallow(.down))
    }

    @Test func `answer in the target's place before they do anything to a request`() {
        var faults = Self.on(
            .loseReply(probability: 1), .repeats(times: 3),
            .status(code: 503, retryAfterSeconds: nil, probability: 1, first: 1))

        let treatments = (1...2).map { _ in faults.treatment(probed: nil) }

        #expect(treatments[0] == .init(answer: .init(code: 503, retryAfterSeconds: nil, fault: "f2")))
        #expect(treatments[1] == .init(losesReply: true, copies: 2))
    }

    @Test func `let a probe see them, and keep their story for others`() {
        let fault = ArrowFault.status(code: 500, retryAfterSeconds: nil, probability: 0.5, first: 3)
        var looked = Self.on(fault)
        var other = Self.on(fault)

        let mixed = (1...40).compactMap { turn -> Bool? in
            #expect(looked.treatment(probed: "f0").answer != nil)
            return looked.treatment(probed: nil).answer != nil
        }

        #expect(mixed == (1...40).map { _ in other.treatment(probed: nil).answer != nil })
        #expect(mixed.count(where: { $0 }) == 3)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `tell the same story for the same seed`(seed: UInt64) {
        let story = { (seed: UInt64) in
            var faults = Self.on(
                .latency(delay: .milliseconds(50), jitter: .milliseconds(40), .both, probability: 0.5),
                .loseReply(probability: 0.3), seed: seed)
            return (1...50).map { _ in
                "\(faults.delay(.up, probed: nil)) \(faults.treatment(probed: nil).losesReply)"
            }
        }

        #expect(story(seed) == story(seed))
        #expect(story(seed) != story(seed + 1))
    }
}
