import Clockwork
import Disk
import Logging
import Shop

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The files of a street that has just been set up, so that a thousand streets need not be.
package final class StreetTemplate: Sendable {
    private let directory: ScratchDirectory
    private let files: [String]

    /// Lets every role make its file once.
    package init() throws {
        let directory = try ScratchDirectory(named: "template")
        let world = SimulatedWorld(seed: 1, beginning: Timestamp(seconds: 1_795_382_043))
        var random = SeededGenerator(seed: 1)
        let plan = StreetPlan(seed: 1, orders: 0, selling: .seconds(1), using: &random)
        let cast = SimulatedCast(
            settings: plan.settings, shop: plan.shop, purchases: plan.purchases, sabotage: nil,
            network: SimulatedNetwork(world: world, seed: 1), witness: WireWitness())
        let shelf = Shelf()
        for name in plan.settings.processes {
            let storage = Storage(directory: directory.path, opened: { shelf.disks.append($0) })
            let host = world.host(named: name)
            _ = try cast.play(
                name, on: host, storage: storage,
                surroundings: Surroundings(time: host, chance: .seeded(1)),
                logger: Logger(label: name) { _ in SwiftLogNoOpLogHandler() })
        }
        for disk in shelf.disks { disk.close() }
        files = shelf.disks.flatMap { [$0.name, $0.name + ".lock"] }
        self.directory = directory
    }

    /// Puts copies where a street is about to begin.
    func lay(out target: ScratchDirectory) throws {
        for file in files {
            try FileManager.default.copyItem(
                atPath: "\(directory.path)/\(file)", toPath: "\(target.path)/\(file)")
        }
    }

    private final class Shelf: @unchecked Sendable {  // filled on the thread that makes the template
        var disks: [Disk] = []
    }
}
