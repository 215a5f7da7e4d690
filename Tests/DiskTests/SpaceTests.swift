import Clockwork
import Foundation
import Logging
import Synchronization
import Testing

@testable import Disk

@Suite struct `Disk space` {
    @Test(
        arguments: [
            (1_000, .ample), (999, .scarce), (500, .scarce), (499, .shut), (100, .shut), (99, .need),
            (0, .need),
        ] as [(Int64, SpaceLevel)])
    func `is judged by three marks`(free: Int64, level: SpaceLevel) {
        #expect(SpaceMarks(warning: 1_000, gate: 500, need: 100).level(free: free) == level)
    }
}

@Suite struct `A space gauge` {
    let place = Workspace()
    let room = Room()

    init() throws {
        try FileManager.default.createDirectory(atPath: place.directory, withIntermediateDirectories: true)
    }

    @Test func `shuts the gate while there is too little room, and says so in figures`() {
        let gauge = gauge(ballast: 0)
        #expect(gauge.refusal == nil)

        room.free = 90 << 20
        #expect(gauge.look() == (.ample, .shut))
        #expect(gauge.refusal?.contains("90 MiB") == true && gauge.refusal?.contains("128 MiB") == true)

        room.free = 200 << 20
        #expect(gauge.look() == (.shut, .scarce))
        #expect(gauge.refusal == nil)
    }

    @Test func `lays in ballast piece by piece, really written`() throws {
        let gauge = gauge(ballast: 20 << 20)

        var sizes: [Int64] = []
        for _ in 0..<4 {
            gauge.look()
            sizes.append(FileIdentity.size(of: ballast))
        }

        #expect(sizes == [8 << 20, 16 << 20, 20 << 20, 20 << 20])
        let attributes = try FileManager.default.attributesOfItem(atPath: ballast)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        var information = stat()
        #expect(
            stat(ballast, &information) == 0 && Int64(information.st_blocks) * 512 >= 20 << 20, "has holes")
    }

    @Test func `gives the ballast back in need, and lays it in again when there is plenty`() {
        let gauge = gauge(ballast: 1 << 20)
        gauge.look()
        #expect(FileIdentity.size(of: ballast) == 1 << 20)

        room.free = 31 << 20
        gauge.look()
        #expect(FileIdentity(of: ballast) == nil)
        #expect(gauge.refusal != nil)

        room.free = 400 << 20
        gauge.look()
        #expect(FileIdentity(of: ballast) == nil, "laid in before there is plenty")

        room.free = 600 << 20
        gauge.look()
        #expect(FileIdentity.size(of: ballast) == 1 << 20)
    }

    @Test func `believes a write that found no room more than the file system`() {
        let gauge = gauge(ballast: 1 << 20)
        gauge.look()

        gauge.ranOut()

        #expect(gauge.level == .need && gauge.refusal != nil)
        #expect(FileIdentity(of: ballast) == nil)
        gauge.look()
        #expect(gauge.refusal == nil)
    }

    @Test func `keeps its judgement where nothing can be measured`() {
        let gauge = gauge(ballast: 0)
        room.free = 90 << 20
        gauge.look()

        room.free = nil

        #expect(gauge.look() == (.shut, .shut))
    }

    @Test func `asks the file system itself`() {
        let vast = SpaceGauge(
            directory: place.directory, marks: SpaceMarks(warning: .max, gate: 1, need: 1), ballastBytes: 0)

        #expect(vast.look() == (.ample, .scarce))
        #expect(SpaceGauge(directory: "/nowhere", ballastBytes: 0).look() == (.ample, .ample))
    }

    private var ballast: String { place.directory + "/ballast" }

    private func gauge(ballast: Int64) -> SpaceGauge {
        SpaceGauge(directory: place.directory, ballastBytes: ballast, measure: { [room] in room.free })
    }
}

@Suite struct `The watch over a disk` {
    let place = Workspace()
    let room = Room()

    @Test func `notices once a second when room runs short, and says each change once`() throws {
        let (world, host) = world()
        let gauge = SpaceGauge(directory: place.directory, ballastBytes: 0, measure: { [room] in room.free })
        let disk = try place.open(space: gauge)
        let (diary, logger) = Diary.logger()
        Task(executorPreference: host) { await disk.keepWatch(by: host, logger: logger) }  // for ever

        for (second, free) in [(5, 600), (10, 100), (15, 10), (20, 600)] as [(Int, Int64)] {
            room.free = free << 20
            #expect(!world.run(until: { host.uptime >= .seconds(second) }, atMost: .seconds(4.5)))
            #expect((gauge.refusal == nil) == (free == 600))
            _ = world.run(until: { host.uptime >= .seconds(second) })
        }

        #expect(
            diary.lines == [
                "Disk nearly full: nothing new is taken in", "Disk full: the ballast is given back",
                "Disk space is ample again",
            ])
    }

    @Test func `ends the process when another file lies in the disk's place`() throws {
        let (world, host) = world()
        let (fatal, end) = (Diary(), Diary())
        let disk = try place.open(failStop: { fatal.note("\($0)") })
        Task(executorPreference: host) {  // ends by itself
            await disk.keepWatch(by: host, logger: Diary.logger().1)
            end.note("ended")
        }
        #expect(!world.run(until: { !end.lines.isEmpty }, atMost: .seconds(60)))

        try FileManager.default.removeItem(at: place.file)
        try Data().write(to: place.file)

        #expect(world.run(until: { !end.lines.isEmpty }, atMost: .seconds(2)))
        #expect(fatal.lines.count == 1)
    }

    @Test(.timeLimit(.minutes(1)))
    func `ends with its task, and with its disk`() async throws {
        let disk = try place.open()
        // Cancelled here.
        let watch = Task { await disk.keepWatch(by: SystemTime(), logger: Diary.logger().1) }
        watch.cancel()
        await watch.value

        disk.close()
        await disk.keepWatch(by: SystemTime(), logger: Diary.logger().1)
    }

    private func world() -> (SimulatedWorld, SimulatedHost) {
        let world = SimulatedWorld(seed: 1, beginning: Timestamp(seconds: 1_795_000_000))
        return (world, world.host(named: "broker"))
    }
}

/// How much a file system claims to have.
final class Room: Sendable {
    private let bytes = Mutex<Int64?>(600 << 20)

    var free: Int64? {
        get { bytes.withLock { $0 } }
        set { bytes.withLock { $0 = newValue } }
    }
}

extension Diary {
    /// A diary, and a logger that writes into it.
    static func logger() -> (Diary, Logger) {
        let diary = Diary()
        return (diary, Logger(label: "test", factory: { _ in DiaryHandler(diary: diary) }))
    }
}

private struct DiaryHandler: LogHandler {
    let diary: Diary
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { diary.note("\(event.message)") }
}
