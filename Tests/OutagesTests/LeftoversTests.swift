import Clockwork
import JSON
import Testing

@testable import Outages

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite struct `What a run leaves behind` {
    private let run: RunDirectory
    private let scratch: ScratchDirectory
    private let now = Timestamp(seconds: 1_795_382_043)
    private let ourselves = ProcessIdentity(of: getpid())
    private let nobody = ProcessIdentity(number: 0, began: nil)

    init() throws {
        scratch = try ScratchDirectory(named: "leftovers")
        run = RunDirectory(scratch.path)
    }

    private func note(keeper: ProcessIdentity, part: ProcessIdentity?) throws {
        let record = StreetRecord(
            keeper: keeper, openedAt: now, isOpen: true,
            parts: [.init(name: "oms", condition: "running", process: part, starts: 1)])
        try run.write(record.json, to: run.street)
    }

    @Test func `is nothing after a tidy end`() throws {
        let port = try #require(FreePorts.pick(1).first)
        try note(keeper: nobody, part: nil)
        try run.write(["broker": JSONValue(port)], to: run.ports)

        let leftovers = try #require(Leftovers(in: run, now: now))

        #expect(leftovers.isEmpty && !leftovers.isUp)
    }

    @Test func `is a process that outlived its keeper`() throws {
        try note(keeper: nobody, part: ourselves)

        #expect(Leftovers(in: run, now: now)?.processes == ["oms, process \(ourselves.number)"])
    }

    @Test func `is a port on which somebody still listens`() throws {
        let busy = try #require(BusyPort())
        try note(keeper: nobody, part: nil)
        try run.write(["broker": JSONValue(busy.number)], to: run.ports)

        #expect(Leftovers(in: run, now: now)?.ports == ["\(busy.number) of broker"])
    }

    @Test func `is neither processes nor ports while the street is up`() throws {
        let busy = try #require(BusyPort())
        try note(keeper: ourselves, part: ourselves)
        try run.write(["broker": JSONValue(busy.number)], to: run.ports)

        let leftovers = try #require(Leftovers(in: run, now: now))

        #expect(leftovers.isEmpty && leftovers.isUp)
    }

    @Test(arguments: [(ended: true, isLeft: false), (false, true)])
    func `is a fault that has no end`(ended: Bool, isLeft: Bool) throws {
        let journal = Journal(in: run, time: SystemTime())
        journal.faultBegan("dead-worker", target: "oms", kind: "kill", proof: "gone")
        if ended { journal.faultEnded("dead-worker") }

        let leftovers = try #require(Leftovers(in: run, now: SystemTime().now + .seconds(1)))

        #expect(leftovers.faults.count == (isLeft ? 1 : 0))
    }

    @Test func `cannot be told where nothing ever ran`() {
        #expect(Leftovers(in: run, now: now) == nil)
    }
}

/// A port of this machine on which the test listens.
private final class BusyPort {
    let number: Int
    private let descriptor: Int32

    init?() {
        #if canImport(Glibc)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0, listen(descriptor, 1) == 0 else { return nil }  // unbound: on any free port
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let found = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard found == 0 else { return nil }
        self.descriptor = descriptor
        number = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}
