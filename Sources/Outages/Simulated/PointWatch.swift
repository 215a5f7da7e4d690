import Clockwork
import Disk
import Wire

/// Notes every point that the processes of a simulated street pass, and says which of them is to be somebody's last.
final class PointWatch: @unchecked Sendable {  // lives on its world's thread
    /// In the order in which they were passed.
    private(set) var passed: [SweepPoint] = []
    /// Whose points count.
    private let processes: Set<String>
    /// Where somebody is to die, once.
    private let end: SweepPoint?
    private(set) var hasStruck = false
    private var answers: [String: Int] = [:]
    /// How often each waypoint has been passed, by process.
    private var passesSoFar: [String: [Waypoint: Int]] = [:]

    init(processes: [String], endingAt end: SweepPoint?) {
        self.processes = Set(processes)
        self.end = end
    }

    /// - Returns: Whether the process is to die here.
    func passes(_ point: CommitPoint, in process: String) -> Bool {
        passes(SweepPoint(process: process, moment: .commit(point)))
    }

    /// - Returns: Which pass of this waypoint it is, and whether the process is to die here.
    func passes(_ point: Waypoint, in process: String) -> (number: Int, isLast: Bool) {
        let number = (passesSoFar[process]?[point] ?? 0) + 1
        passesSoFar[process, default: [:]][point] = number
        return (number, passes(SweepPoint(process: process, moment: .waypoint(point, pass: number))))
    }

    /// - Parameter request: The one that has been answered.
    /// - Returns: Whether the process is to die before it hears the answer.
    func hears(answerTo request: WireRequest, in process: String) -> Bool {
        let number = answers[process, default: 0] + 1
        answers[process] = number
        return passes(
            SweepPoint(process: process, moment: .answer(number: number, operation: request.deed)))
    }

    private func passes(_ point: SweepPoint) -> Bool {
        guard processes.contains(point.process) else { return false }
        passed.append(point)
        guard point == end, !hasStruck else { return false }
        hasStruck = true
        return true
    }
}

extension WireRequest {
    /// What is asked for: the operation where there is one, or what stands in for it.
    fileprivate var deed: String {
        guard let target = headers["x-amz-target"] else { return path == "/" ? method : "webhook" }
        return target.split(separator: ".").last.map(String.init) ?? target
    }
}
