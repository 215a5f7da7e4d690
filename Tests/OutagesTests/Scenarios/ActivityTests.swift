import Inspection
import Outages
import Testing

@Suite struct `An activity` {
    @Test func `in its short form means the long one`() throws {
        let short = """
              - do: fault add shop->broker lose_reply probability=0.2 --for 20s
                name: lose-replies
                pauses: {after: 3}
              - check: queue stats orders --json
                tolerance: {type: regex, target: stdout, pattern: 'waiting.*'}
              - check: audit
                timeout: 30
            """
        let long = """
              - type: action
                name: lose-replies
                provider: {type: process, path: orderflow, arguments: [fault, add, shop->broker, lose_reply, probability=0.2, --for, 20s]}
                pauses: {after: 3}
              - type: probe
                name: queue-stats-orders
                tolerance: {type: regex, target: stdout, pattern: 'waiting.*'}
                provider: {type: process, path: orderflow, arguments: [queue, stats, orders, --json]}
              - type: probe
                name: audit
                tolerance: 0
                provider: {type: process, path: orderflow, arguments: [audit], timeout: 30}
            """

        let scenario = try #require(ScenarioReading(of: ScenarioText.short(method: short)).scenario)

        #expect(scenario == ScenarioReading(of: ScenarioText.short(method: long)).scenario)
    }

    @Test func `may have quotes in its command line`() throws {
        let text = ScenarioText.short(method: #"  - do: fault add oms kill --name 'it' "--for" 5"s""#)

        #expect(
            ScenarioReading(of: text).scenario?.faults.map(\.words) == [
                ["oms", "kill", "--for", "5s", "--name", "it"]
            ])
    }

    @Test(arguments: [
        ("{do: audit, check: audit}", "4:17: An activity is either do or check. Make two of it."),
        ("{do: audit, type: probe}", "4:17: do says the type already. Leave one out."),
        (
            "{do: \"audit 'x\"}",
            "4:10: do cannot be the text \"audit 'x\". Write a command line, with every quote closed."
        ),
        ("{do: adit}", "4:10: No scenario can ask for adit. Did you mean audit?"),
        (
            "{do: outage run x}",
            "4:10: No scenario can ask for outage run. Use one of: fault add, fault clear, audit, check shop-open, queue stats, dlq redrive, wait."
        ),
        (
            "{do: audit, wait: 3}",
            "4:17: An activity has no wait. Use one of: type, name, provider, pauses, tolerance, background."
        ),
        (
            "{do: audit, pauses: {after: 3s}}",
            "4:33: after cannot be the text \"3s\". Write a number, 0.0 to 86400.0."
        ),
        (
            "{do: audit, background: true}",
            "4:29: Activities are played one after the other. Leave background out; a fault lasts by itself."
        ),
        ("{ref: other}", "4:11: References to activities are not taken. Write the activity out."),
        (
            "{type: action, name: a}",
            "4:5: An activity has no provider. Add a provider, or write do or check instead."
        ),
        (
            "{type: action, name: a, provider: {type: python, module: os}}",
            "4:46: provider cannot be the text \"python\". orderflow plays its own verbs only: write process, or use chaos run."
        ),
        (
            "{type: action, name: a, provider: {type: process, path: rm, arguments: [x]}}",
            "4:61: path cannot be the text \"rm\". orderflow plays its own verbs only: write orderflow, or use chaos run."
        ),
        (
            "{type: action, name: a, provider: {type: process, path: orderflow, arguments: audit}}",
            "4:83: arguments cannot be the text \"audit\", for a shell would see to it. Write a list, or use do or check."
        ),
        (
            "{type: action, name: a, provider: {type: process, path: orderflow, arguments: [audit, true]}}",
            "4:91: An argument cannot be the boolean true. Write a text, in quotes if need be."
        ),
    ])
    func `is refused with the place and what to do`(activity: String, says: String) {
        let reading = ScenarioReading(of: ScenarioText.short(method: "  - \(activity)"))

        #expect(reading.scenario == nil)
        #expect(reading.complaints.map { $0.text(in: "f") }.contains("f:\(says)"), "\(reading.complaints)")
    }

    @Test func `in a hypothesis must be a probe with a tolerance`() {
        let text = ScenarioText.short(
            rest: """
                steady-state-hypothesis:
                  title: All is well
                  probes:
                    - {type: action, name: a, provider: {type: process, path: orderflow, arguments: [audit]}}
                """)

        #expect(
            ScenarioReading(of: text).complaints.map { $0.text(in: "f") } == [
                "f:13:7: An activity has no tolerance. Add a tolerance such as 0, the exit status of what went well.",
                "f:13:7: Only probes belong into a hypothesis. Move the action into the method.",
            ])
    }
}

@Suite struct `A command of a scenario` {
    @Test(
        arguments: [
            ("fault clear dead-worker", .clearFault("dead-worker")),
            ("fault clear --all", .clearAllFaults),
            ("audit", .audit(AuditQuestion())),
            (
                "audit --require no-loss,published --at-rest --parked-is-fine --json",
                .audit(AuditQuestion(demanded: [.noLoss, .published], atRest: true, parkedIsFine: true))
            ),
            ("check shop-open", .checkShopOpen(ShopOpenCheck())),
            ("queue stats orders.fifo --json", .queueStats(queue: "orders.fifo")),
            ("dlq redrive --all", .redrive(Redrive())),
            (
                "dlq redrive --all --queue dead --rate 10/s --timeout 20s --json",
                .redrive(Redrive(queue: "dead", mostPerSecond: 10, timeout: .seconds(20)))
            ),
            ("wait stored=5", .wait([try! PipelineCondition("stored=5")], timeout: .seconds(30))),
            (
                "wait stored>=5 crm.pending<3 --timeout 5s --poll 1s",
                .wait(
                    [try! PipelineCondition("stored>=5"), try! PipelineCondition("crm.pending<3")],
                    timeout: .seconds(5))
            ),
        ] as [(String, ActivityCommand)])
    func `is read from its words`(line: String, command: ActivityCommand) throws {
        #expect(try ActivityCommand(words: line.split(separator: " ").map(String.init)) == command)
    }

