import Foundation
import Inspection
import JSON
import Testing

@testable import Outages

/// A directory with nothing in it but what a conductor writes down.
private final class WrittenRun {
    let directory: RunDirectory

    init(_ name: String, verdict: JSONValue? = WrittenRun.verdict(), seed: Int = 7) throws {
        let parent = FileManager.default.temporaryDirectory.appending(path: "runs-\(UUID())").path
        directory = RunDirectory("\(parent)/\(name)")
        try directory.make()
        if let verdict { try directory.write(verdict, to: directory.verdict) }
        try directory.write(
            [
                "data": .string(directory.path), "queue": ["kind": "fifo", "maxReceiveCount": 4],
                "broker": ["host": "127.0.0.1", "port": JSONValue(4_000 + seed)],
                "partners": ["names": ["crm"], "crm": ["port": 1, "secret": .string("secret-\(seed)")]],
                "keys": ["shop": ["secret": .string("secret-\(seed)")]],
                "shop": ["source": "synthetic", "seed": JSONValue(seed)],
            ], to: "\(directory.path)/settings.json")
    }

    deinit {
        try? FileManager.default.removeItem(
            at: URL(filePath: directory.path).deletingLastPathComponent())
    }

    func breakOMS(_ name: String, by kind: String = "kill", second: Int = 10) throws {
        let line: JSONValue = [
            "name": .string(name), "target": "oms", "kind": .string(kind),
            "effective_at": .string("2026-11-22T12:00:\(second).000Z"),
        ]
        let text = (try? String(contentsOfFile: directory.faults, encoding: .utf8)) ?? ""
        try Data("\(text)\(line.text)\n".utf8).write(to: URL(filePath: directory.faults))
    }

    static func verdict(
        _ word: String = "held", noLoss: Bool? = true, stored: Int = 100, recovery: JSONValue = 2
    ) -> JSONValue {
        [
            "run": "any", "verdict": .string(word),
            "counts": ["stored": JSONValue(stored), "deliberate": ["poison": 1]],
            "must_hold": [
                ["name": "no-loss", "held": noLoss.map(JSONValue.bool) ?? .null],
                ["name": "no-duplicate", "held": true],
            ],
            "measured": [["name": "freshness", "held": true]],
            "partners": [["name": "crm", "expected": 100, "p95_age_ms": 240]],
            "recovery": [["fault": "oms-kill", "target": "oms", "seconds": recovery]],
            "cost": ["processes": 8, "disk_bytes": 1_000],
        ]
    }
}

@Suite struct `The difference of two runs` {
    private func lines(_ difference: RunDifference) -> [String] {
        difference.listing.rows.map { $0.map(\.shown).joined(separator: "|") }
    }

    @Test func `is nothing between a run and itself`() throws {
        let run = try WrittenRun("a")
        try run.breakOMS("oms-kill")

        let difference = try RunDifference(from: run.directory, to: run.directory)

        #expect(difference.lines.isEmpty && !difference.isWorse)
        #expect(difference.summary.hasPrefix("The second run is no worse. 0 figures differ"))
    }

    @Test func `begins with what is worse, whatever else has changed`() throws {
        let first = try WrittenRun("a")
        let second = try WrittenRun("b", verdict: WrittenRun.verdict("broken", noLoss: false, stored: 97))

        let difference = try RunDifference(from: first.directory, to: second.directory)

        #expect(difference.isWorse)
        #expect(
            lines(difference) == [
                "verdict|verdict|held|broken|worse", "demanded|no-loss|held|broken|worse",
                "count|stored|100|97|-3 (-3 %)",
            ])
        #expect(
            difference.summary.hasPrefix("The second run is worse: verdict is broken, no-loss is broken."))
    }

    @Test func `is for the better the other way round`() throws {
        let first = try WrittenRun("a", verdict: WrittenRun.verdict("broken", noLoss: false))
        let second = try WrittenRun("b")

        let difference = try RunDifference(from: first.directory, to: second.directory)

        #expect(!difference.isWorse)
        #expect(
            lines(difference) == [
                "verdict|verdict|broken|held|better", "demanded|no-loss|broken|held|better",
            ])
    }

    @Test(
        arguments: [
            ("held", "invalid", true), ("held", nil, true), ("invalid", "broken", true),
            (nil, "broken", true),
            ("broken", "invalid", false), ("held", "broke as expected", false),
            ("broke as expected", "held, against expectation", true), ("held", "held", false),
            ("broken", "broken", false), (nil, nil, false),
        ] as [(String?, String?, Bool)])
    func `is for the worse when the verdict is`(first: String?, second: String?, isWorse: Bool) throws {
        let runs = try [first, second].map {
            try WrittenRun("a", verdict: $0.map { ["verdict": .string($0)] })
        }

        let difference = try RunDifference(from: runs[0].directory, to: runs[1].directory)

        #expect(difference.isWorse == isWorse)
    }

    @Test func `is for the worse when another requirement broke under the same verdict`() throws {
        func verdict(_ broken: String) -> JSONValue {
            [
                "verdict": "broken",
                "must_hold": .array(
                    ["no-loss", "no-duplicate"].map { ["name": .string($0), "held": .bool($0 != broken)] }),
            ]
        }
        let first = try WrittenRun("a", verdict: verdict("no-loss"))
        let second = try WrittenRun("b", verdict: verdict("no-duplicate"))

        let difference = try RunDifference(from: first.directory, to: second.directory)

        #expect(
            lines(difference) == [
                "demanded|no-duplicate|held|broken|worse", "demanded|no-loss|broken|held|better",
            ])
    }

    @Test func `tells recoveries, and faults that only one of them had`() throws {
        let first = try WrittenRun("a"),
            second = try WrittenRun("b", verdict: WrittenRun.verdict(recovery: .null))
        for run in [first, second] { try run.breakOMS("oms-kill") }
        try first.breakOMS("oms-kill", second: 20)
        try second.breakOMS("later", by: "freeze", second: 30)

        let difference = try RunDifference(from: first.directory, to: second.directory)

        #expect(
            lines(difference) == [
                "recovery|oms-kill|2||", "fault|oms-kill (2)|oms kill||only in the first",
                "fault|later||oms freeze|only in the second",
            ])
    }

    @Test func `tells seed and scenario, but neither places nor secrets`() throws {
        let first = try WrittenRun("a", seed: 7), second = try WrittenRun("b", seed: 8)
        try Data("title: a".utf8).write(to: URL(filePath: "\(second.directory.path)/scenario.yaml"))

        let difference = try RunDifference(from: first.directory, to: second.directory)

        #expect(difference.lines.map(\.name) == ["shop.seed", "scenario sha256"])
        #expect(!difference.json.text.contains("secret-"))
    }

    @Test func `has the same rows for programs`() throws {
        let first = try WrittenRun("a"),
            second = try WrittenRun("b", verdict: WrittenRun.verdict(stored: 150))

        let json = try RunDifference(from: first.directory, to: second.directory).json

        #expect(json["first"] == "a" && json["second"] == "b" && json["worse"] == false)
        #expect(
            json["differences"] == [
                [
                    "topic": "count", "name": "stored", "first": 100, "second": 150,
                    "change": "+50 (+50 %)",
                ]
            ])
    }

    @Test func `is not to be had of a directory in which no run has been`() throws {
        let run = try WrittenRun("a")
        let empty = RunDirectory("\(run.directory.path)/logs")

        #expect(throws: NotARun(path: empty.path)) { try RunDifference(from: run.directory, to: empty) }
    }
}
