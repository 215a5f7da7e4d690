import Foundation

extension RunDirectory {
    /// Finds the directory of a run that has been.
    ///
    /// - Parameters:
    ///   - name: A path, or a name below `runs`; nil for the latest.
    ///   - runs: Where runs are kept. Their names begin with the time, so the last by name is the latest.
    package static func find(_ name: String?, in runs: String) throws(NoSuchRun) -> RunDirectory {
        if let name {
            let paths = [name, "\(runs)/\(name)"]
            guard let path = paths.first(where: isDirectory) else { throw .unknown(name, runs: runs) }
            return RunDirectory(path)
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: runs)) ?? []
        guard let latest = names.filter({ isDirectory("\(runs)/\($0)") }).max() else {
            throw .none(runs: runs)
        }
        return RunDirectory("\(runs)/\(latest)")
    }

    private static func isDirectory(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }
}

/// Why there is no run to look at.
package enum NoSuchRun: Error, Hashable, Sendable, CustomStringConvertible {
    case unknown(String, runs: String)
    case none(runs: String)

    package var description: String {
        switch self {
        case .unknown(let name, let runs):
            "There is no run \(name), neither as a path nor below \(runs). `ls \(runs)` shows those that there are."
        case .none(let runs):
            "There is no run below \(runs) yet. Play one with `orderflow demo`, or name a directory."
        }
    }
}
