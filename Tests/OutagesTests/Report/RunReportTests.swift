import Clockwork
import Foundation
import Inspection
import JSON
import Testing
import Wire

@testable import Outages

/// A street that was played in virtual time, with a conductor's notes beside its ledgers.
private final class PlayedRun {
    let directory: RunDirectory
    private let street: SimulatedStreet

    init(seed: UInt64 = 3) throws {
        street = try SimulatedStreet(
            seed: seed, orders: 12, sabotage: nil, template: Self.template.get(), isTold: false)
        _ = try street.perform()
        directory = RunDirectory(street.directory.path)
    }

    private static let template = Result { try StreetTemplate() }

    // The street takes its files away when it goes, so it stays for as long as they are read.
    func story() throws -> RunStory { try withExtendedLifetime(self) { try RunStory(of: directory) } }
    func report() throws -> RunReport { try withExtendedLifetime(self) { try RunReport(of: directory) } }

    func write(_ lines: [JSONValue], to file: String) throws {
        try Data(lines.map { $0.text + "\n" }.joined().utf8).write(to: URL(filePath: file))
    }

    func remove(_ ledger: Ledger) throws {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: "\(directory.path)/\(ledger.file)\(suffix)")
        }
    }
}

@Suite struct `The report of a run` {
    @Test func `has a line for every order, and every figure that the audit has`() throws {
        let run = try PlayedRun()

        let story = try run.story()
        let html = HTMLPage(story: story).text

        #expect(story.journeys.count >= 12 && story.journeys.allSatisfy { $0.ending != .open })
        let lines = html.matches(of: /class="(way|slow-way|bad-way)" d="M/).count
        #expect(lines == story.journeys.count)
        #expect(html.contains("The shop was told yes for \(story.audit.equation.acknowledged) orders"))
        for requirement in Requirement.demandedAlways {
            #expect(html.contains(Markup.escaped(requirement.sentence)))
        }
        for partner in story.partners { #expect(html.contains("\(partner.delivered.count) delivered")) }
    }

    @Test func `is the same whenever it is made`() throws {
        let run = try PlayedRun()

        let first = try run.report(), second = try run.report()

        #expect(first.html == second.html && first.markdown == second.markdown)
    }

    @Test func `opens nothing from elsewhere and runs nothing, whatever the notes say`() throws {
        let run = try PlayedRun()
        let hostile = #"<script src="http://example.org/x.js"></script>"#
        try run.write(
            [["at": "2026-11-22T22:00:00.000Z", "run_ms": 0, "text": .string(hostile)]],
            to: run.directory.events)
        try Data("title: \(hostile)\n".utf8).write(to: URL(filePath: "\(run.directory.path)/scenario.yaml"))

        let report = try run.report()

        #expect(!report.html.contains("<script") && !report.markdown.contains("| <script"))
        #expect(report.html.contains("&lt;script src=&quot;http://example.org/x.js&quot;&gt;"))
        #expect(report.html.matches(of: /(src|href)=["']/).isEmpty)
    }

    @Test func `shows what an order calls itself as text, and nothing else`() throws {
        var story = try PlayedRun().story()
        let sentAt = story.span.lowerBound
        story.journeys = [OrderJourney(orderNumber: "</title><script>", sentAt: sentAt, moments: [:])]
        story.remarkable = [
            RemarkableOrder(
                orderNumber: "<b>|W-1", remarks: [OrderRemark(kind: .refused, times: 2, detail: "<i>")],
                lastPlace: "")
        ]

        let html = HTMLPage(story: story).text, markdown = MarkdownPage(story: story).text

        #expect(!html.contains("<script") && !html.contains("<b>") && !html.contains("<i>"))
        #expect(html.contains("&lt;/title&gt;&lt;script&gt;: did not arrive"))
        #expect(markdown.contains("| &lt;b\\>\\|W-1 | refused twice: &lt;i\\> |"))
    }

    @Test func `draws so many lines and no more, the slow and the lost ones first, and says so`() throws {
        var story = try PlayedRun().story()
        story.journeys = (0..<10_000).map { number in
            let sentAt = story.span.lowerBound + .milliseconds(number)
            var journey = OrderJourney(
                orderNumber: "W-\(number)", sentAt: sentAt,
                moments: [.decided: sentAt + (number % 10 == 0 ? .seconds(2) : .milliseconds(20))])
            journey.ending = number % 1_000 == 0 ? .open : .arrived
            return journey
        }

        let lane = story.journeyLane(on: TimeAxis(story.span))

        #expect(lane.shapes.count == RunStory.mostLines)
        #expect(lane.shapes.count { $0.meaning == .badWay } == 10)
        #expect(lane.shapes.count { $0.meaning == .slowWay } == 990)
        #expect(lane.note == "2000 of 10000, 990 waited, 10 did not arrive")
        #expect(HTMLPage(story: story).text.contains("Of 10000 orders 2000 are drawn at most"))
        #expect(HTMLPage(story: story).text.utf8.count < 1 << 20)
    }

    @Test func `shows each fault as a bar and as a shade, with its proof and its recovery`() throws {
        let run = try PlayedRun()
        let sent = try #require(run.story().journeys.first?.sentAt)
        func note(_ ended: Timestamp?, _ proof: String?) -> JSONValue {
            [
                "name": "dead-oms", "target": "oms", "kind": "kill",
                "effective_at": .string(sent.description),
                "ended_at": JSONValue(ended?.description), "proof": JSONValue(proof),
            ]
        }
        try run.write(
            [note(nil, "process 4711 gone"), note(sent + .seconds(2), nil)], to: run.directory.faults)

        let story = try run.story()
        let html = HTMLPage(story: story).text

        #expect(story.outages.map(\.proof) == ["process 4711 gone"])
        #expect(story.outages.allSatisfy { $0.recovery != nil })
        #expect(html.contains("oms killed, 2.0 s") && html.contains("process 4711 gone"))
        #expect(html.matches(of: /<rect class="fault"/).count == 1)
        #expect(html.matches(of: /<rect class="shade"/).count == 1)
    }

    @Test(arguments: [Ledger.notify, .oms, .shop, .broker, .function])
    func `says what is missing, and tells the rest`(ledger: Ledger) throws {
        let run = try PlayedRun()
        try run.remove(ledger)

        let report = try run.report()

        #expect(report.html.contains("\(ledger.file) is not here"))
        #expect(report.markdown.contains("\(ledger.file) is not here"))
    }

    @Test func `repeats the run's own verdict, and tells when the ledgers say something else`() throws {
        let run = try PlayedRun()
        try run.directory.write(
            ["verdict": "invalid", "why": "the carrier was to be down, but says it is well"],
            to: run.directory.verdict)
        #expect(try run.story().verdict.word == "INVALID")
        #expect(try run.report().html.contains("says it is well"))

        try run.directory.write(["verdict": "broken"], to: run.directory.verdict)

        let verdict = try run.story().verdict
        #expect(verdict.word == "BROKEN" && !verdict.isGood)
        #expect(verdict.remarks.contains { $0.contains("now say HELD") })
    }

    @Test func `keeps keys and secrets to itself`() throws {
        let run = try PlayedRun()
        let settings = StreetSettings()
        try run.directory.write(settings.file, to: "\(run.directory.path)/settings.json")

        let report = try run.report()

        #expect(report.html.contains("warehouse, crm, carrier"))
        for partner in settings.partners {
            #expect(!(report.html + report.markdown).contains(partner.secret.text))
        }
        for holder in KeyRing.Holder.allCases {
            #expect(
                !(report.html + report.markdown).contains(settings.keys[holder].credentials.secretAccessKey))
        }
    }

    @Test func `of nothing at all is a page too`() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try RunDirectory(directory).make()

        let paths = try RunReport(of: RunDirectory(directory)).write()

        #expect(paths == ["\(directory)/report.html", "\(directory)/report.md"])
        #expect(try String(contentsOfFile: paths[0], encoding: .utf8).contains("INVALID"))
    }
}

@Suite struct `A run to report on` {
    @Test func `is the latest unless it is named, by its name or its path`() throws {
        let runs = FileManager.default.temporaryDirectory.appending(path: "runs-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: runs) }
        #expect(throws: NoSuchRun.none(runs: runs)) { try RunDirectory.find(nil, in: runs) }
        for name in ["2026-11-22T221530Z-demo-7", "2026-11-23T080000Z-soak-1"] {
            try RunDirectory("\(runs)/\(name)").make()
        }

        #expect(try RunDirectory.find(nil, in: runs).path == "\(runs)/2026-11-23T080000Z-soak-1")
        #expect(
            try RunDirectory.find("2026-11-22T221530Z-demo-7", in: runs).path
                == "\(runs)/2026-11-22T221530Z-demo-7")
        #expect(
            try RunDirectory.find("\(runs)/2026-11-22T221530Z-demo-7", in: "elsewhere").path
                == "\(runs)/2026-11-22T221530Z-demo-7")
        #expect(throws: NoSuchRun.unknown("demo", runs: runs)) { try RunDirectory.find("demo", in: runs) }
    }
}
