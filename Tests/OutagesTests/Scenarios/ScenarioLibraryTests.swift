import Foundation
import Inspection
import JSON
import Outages
import Testing

@Suite struct `The scenarios of this project` {
    private static let library = ScenarioLibrary.ofProject
    private static let paths = (try? library.paths()) ?? []

    @Test func `are there`() {
        #expect(Self.paths.count >= 12)
        #expect(Self.library.path(of: "oms-killed") == "\(Self.library.directory)/oms-killed.yaml")
        #expect(Self.library.path(of: "./oms-killed.yaml") == "./oms-killed.yaml")
    }

    @Test(arguments: paths)
    func `are valid, without a warning, and break something`(path: String) throws {
        let reading = ScenarioReading(of: try String(contentsOfFile: path, encoding: .utf8))

        #expect(reading.complaints.map { $0.text(in: path) } == [])
        let scenario = try #require(reading.scenario)
        #expect(!scenario.faults.isEmpty || scenario.staging.system.consumer != .sound)
        #expect(!scenario.tags.isEmpty)
    }

    /// Chaos Toolkit plays the files themselves.
    @Test(arguments: paths)
    func `stand in their long form`(path: String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)

        #expect(!text.contains("- do:") && !text.contains("- check:"))
    }

    @Test(arguments: paths)
    func `tell what they are for, what is expected, and what the data must show`(path: String) throws {
        let scenario = try #require(
            ScenarioReading(of: try String(contentsOfFile: path, encoding: .utf8)).scenario)

        for word in ["Purpose: ", "Expected: ", "The data must show: "] {
            #expect(scenario.description.contains(word))
        }
    }

    @Test(arguments: paths)
    func `mean the same after they were exported`(path: String) throws {
        let scenario = try #require(
            ScenarioReading(of: try String(contentsOfFile: path, encoding: .utf8)).scenario)

        #expect(ScenarioReading(of: try YAMLWriter.text(of: scenario.experiment)).scenario == scenario)
        #expect(ScenarioReading(of: scenario.experiment.indentedText).scenario == scenario)
    }
}

@Suite struct `A value written as YAML` {
    @Test(arguments: [
        "no", "on", "true", "null", "~", "", "1.0", "010", "-", "a: b", "a #b", "#a", "- a", "{a}", "it's",
        "\"q\"",
        "two\nlines", "two\nlines\n", "  spaces  ", "2010-12-01", "Käse ☕", "tab\there", "*a", "&a", "!a",
        "y", "=", "1:30",
        "trailing:", "| x", "%a", "@a", "\u{7F}",
    ])
    func `keeps a text a text`(text: String) throws {
        let extra: JSONValue = ["name": "other", "value": .string(text), "list": [.string(text)]]
        let scenario = try #require(ScenarioReading(of: ScenarioText.short()).scenario)
        guard case .object(var experiment) = scenario.experiment,
            let extensions = experiment["extensions"]?.array
        else { return #expect(Bool(false), "an experiment is an object") }
        experiment["extensions"] = .array(extensions + [extra])

        let yaml = try YAMLWriter.text(of: .object(experiment))

        #expect(ScenarioReading(of: yaml).scenario?.experiment == .object(experiment), "\(yaml)")
        #expect(ScenarioReading(of: yaml).complaints.isEmpty)
    }
}

@Suite struct `A staged street` {
    @Test func `is set up as the scenario wants it, on free ports`() throws {
        let text = ScenarioText.short(
            workload: "{orders: 50, rate: 10, start_at: 500ms}",
            staging: """
                system: {workers: 3, partners: [crm, bank], queue: standard, visibility_timeout: 3s, max_receive_count: 6, shards: 2, retries: standard, courier_concurrency: 4}
                    seed: 12
                """)
        let staging = try #require(ScenarioReading(of: text).scenario?.staging)

        let settings = staging.system.applied(to: StreetSettings())

        #expect(settings.workers == 3 && settings.queueKind == .standard && settings.shards == 2)
        #expect(settings.visibilityTimeout == .seconds(3) && settings.maxReceiveCount == 6)
        #expect(settings.retrySchedule == .standard && settings.courierConcurrency == 4)
        #expect(settings.partners.map(\.name) == ["crm", "bank"])
        #expect(settings.partners[0].secret == StreetSettings().partners[1].secret)
        #expect(settings.partners[0].secret != settings.partners[1].secret)
        #expect(
            ([settings.broker, settings.courier] + settings.partners.map(\.address)).allSatisfy {
                $0.port == 0
            })
        #expect(staging.workload.plan.source == .synthetic(orders: 50))
        #expect(staging.workload.plan.pace == .rate(perSecond: 10) && staging.workload.plan.seed == 12)
        #expect(staging.workload.startAt == .milliseconds(500) && staging.workload.stopAfter == nil)
    }

    @Test func `demands the base by one word`() throws {
        let text = ScenarioText.short(mustHold: "[shop-open, base, no-loss]")

        let demanded = try #require(ScenarioReading(of: text).scenario?.staging.mustHold)

        #expect(demanded == [.audited(.shopOpen)] + MustHold.base)
        #expect(demanded.requirements.count == demanded.count - 1)
    }

    @Test(arguments: MustHold.all)
    func `knows every requirement by its name`(requirement: MustHold) {
        #expect(MustHold(name: requirement.name) == requirement)
    }

    @Test func `hands its limits to the audit`() throws {
        let text = ScenarioText.short(
            staging:
                "limits: {recovery: 15s, p95_age: 2s, shop_share: 0.5, shop_p99: 800ms, isolation_factor: 3, fewest_orders: 0}"
        )

        let limits = try #require(ScenarioReading(of: text).scenario?.staging.limits)

        #expect(
            limits.recovery == .seconds(15) && limits.fewestOrders == 0 && limits.repeatsPerPartner == nil)
        #expect(limits.audit.freshnessP95 == .seconds(2) && limits.audit.acknowledgedShare == 0.5)
        #expect(limits.audit.shopAnswerP99 == .milliseconds(800) && limits.audit.isolationFactor == 3)
    }
}

extension ScenarioLibrary {
    /// The files of this project, wherever the tests are started.
    static let ofProject = ScenarioLibrary(
        in: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: ScenarioLibrary.home)
            .path())
}
