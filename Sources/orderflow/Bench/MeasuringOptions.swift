import ArgumentParser
import Foundation
import Inspection

/// Where a measurement is made, and how its figures are printed.
struct MeasuringOptions: ParsableArguments {
    @Option(help: "Where to make the temporary directory; the disk under it is what is measured.")
    var directory = FileManager.default.currentDirectoryPath
    @Flag(help: "Print one JSON object for each line.") var json = false

    /// Measures in a directory that is gone afterwards.
    func inScratch<Finding>(_ measure: (_ path: String) async throws -> Finding) async throws -> Finding {
        let path = "\(directory)/.build-bench-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await measure(path)
    }

    func print(_ listing: Listing) {
        Output.write(listing.printed(as: json ? .ndjson : .table, header: true, width: Output.width))
    }
}
