import Outages
import Testing

@Suite struct `A fault that is asked for` {
    @Test func `is made from the words of the command line`() throws {
        let fault = try FaultRequest(
            words: [
                "shop->broker", "latency", "ms=800", "probability=0.5", "--for", "20s", "--name",
                "slow-queue",
            ])

        #expect(fault.target == .arrow(.shopToBroker))
        #expect(fault.kind == .latency)
        #expect(fault.parameters == ["ms": "800", "probability": "0.5"])
        #expect(fault.duration == .seconds(20))
        #expect(fault.name == "slow-queue")
        #expect(fault.integer("ms") == 800)
        #expect(fault.number("probability") == 0.5)
    }

    @Test
    func `lasts thirty seconds, is named after itself and has its defaults unless something else is said`()
        throws
    {
        let fault = try FaultRequest(words: ["courier->partner-crm", "timeout"])

        #expect(fault.duration == .seconds(30))
        #expect(fault.name == "courier-partner-crm-timeout")
        #expect(fault["ms"] == "0")
        #expect(fault["jitter"] == nil)
    }

    @Test(arguments: [
        ["oms", "kill", "restart=never", "--for", "20s"],
        ["oms#2", "freeze", "--for", "500ms", "--name", "zombie"],
        ["all", "kill", "--for", "2s"],
        ["partner-carrier", "stop", "--for", "30s"],
        ["oms", "crash-at", "point=intake.committed-before-delete", "skip=5", "times=3", "--for", "5m"],
        [
            "oms->broker", "latency", "ms=800", "jitter=400", "direction=up", "probability=0.25", "--for",
            "2h",
        ],
        ["broker", "throttle", "operation=PutRecords", "probability=0.3", "--for", "30s"],
        ["oms->orders.db", "full", "pages=10", "--for", "30s"],
        ["oms.clock", "jump", "offset=-2h", "--for", "30s"],
        ["shop", "poison", "count=10", "--for", "30s"],
        ["queue", "poison", "--for", "30s"],
        ["shop", "spike", "factor=20", "--for", "10s"],
    ])
    func `is turned back into the same words`(words: [String]) throws {
        #expect(try FaultRequest(words: words).words == words)
    }

    @Test(
        arguments: [
            (["oms", "frezze"], 1, "There is no fault frezze. Did you mean freeze?"),
            (["omss", "kill"], 0, "There is no target omss. Did you mean oms?"),
            (["shop->borker", "down"], 0, "There is no target shop->borker. Did you mean shop->broker?"),
            (["oms.clok", "drift"], 0, "There is no target oms.clok. Did you mean oms.clock?"),
            (
                ["shop->broker", "latency", "ms=8", "jiter=3"], 3,
                "latency has no parameter jiter. Did you mean jitter?"
            ),
            (["oms", "freeze", "ms=3"], 2, "freeze has no parameter ms. It has none."),
            (
                ["shop->broker", "latency"], 1,
                "latency needs ms=…: How much later a request or an answer comes."
            ),
            (
                ["shop->broker", "lose_reply", "probability=2"], 2,
                "probability cannot be 2. Use a number, 0.0001 to 1.0."
            ),
            (
                ["shop->broker", "status", "code=99"], 2,
                "code cannot be 99. Use a whole number of an HTTP status, 200 to 599."
            ),
            (["oms", "kill", "restart=nevr"], 2, "restart cannot be nevr. Did you mean never?"),
            (["oms", "kill", "restart"], 2, "restart is no parameter. Write it as key=value."),
            (["oms", "kill", "restart=after", "restart=never"], 3, "restart stands twice. Leave one out."),
            (["oms", "down"], 0, "down cannot happen to oms. It takes an arrow such as shop->broker."),
            (
                ["shop->broker", "kill"], 0,
                "kill cannot happen to shop->broker. It takes a process such as oms, or all."
            ),
            (["all", "crash-loop"], 0, "crash-loop cannot happen to all. It takes a process such as oms."),
            (["queue", "conflict"], 0, "conflict cannot happen to queue. It takes shop."),
            (
                ["courier", "crash-at", "point=intake.received"], 0,
                "intake.received is no point of courier. Name oms."
            ),
            (
                ["oms", "kill", "--for", "20"], 3,
                "--for cannot be 20. Use a length of time such as 500ms, 20s or 5m, up to 24h."
            ),
            (["oms", "kill", "--for"], 2, "--for is without a value. Write one behind it."),
            (["oms", "kill", "--form", "20s"], 2, "There is no option --form. Did you mean --for?"),
            (
                ["oms", "kill", "--name", "a b"], 3,
                "--name cannot be a b. Use up to 64 letters, digits, dots, _ and -."
            ),
            (["oms"], 1, "No fault is named. Name one such as kill or down."),
            ([], 0, "Nothing is said to break. Name a target such as oms or shop->broker."),
        ] as [([String], Int, String)])
    func `is refused with what was meant, at the word that is wrong`(
        words: [String], place: Int, says: String
    ) {
        let mistakes = #expect(throws: WordMistakes.self) { try FaultRequest(words: words) }?.mistakes ?? []

        #expect(mistakes.contains { $0.word == place && $0.description == says }, "\(mistakes)")
    }

    @Test func `is told everything that is wrong with it at once`() {
        let error = #expect(throws: WordMistakes.self) {
            try FaultRequest(words: ["omss", "latency", "ms=x", "jiter=1", "--for", "soon"])
        }

        #expect(error?.mistakes.map(\.word) == [0, 2, 3, 5])
    }

    @Test func `can be asked for by values too, and is checked all the same`() throws {
        let fault = try FaultRequest(target: .everyProcess, kind: .kill, duration: .seconds(2))

        #expect(fault.words == ["all", "kill", "--for", "2s"])
        #expect(throws: WordMistakes.self) { try FaultRequest(target: .orderQueue, kind: .kill) }
        #expect(throws: WordMistakes.self) {
            try FaultRequest(target: .everyProcess, kind: .kill, duration: .zero)
        }
    }
}
