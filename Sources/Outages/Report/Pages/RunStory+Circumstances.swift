import Clockwork
import Inspection
import JSON

extension RunStory {
    /// How the street was set up, what the run cost, and which ledgers were read. Keys and secrets stay where they are.
    var circumstanceSection: ReportSection {
        let rows = (settingFigures + costFigures + ledgerFigures).map { name, value -> [ReportSection.Cell] in
            [.init(name), .init(value)]
        }
        return ReportSection(
            title: "Under these circumstances",
            blocks: [
                .table(.init(caption: "Settings, cost and ledgers", columns: ["what", "how"], rows: rows))
            ])
    }

    private var settingFigures: [(String, String)] {
        guard let settings = notes.settings else { return [("settings", "settings.json is not here")] }
        let figures: [(String, String?)] = [
            ("seed", settings["shop"]?["seed"]?.shown),
            ("what the shop sold", settings["shop"].map(Self.sold)),
            ("queue", settings["queue"].map(Self.queue)),
            ("shards of the stream", settings["stream"]?["shards"]?.shown),
            ("workers of the OMS", settings["oms"]?["workers"]?.shown),
            ("retries to partners", settings["retries"]?["schedule"]?.shown),
            (
                "partners",
                settings["partners"]?["names"]?.array?.compactMap(\.string).joined(separator: ", ")
            ),
        ]
        return figures.compactMap { name, value in value.map { (name, $0) } }
    }

    private static func sold(_ shop: JSONValue) -> String {
        let source =
            switch shop["source"]?.string {
            case "house-day": "the house day"
            case "online-retail":
                shop["files"]?.array?.compactMap(\.string).joined(separator: ", ") ?? "Online Retail"
            default: shop["orders"].map { "\($0.shown) orders of the generator" } ?? "orders of the generator"
            }
        if let speed = shop["speed"]?.shown { return "\(source), \(speed) times faster" }
        if let rate = shop["rate"]?.shown { return "\(source), \(rate) a second" }
        return shop["burst"] == nil ? source : "\(source), as fast as they would go"
    }

    private static func queue(_ queue: JSONValue) -> String {
        """
        \(queue["kind"]?.shown ?? ""), hidden for \(queue["visibilityTimeout"]?.shown ?? "?") s after a receive, \
        dead-lettered after \(queue["maxReceiveCount"]?.shown ?? "?") receives
        """
    }

    private var costFigures: [(String, String)] {
        guard let cost = notes.verdict?["cost"] else { return [] }
        func megabytes(_ name: String) -> String? { cost[name]?.integer.map { "\($0 >> 20) MB" } }
        let figures: [(String, String?)] = [
            ("processes", cost["processes"]?.shown), ("memory, all together", megabytes("max_rss_bytes")),
            ("memory of each, early and late", notes.verdict?["memory"]?.array.flatMap(Self.trends)),
            ("disk", megabytes("disk_bytes")),
            ("time", cost["milliseconds"]?.integer.map { TimeSpan.written(.milliseconds($0)) }),
        ]
        return figures.compactMap { name, value in value.map { (name, $0) } }
    }

    private static func trends(_ memory: [JSONValue]) -> String? {
        let trends = memory.compactMap { trend -> String? in
            guard let name = trend["process"]?.string, let early = trend["early_bytes"]?.integer,
                let late = trend["late_bytes"]?.integer
            else { return nil }
            return "\(MemoryTrend(process: name, early: early, late: late))"
        }
        return trends.isEmpty ? nil : trends.joined(separator: ", ")
    }

    private var ledgerFigures: [(String, String)] {
        let read = audit.ledgers.filter(\.standing.isOpen).map(\.ledger.file)
        let others = audit.ledgers.compactMap { missing[$0.ledger] }
        return [("ledgers read", read.joined(separator: ", "))]
            + (others.isEmpty ? [] : [("ledgers not read", others.joined(separator: "; "))])
    }

    // MARK: Again

    /// How the same run is made once more, and how its ledgers are asked further questions.
    var repeatSection: ReportSection {
        let lookingOn = [
            "orderflow audit --data \(path)", "orderflow orders trace NUMBER --data \(path)",
            "orderflow sql --data \(path)",
        ]
        guard let again = commandAgain else {
            return ReportSection(
                title: "Ask further",
                blocks: [
                    .paragraph("The ledgers answer further questions:"),
                    .code(lookingOn.joined(separator: "\n")),
                ])
        }
        return ReportSection(
            title: "Play it again, ask further",
            blocks: [
                .paragraph(
                    "The same orders and faults again; the machine's own timing is never quite the same:"),
                .code(again), .paragraph("The ledgers of this run answer further questions:"),
                .code(lookingOn.joined(separator: "\n")),
            ])
    }

    /// Nil for a run of which the directory does not tell what played it.
    private var commandAgain: String? {
        guard let shop = notes.settings?["shop"], let seed = shop["seed"]?.shown else { return nil }
        let verb = name.split(separator: "-").dropFirst(3).first.map(String.init)
        switch (notes.scenario, verb) {
        case (_?, _): return "orderflow outage run \(path)/scenario.yaml --seed \(seed)"
        case (nil, "demo"):
            let files = shop["files"]?.array?.compactMap(\.string).map { " --replay \($0)" }.joined() ?? ""
            let isShort = shop["prankScale"].map { !["1", "1.0"].contains($0.shown) } ?? false
            return "orderflow demo --seed \(seed)\(files)\(isShort ? " --ci" : "")"
        case (nil, "soak"):
            guard let span = notes.soak?["for"]?.shown, let rate = shop["rate"]?.shown else { return nil }
            return "orderflow outage soak --for \(span) --rate \(rate) --seed \(seed)"
        default: return nil
        }
    }
}
