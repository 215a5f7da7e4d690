import Clockwork
import Queue

/// The move tasks of one queue. At most one of them is active, and that is the latest.
struct QueueMoves {
    /// Oldest first.
    private(set) var tasks: [MoveTask] = []
    /// How far the active one has come. A restart begins its walk anew, which only costs a look at what stays.
    var walk = MoveWalk()
    /// When the active one wants to be looked at.
    var due = Timestamp(microseconds: .min)

    init(_ tasks: [MoveTask] = []) {
        self.tasks = tasks
    }

    /// Nil while none is active. What is set here remains the latest task, active or not.
    var active: MoveTask? {
        get { tasks.last.flatMap { $0.isActive ? $0 : nil } }
        set {
            guard let newValue, !tasks.isEmpty else { return }
            tasks[tasks.count - 1] = newValue
        }
    }

    mutating func begin(_ task: MoveTask) {
        tasks.append(task)
        tasks.removeFirst(max(0, tasks.count - QueueStore.mostTasks))
        walk = MoveWalk()
        due = task.startedAt
    }
}
