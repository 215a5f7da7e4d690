import Dispatch

/// A thread of its own for commits, so that waiting for the disk holds up nobody who is being answered.
final class CommitThread: TaskExecutor {
    private let queue = DispatchQueue(label: "commit", qos: .userInitiated)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
