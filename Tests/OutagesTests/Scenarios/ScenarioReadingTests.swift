import Inspection
import JSON
import Outages
import Testing

@Suite struct `A scenario file` {
    @Test func `is read as a value`() throws {
        let reading = ScenarioReading(of: ScenarioText.full)
        let scenario = try #require(reading.scenario, "\(reading.complaints)")

        #expect(reading.complaints.isEmpty)
        #expect(scenario.title == "The order system is killed while the shop keeps selling")
        #expect(scenario.description.hasSuffix("and the shop must not notice."))
        #expect(scenario.tags == ["core", "process", "oms"])
        #expect(scenario.contributions == ["durability": .high, "availability": .high])
        #expect(scenario.hypothesisStrategy == .continuously && scenario.rollbackStrategy == .always)
        #expect(scenario.rollbacks.map(\.command) == [.clearAllFaults])
        #expect(scenario.faults.map(\.name) == ["dead-worker"])
    }

    @Test func `says what is so when all is well`() throws {
        let hypothesis = try #require(ScenarioReading(of: ScenarioText.full).scenario?.hypothesis)

        #expect(hypothesis.title == "Nothing acknowledged is lost and the shop is open")
        #expect(
            hypothesis.probes.map(\.command) == [
                .audit(AuditQuestion(demanded: [.noLoss, .noDuplicate, .noInvention, .noAlteration])),
                .checkShopOpen(
                    ShopOpenCheck(leastShare: 1, mostAnswerP99: .milliseconds(250), window: .seconds(5))),
            ])
        #expect(hypothesis.probes.map(\.tolerance) == [.status(0), .status(0)])
        #expect(hypothesis.probes.map(\.timeout) == [.seconds(30), .seconds(10)])
    }

    @Test func `says what is done, step by step`() throws {
        let method = try #require(ScenarioReading(of: ScenarioText.full).scenario?.method)

        let kill = try FaultRequest(words: ["oms", "kill", "--for", "20s", "--name", "dead-worker"])
        #expect(method.map(\.name) == ["kill-the-worker", "orders-were-waiting", "wait-for-recovery"])
        #expect(
            method.map(\.command) == [
                .addFault(kill), .queueStats(queue: "orders"),
                .wait(
                    try ["waiting=0", "in_flight=0", "outbox=0", "deliveries_pending=0"].map {
                        try PipelineCondition($0)
                    }, timeout: .seconds(30)),
            ])
        #expect(method.map(\.role) == [.action, .probe, .action])
        #expect(method.map(\.pauseAfter) == [.seconds(20), .zero, .zero])
        #expect(method.map(\.tolerance) == [nil, .pattern(#""waiting":[1-9]"#, in: .stdout), nil])
    }

    @Test func `says how it is staged`() throws {
        let staging = try #require(ScenarioReading(of: ScenarioText.full).scenario?.staging)

        #expect(staging.expect == .hold && staging.seed == 7 && staging.warmUp == .seconds(5))
        #expect(staging.system.workers == 2 && staging.system.partners == ["warehouse", "crm", "carrier"])
        #expect(staging.system.visibilityTimeout == .seconds(8) && staging.system.maxReceiveCount == 4)
        #expect(
            staging.workload.plan.source == .houseDay && staging.workload.plan.pace == .replay(speed: 549))
        #expect(staging.workload.plan.seed == 7)
        #expect(staging.workload.startAt == .zero && staging.workload.stopAfter == .seconds(60))
        #expect(staging.mustHold.count == 11 && staging.mustHold.contains(.noLeftover))
        #expect(staging.limits.recovery == .seconds(15) && staging.limits.repeatsPerPartner == 30)
    }

    @Test func `may be JSON too`() throws {
        let scenario = try #require(ScenarioReading(of: ScenarioText.full).scenario)

        #expect(ScenarioReading(of: scenario.experiment.indentedText).scenario == scenario)
        #expect(ScenarioReading(of: scenario.experiment.text).scenario == scenario)
    }

    @Test func `is told everything that is wrong at once, by place`() {
        let text = """
            title: Wrong
            description: In many places.
            metod: []
            method:
              - do: fault add oms frezze --for 20s
              - type: action
                name: wait
                provider: {type: process, path: orderflow, arguments: [wait, waitng=0]}
            extensions:
              - name: orderflow
                format: 2
                workload: {source: synthetic}
                must_hold: [base, no-lost]
                sead: 7
            """

        #expect(
            ScenarioReading(of: text).complaints.map { $0.text(in: "wrong.yaml") } == [
                "wrong.yaml:3:1: The experiment has no metod. Did you mean method?",
                "wrong.yaml:5:9: There is no fault frezze. Did you mean freeze?",
                "wrong.yaml:8:66: The pipeline has no number waitng. Did you mean waiting?",
                "wrong.yaml:11:13: format cannot be the number 2. This orderflow reads format 1.",
                "wrong.yaml:12:15: This workload never ends. Add orders, or stop_after.",
                "wrong.yaml:13:23: There is no requirement no-lost. Did you mean no-loss?",
                "wrong.yaml:14:5: extension orderflow has no sead. Did you mean seed?",
            ])
        #expect(ScenarioReading(of: text).scenario == nil)
    }

    @Test(arguments: [
        ("", "1:1: The file is empty. Write a scenario into it."),
        ("- a", "1:1: The experiment cannot be a list. Write a map of names and values."),
        ("title: T", "1:1: The experiment has no method. Add what is done, step by step."),
        (
            "title: T",
            "1:1: There is no extension orderflow. Add one to extensions, with format: 1, workload and must_hold."
        ),
        (ScenarioText.short(rest: "tags: core"), "10:7: tags cannot be the text \"core\". Write a list."),
        (
            ScenarioText.short(rest: "runtime: {rollbacks: {strategy: alway}}"),
            "10:33: strategy cannot be alway. Did you mean always?"
        ),
        (
            ScenarioText.short(rest: "contributions: {speed: big}"),
            "10:24: speed cannot be big. Use one of: high, medium, low, none."
        ),
        (
            ScenarioText.short(rest: "configuration: {key: {type: env, key: HOME}}"),
            "10:22: key cannot be a map, so that a run repeats. Write the value itself."
        ),
        (ScenarioText.short(mustHold: "[]"), "9:16: Nothing must hold, so nothing is proven. Write base."),
        (
            ScenarioText.short(workload: "{source: house-day, orders: 3}"),
            "8:43: house-day has as many orders as it has. Use stop_after."
        ),
        (
            ScenarioText.short(workload: "{orders: 3, speed: 5}"),
            "8:34: Synthetic orders have no day of their own. Use rate."
        ),
        (
            ScenarioText.short(workload: "{source: online-retail}"),
            "8:15: online-retail needs files. Name the days to be replayed."
        ),
        (
            ScenarioText.short(workload: "{orders: 3, rate: 5, burst: true}"),
            "8:15: speed, rate and burst exclude each other. Choose one."
        ),
        (
            ScenarioText.short(staging: "warm_up: 5"),
            "10:14: warm_up cannot be the number 5. Write a length of time such as 500ms, 20s, 5m or 2h, up to 10m."
        ),
        (
            ScenarioText.short(staging: "system: {visibility_timeout: 1500ms}"),
            "10:34: visibility_timeout counts in whole seconds, as in Amazon SQS. Round it."
        ),
        (
            ScenarioText.short(staging: "system: {partners: [crm, crm]}"),
            "10:30: The partner crm stands twice. Leave one out."
        ),
        (
            ScenarioText.short(staging: "limits: {p95: 1s}"),
            "10:14: limits has no p95. Use one of: recovery, p95_age, repeats_per_partner, shop_share, shop_p99, isolation_factor, parked_is_fine, fewest_orders."
        ),
        (
            ScenarioText.short(
                method: "  - do: fault add broker kill --for 1s", staging: "system: {wiring: coupled}"),
            "4:9: A coupled street has no broker. Name shop, oms, oms->orders.db or a partner."
        ),
        (
            ScenarioText.short(staging: "system: {tries: 2}"),
            "10:21: Only a coupled shop makes a customer wait for tries. Write wiring: coupled."
        ),
        (
            ScenarioText.short(method: "  - do: fault add partner-crn stop --for 1s"),
            "4:9: This street has no partner crn. Did you mean crm?"
        ),
        (
            ScenarioText.short(method: "  - do: fault clear dead-oms"),
            "4:9: No fault of this scenario is called dead-oms. There are none."
        ),
    ])
    func `is refused with the place and what to do`(text: String, says: String) {
        let reading = ScenarioReading(of: text)

        #expect(reading.scenario == nil)
        #expect(reading.complaints.map { $0.text(in: "f") }.contains("f:\(says)"), "\(reading.complaints)")
    }

    @Test func `is warned of what only Chaos Toolkit heeds, and played all the same`() {
        let reading = ScenarioReading(of: ScenarioText.short(rest: "secrets: {}"))

        #expect(reading.scenario != nil)
        #expect(
            reading.complaints.map { $0.text(in: "f") } == [
                "f:10:1: warning: The experiment has secrets, which Chaos Toolkit heeds and orderflow does not."
            ])
    }
}

