import Clockwork
import Foundation
import Testing

@testable import Outages
@testable import Shop

@Suite struct `A fault of what a shop sends` {
    @Test(
        arguments: [
            ("spike", ["factor": "20"], 20.0, "selling 20 times faster"),
            ("spike", ["factor": "2.5"], 2.5, "selling 2.5 times faster"),
            ("spike", [:], 20, "selling 20 times faster"),
            ("pause", [:], 0, "selling nothing"),
        ] as [(String, [String: String], Double, String)])
    func `changes its tempo until the fault is over`(
        kind: String, parameters: [String: String], factor: Double, proof: String
    ) throws {
        let process = try Patient()
        process.bearer.rehearsal.attend()

        try process.suffer(kind, parameters, for: .seconds(20))

        #expect(process.bearer.rehearsal.tempo.factor == factor)
        #expect(process.effects.map(\.state) == [.proven(proof)])
        process.wait(.seconds(20))
        #expect(process.bearer.rehearsal.tempo.factor == 1)
        #expect(process.effects == [])
    }

    @Test func `adds to others of its kind, and a pause to all of them`() throws {
        let process = try Patient()
        process.bearer.rehearsal.attend()

        try process.suffer([("spike", ["factor": "4"]), ("spike", ["factor": "5"])])
        #expect(process.bearer.rehearsal.tempo.factor == 20)
        try process.suffer([("spike", ["factor": "4"]), ("pause", [:])])

        #expect(process.bearer.rehearsal.tempo.factor == 0)
    }

    @Test(arguments: [
        ("poison", Prank.Kind.poison), ("conflict", .conflict), ("resubmit", .again), ("oversize", .oversize),
        ("early_cancel", .earlyCancel),
    ])
    func `asks for so many messages over its time, and tells how many were sent`(
        kind: String, prank: Prank.Kind
    )
        throws
    {
        let process = try Patient()
        let rehearsal = process.bearer.rehearsal
        rehearsal.attend()

        try process.suffer(kind, ["count": "12"], for: .seconds(20))

        let series = try #require(rehearsal.series.first)
        let began = process.world.uptime
        #expect(series == PrankSeries("fault-0", prank, count: 12, over: began...(began + .seconds(20))))
        #expect(process.effects.map(\.state) == [.awaited])
        for sent in [1, 12] {
            rehearsal.note(.sent(sent), of: series)
            process.wait(.milliseconds(100))
            #expect(process.effects.map(\.state) == [.proven("\(sent) of 12 sent")])
        }
        process.wait(.seconds(20))
        #expect(rehearsal.series == [])
    }

    @Test func `goes on in the next life of its process, by the time of the first`() throws {
        let process = try Patient()
        process.bearer.rehearsal.attend()
        try process.suffer("poison", ["count": "12"], for: .seconds(20))
        let series = process.bearer.rehearsal.series

        process.wait(.seconds(5))
        try process.startAgain()

        #expect(series.count == 1)
        #expect(process.bearer.rehearsal.series == series)
    }

    @Test func `is refused in words where the shop cannot do it`() throws {
        let process = try Patient()
        let rehearsal = process.bearer.rehearsal
        rehearsal.attend()
        try process.suffer([("conflict", [:]), ("spike", [:])])

        rehearsal.note(.impossible("There is no order."), of: try #require(rehearsal.series.first))
        process.wait(.milliseconds(100))
        #expect(
            process.effects.map(\.state) == [
                .refused("There is no order."), .proven("selling 20 times faster"),
            ])
        rehearsal.noteSoldOut()
        try process.suffer("pause")

        #expect(process.effects.first?.refusal?.contains("has served every customer") == true)
    }

    @Test(arguments: ["poison", "spike"])
    func `is for a process with a shop`(kind: String) async throws {
        let process = try Patient()
        try process.suffer(kind)
        #expect(process.effects.map(\.state) == [.awaited])

        _ = Task(executorPreference: process.host) { [bearer = process.bearer] in try await bearer.run() }
        process.wait(.milliseconds(200))

        #expect(process.effects.first?.refusal?.contains("Aim the fault at shop") == true)
    }

    @Test(arguments: [
        "shop poison", "queue poison", "queue oversize", "shop conflict", "shop resubmit", "shop oversize",
        "shop early_cancel", "shop spike", "shop pause",
    ])
    func `is written on the shop's sheet`(words: String) async throws {
        let process = try Patient()
        let injector = SheetInjector(
            directory: process.directory, processes: ["broker", "oms"], time: process.host)
        let fault = try FaultRequest(words: words.split(separator: " ").map(String.init))

        #expect(injector.isMeant(by: fault))
        await #expect(
            throws: FaultFailure.impossible("This street has no process shop. There is broker, oms.")
        ) {
            try await injector.inject(fault)
        }
    }
}

extension FaultEffect {
    fileprivate var refusal: String? { if case .refused(let words) = state { words } else { nil } }
}