    @Test(arguments: [
        ("fault ad oms kill", 0, "No scenario can ask for fault ad. Did you mean fault add?"),
        ("fault add oms kil", 3, "There is no fault kil. Did you mean kill?"),
        ("fault clear", 2, "fault clear takes either the name of a fault or --all. Write one of them."),
        (
            "fault clear x --all", 2,
            "fault clear takes either the name of a fault or --all. Write one of them."
        ),
        ("audit --require no-los", 2, "There is no requirement no-los. Did you mean no-loss?"),
        ("audit now", 1, "Nothing is known to do with now. Leave it out."),
        ("audit --jsn", 1, "There is no option --jsn. Did you mean --json?"),
        ("check shop-open --min-share 2", 3, "--min-share cannot be 2. Write a share, 0.0 to 1.0."),
        (
            "check shop-open --window 5", 3,
            "--window cannot be 5. Use a length of time such as 500ms, 20s or 5m."
        ),
        ("queue stats", 2, "queue stats needs the name of a queue. Write orders."),
        ("dlq redrive", 2, "dlq redrive needs to know which letters. Write --all."),
        ("dlq redriv --all", 0, "No scenario can ask for dlq redriv. Did you mean dlq redrive?"),
        (
            "dlq redrive --all --rate 501/s", 4,
            "--rate cannot be 501/s. Write 10/s; 1/s to 500/s is possible."
        ),
        ("wait", 1, "wait needs to know for what. Write waiting=0 or the like."),
        (
            "wait waiting<few", 1,
            "waiting<few is no condition. Write a number's name, one of = != < <= > >=, and what it should be, such as waiting=0."
        ),
        (
            "wait waiting=0 --timeout 300ms", 3,
            "--timeout leaves no room for 3 looks. Make it longer, or --poll shorter."
        ),
        ("wait inflight=0", 1, "The pipeline has no number inflight. Did you mean in_flight?"),
    ])
    func `is refused at the word that is wrong`(line: String, place: Int, says: String) {
        let error = #expect(throws: WordMistakes.self) {
            try ActivityCommand(words: line.split(separator: " ").map(String.init))
        }

        #expect(error?.mistakes.map(\.word) == [place])
        #expect(error?.description == says)
    }
}

@Suite struct `A tolerance` {
    private static let failed = CommandResult(status: 3, stdout: #"{"waiting":12}"#, stderr: "42 were lost")

    @Test(arguments: [
        ("3", true), ("0", false), ("[0, 3]", true), ("[0, 1]", false), ("false", true), ("true", false),
        ("{type: range, target: status, range: [1, 3]}", true),
        ("{type: range, target: status, range: [4, 9]}", false),
        ("{type: range, target: stderr, range: [41.5, 42]}", true),
        ("{type: range, target: stdout, range: [0, 99]}", false),
        ("{type: regex, target: stdout, pattern: '\"waiting\":[1-9]'}", true),
        ("{type: regex, target: stdout, pattern: '^waiting'}", false),
        ("{type: regex, target: stderr, pattern: 'lost$'}", true),
    ])
    func `takes one result and not another`(written: String, isTaken: Bool) throws {
        let reading = ScenarioReading(
            of: ScenarioText.short(method: "  - {check: audit, tolerance: \(written)}"))

        let tolerance = try #require(reading.scenario?.method[0].tolerance, "\(reading.complaints)")

        #expect(tolerance.allows(Self.failed) == isTaken)
    }

    @Test(arguments: [
        ("0.5", "tolerance cannot be 0.5. Write a whole exit status."),
        (
            "ok",
            "tolerance cannot be the text \"ok\". Write an exit status, a list of them, a range or a regex."
        ),
        ("[a]", "tolerance cannot be this list. Write exit statuses, such as [0, 1]."),
        (
            "{type: jsonpath, path: $.x}",
            "JSON paths are not taken: Chaos Toolkit needs a further package for them. Write a regex on stdout."
        ),
        ("{type: regx, pattern: x}", "There is no tolerance regx. Use regex or range."),
        ("{type: regex, pattern: x}", "tolerance has no target. Add target: stdout, or status or stderr."),
        (
            "{type: regex, target: stdout, pattern: '['}",
            "pattern cannot be the text \"[\". Write a regular expression in quotes."
        ),
        (
            "{type: regex, target: status, pattern: x}",
            "A regex looks at a text. Set target to stdout or stderr."
        ),
        (
            "{type: range, target: status, range: [3, 1]}",
            "range cannot be this. Write two numbers, the smaller one first."
        ),
    ])
    func `is refused when it cannot be`(written: String, says: String) {
        let reading = ScenarioReading(
            of: ScenarioText.short(method: "  - {check: audit, tolerance: \(written)}"))

        #expect(reading.scenario == nil)
        #expect(reading.complaints.map(\.words) == [says])
    }

    @Test func `that Chaos Toolkit never finds is warned of`() {
        let reading = ScenarioReading(of: ScenarioText.short(method: "  - {check: audit, tolerance: true}"))

        #expect(reading.scenario != nil)
        #expect(reading.complaints.map(\.isError) == [false])
    }
}