@Suite struct `YAML in a scenario file` {
    @Test(arguments: [
        ("a: &x 1\nb: *x", "1:4: Anchors and aliases are not taken. Write the value out in each place."),
        (
            "b: *x",
            "1:4: Anchors and aliases are not taken (found undefined alias). Write the value out in each place."
        ),
        ("a: !!str 1", "1:4: Tags are not taken. Leave the tag out, and put a text into quotes."),
        ("a: !thing {}", "1:4: Tags are not taken. Leave the tag out, and put a text into quotes."),
        ("a: !!str \"1\"", "1:4: Tags are not taken. Leave the tag out, and put a text into quotes."),
        ("a: 1\n---\nb: 2", "2:1: A second document begins here. Write one scenario in each file."),
        ("title: a\nb: 2\ntitle: c", "1:1: title stands twice in this map. Leave one out."),
        (
            "a: [1, 2",
            "2:1: This is no YAML: did not find expected ',' or ']'. Look at the line and the one above."
        ),
        (
            "\ta: 1",
            "1:1: This is no YAML: found character that cannot start any token. Look at the line and the one above."
        ),
        ("a: 010", "1:4: 010 is a number that readers differ about. Write it plainly, or in quotes."),
        ("a: 0x1F", "1:4: 0x1F is a number that readers differ about. Write it plainly, or in quotes."),
        ("[a]: 1", "1:1: A name cannot be a list. Write a text."),
    ])
    func `is refused where it hides something`(text: String, says: String) {
        let complaints = ScenarioReading(of: text).complaints.map { $0.text(in: "f") }

        #expect(complaints.contains("f:\(says)"), "\(complaints)")
    }

