import Clockwork
import Testing
import Wire

@testable import Function

@Suite struct `A function host that has its records pushed` {
    private static func house(shards: Int = 1) -> PowerHouse {
        let house = PowerHouse(shards: shards)
        house.settings.waking = .push
        return house
    }

    @Test func `asks for nothing while it hears`() throws {
        let house = Self.house(shards: 4)
        try house.start()
        house.wait(.seconds(10))
        let before = house.stream.calls.count

        for number in 1...20 {
            house.stream.put("r\(number)", in: number % 4)
            let put = house.world.uptime
            house.run(until: { house.handler.calls.count == number })
            #expect(house.world.uptime - put < .milliseconds(5))
            house.wait(.seconds(10))
        }

        #expect(house.stream.calls.count == before)
        #expect(house.stream.count(of: "GetRecords") == 0 && house.stream.count(of: "AwaitRecords") == 0)
    }

    @Test func `registers under its name, once for all its lives`() throws {
        let house = Self.house(shards: 2)
        house.settings.consumerName = "night-shift"
        try house.start()
        house.wait(.seconds(10))

        for _ in 1...3 { try house.restart(); house.wait(.seconds(10)) }

        #expect(house.stream.count(of: "RegisterStreamConsumer") == 1)
        #expect(house.stream.consumer?.hasSuffix("/consumer/night-shift:1") == true)
    }

    @Test func `waits until its consumer is active`() throws {
        let house = Self.house()
        house.stream.consumerStatus = "CREATING"
        house.stream.put("r1")
        try house.start()
        house.wait(.seconds(60))
        #expect(house.stream.count(of: "SubscribeToShard") == 0)

        house.stream.consumerStatus = "ACTIVE"

        #expect(house.run(until: { house.handler.handled() == ["r1"] }, atMost: .seconds(21)))
    }

    @Test func `registers anew when its consumer has been taken away`() throws {
        let house = Self.house(shards: 2)
        try house.start()
        house.wait(.seconds(10))

        house.stream.deregister()
        house.wait(.seconds(10))
        house.stream.put("r1", in: 1)

        #expect(house.run(until: { house.handler.handled(in: 1) == ["r1"] }, atMost: .milliseconds(5)))
        #expect(house.stream.count(of: "RegisterStreamConsumer") == 2)
    }

    @Test func `takes a shard over five seconds after its last life took it`() throws {
        let house = Self.house()
        try house.start()
        house.run(until: { house.stream.count(of: "SubscribeToShard") == 1 })
        let taken = house.world.uptime
        house.stream.put("r1")
        house.wait(.seconds(1))

        try house.restart()
        house.stream.put("r2")
        house.run(until: { house.handler.handled().contains("r2") })

        #expect((.seconds(5)...(.milliseconds(6_100))).contains(house.world.uptime - taken))
        #expect(house.handler.handled() == ["r1", "r2"])
    }

    @Test func `subscribes again every five minutes, and misses and repeats nothing`() throws {
        let house = Self.house()
        try house.start()

        for number in 1...200 {
            house.stream.put("r\(number)")
            house.wait(.milliseconds(4_990))
        }

        #expect(house.handler.handled() == (1...200).map { "r\($0)" })
        #expect(house.stream.count(of: "SubscribeToShard") == 4)
        #expect(try house.values("SELECT * FROM stream_gaps").isEmpty)
    }

    @Test func `goes on behind its checkpoint after a break`() throws {
        let house = Self.house(shards: 2)
        try house.start()
        house.stream.put("r1")
        house.wait(.seconds(20))

        house.stream.cutPushes()
        house.stream.put("r2")
        let put = house.world.uptime
        house.run(until: { house.handler.handled().count == 2 })

        #expect(house.world.uptime - put < .milliseconds(200))
        #expect(house.handler.handled() == ["r1", "r2"])
    }

    @Test func `gives a connection up that gives no sign of life`() throws {
        let house = Self.house()
        try house.start()
        house.wait(.seconds(20))
        house.stream.mutePushes()
        house.stream.put("r1")
        let put = house.world.uptime

        house.run(until: { house.handler.handled() == ["r1"] })

        #expect((.seconds(10)...(.seconds(16))).contains(house.world.uptime - put))
    }

    @Test func `reads on after a batch that took longer than a subscription lives`() throws {
        let house = Self.house()
        house.handler.fails = { _, _ in true }
        house.stream.put("r1")
        try house.start()
        house.wait(.seconds(900))
        house.stream.put("r2")
        house.handler.fails = { _, _ in false }

        #expect(house.run(until: { house.handler.handled().count == 2 }, atMost: .seconds(60)))
        #expect(house.handler.handled() == ["r1", "r2"])
    }

    @Test(arguments: ["", "two words", String(repeating: "x", count: 129)])
    func `needs a name that is possible`(name: String) {
        let house = Self.house()
        house.settings.consumerName = name

        #expect(throws: FunctionSettingsError.self) { try house.start() }
    }
}
