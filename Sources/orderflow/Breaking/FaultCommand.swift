import ArgumentParser
import JSON
import Outages
import Wire

/// `orderflow fault …`: break something on a street that is up.
struct FaultCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fault", abstract: "Break something on a street that is up, for a while.",
        subcommands: [Add.self, List.self, Clear.self])

    /// Asks the street's conductor, and says in an exit status what came of it.
    fileprivate static func asking<Answer>(
        _ data: DataOptions, _ question: (FaultClient) async throws -> Answer
    ) async throws -> Answer {
        let path = await data.path()
        do {
            return try await NetworkTransport.withHTTPClient { http in
                try await question(try FaultClient(of: RunDirectory(path), http: http))
            }
        } catch let none as NoConductor {
            throw Ending(status: 4, words: "\(none)")
        } catch let refusal as FaultClient.Refusal {
            throw Ending(status: refusal.isUnproven ? 3 : 1, words: "\(refusal)")
        } catch let error as TransportError {
            throw Ending(status: 4, words: "The conductor of the street in \(path) does not answer: \(error)")
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring a fault about, and make sure that it is felt.",
            usage: "orderflow fault add TARGET KIND [key=value …] [--for 30s] [--name NAME] [--data DIR]",
            discussion: """
                Targets: a process (oms, broker, shop, function, courier, partner-crm, or all), an arrow between two \
                (shop->broker, oms->broker, relay->broker, function->broker, function->courier, courier->partner-crm). \
                Kinds: \(FaultKind.allCases.map(\.rawValue).joined(separator: ", ")).

                Every fault ends by itself. Exits with 0 once it is in effect, 1 when it was refused, 2 for wrong usage, 3 \
                when it had no effect within 2 s, 4 when no street is up there.
                """)

        @OptionGroup var data: DataOptions
        @Option(name: .customLong("for"), help: "How long it lasts: 500ms, 20s, 5m.") var span: String?
        @Option(help: "By which it is listed and cleared. Default: after target and kind.") var name: String?
        @Flag(help: "Print one JSON object.") var json = false
        @Argument(help: "TARGET KIND [key=value …]") var words: [String]

        func run() async throws {
            let asked = words + (span.map { ["--for", $0] } ?? []) + (name.map { ["--name", $0] } ?? [])
            let fault: FaultRequest
            do throws(WordMistakes) {
                fault = try FaultRequest(words: asked)
            } catch {
                throw Ending(status: 2, words: "\(error)")
            }
            let told = try await FaultCommand.asking(data) { try await $0.add(fault) }
            Console.say(json ? told.text : Self.words(for: told))
        }

        fileprivate static func words(for told: JSONValue) -> String {
            func text(_ name: String) -> String { told[name]?.string ?? "" }
            return
                "\(text("name")): \(text("target")) \(text("kind")) until \(text("ends_at")) (\(text("proof")))"
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "A line for each fault that is in effect.")

        @OptionGroup var data: DataOptions
        @Flag(help: "Print one JSON object.") var json = false

        func run() async throws {
            let faults = try await FaultCommand.asking(data) { try await $0.list() }
            if json {
                let list: JSONValue = ["faults": .array(faults)]
                Console.say(list.text)
            } else if faults.isEmpty {
                Console.say("Nothing is broken.")
            } else {
                for fault in faults { Console.say(Add.words(for: fault)) }
            }
        }
    }

    struct Clear: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a fault before its time, or all of them.")

        @OptionGroup var data: DataOptions
        @Flag(help: "End every fault.") var all = false
        @Argument(help: "The fault's name.") var name: String?

        func validate() throws {
            guard all != (name != nil) else { throw ValidationError("Name one fault, or say --all.") }
        }

        func run() async throws {
            try await FaultCommand.asking(data) { client in
                if let name { try await client.clear(name) } else { try await client.clearAll() }
            }
        }
    }
}