    @Test(
        arguments: [
            ("no", .string("no")), ("on", .string("on")), ("\"true\"", .string("true")),
            ("'1'", .string("1")),
            ("True", .bool(true)), ("1.0", .number("1.0")), ("12", 12), ("-3e2", .number("-3e2")),
            ("~", .null),
            ("", .null), ("2010-12-01", .string("2010-12-01")), ("5s", .string("5s")),
            ("1_000", .string("1_000")),
        ] as [(String, JSONValue)])
    func `means what YAML 1.2 says`(written: String, value: JSONValue) throws {
        let scenario = try #require(
            ScenarioReading(
                of: ScenarioText.short(rest: "  - {name: other, value: \(written)}")
            ).scenario)

        #expect(scenario.experiment["extensions"]?[1]?["value"] == value)
    }

    @Test func `is warned of words that are booleans for others`() {
        let complaints = ScenarioReading(of: ScenarioText.short(rest: "  - {name: other, value: off}"))
            .complaints

        #expect(
            complaints.map { $0.text(in: "f") } == [
                "f:10:26: warning: off is a text here, and a boolean for Chaos Toolkit. Put it into quotes."
            ])
    }
}

@Suite struct `A value of the configuration` {
    @Test(arguments: [
        ("\"20\"", "--for ${it}s", 20), ("20", "--for ${it}s", 20), ("20s", "--for $it", 20),
        ("20s", "\"--for=${it}\"", 20),
    ])
    func `stands where its name is written`(value: String, option: String, seconds: Int) throws {
        let text = ScenarioText.short(
            method: "  - do: 'fault add oms kill \(option)'", rest: "configuration: {it: \(value)}")

        let scenario = try #require(ScenarioReading(of: text).scenario)

        #expect(scenario.faults.map(\.duration) == [.seconds(seconds)])
        #expect(scenario.experiment.text.contains("$"), "the long form keeps what was written")
    }

    @Test func `stays a number where it stands alone`() throws {
        let text = ScenarioText.short(
            method: "  - {do: fault clear --all, pauses: {before: '${span}'}}",
            staging: "seed: '${seed}'", rest: "configuration: {span: 1.5, seed: 9}")

        let scenario = try #require(ScenarioReading(of: text).scenario)

        #expect(scenario.method.map(\.pauseBefore) == [.seconds(1.5)])
        #expect(scenario.staging.seed == 9)
    }

    @Test func `must be there`() {
        let text = ScenarioText.short(
            method: "  - do: fault add oms kill --for ${outtage}s", rest: "configuration: {outage: 5}")

        let complaints = ScenarioReading(of: text).complaints.map { $0.text(in: "f") }

        #expect(
            complaints.contains(
                "f:4:9: configuration has no outtage, for which ${outtage} stands. Did you mean outage?"),
            "\(complaints)")
    }
}
