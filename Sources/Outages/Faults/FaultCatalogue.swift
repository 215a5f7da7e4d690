/// Every fault with its meaning and its parameters. Whoever reads a fault reads it against this.
package enum FaultCatalogue {
    /// One sentence for the person who chooses.
    package static func meaning(of kind: FaultKind) -> String {
        switch kind {
        case .kill: "The process is killed with SIGKILL, in the middle of whatever it does."
        case .stop: "The process is asked to end with SIGTERM, and finishes what it has begun."
        case .freeze:
            "The process stands still (SIGSTOP) with all its connections open, and goes on at the end."
        case .crashLoop: "The process is killed, started, and killed again."
        case .crashAt: "The process kills itself at a named point of its own code."
        case .down: "Connections are refused, and open ones are dropped."
        case .timeout: "Connections are accepted, and what comes in is swallowed."
        case .latency: "Everything takes longer to arrive."
        case .bandwidth: "Only so much passes in a second."
        case .slicer: "What is sent arrives in small pieces."
        case .slowClose: "A connection that one side has closed stays open for the other."
        case .limitData: "A connection is closed after so many bytes."
        case .resetPeer: "Connections are reset."
        case .cutUp: "Nothing passes from the caller to the called; answers would."
        case .cutDown: "Requests pass, and no answer comes back."
        case .status: "Requests are answered with an HTTP status, and not forwarded."
        case .loseReply:
            "Requests are forwarded, and their answers are dropped: nobody knows what became of them."
        case .repeat: "Requests are forwarded several times."
        case .throttle: "Requests are refused as too many, in Amazon's words."
        case .partialBatch: "Some entries of a batch fail, and the others do not."
        case .redeliver: "A message is handed to several receivers at once."
        case .shuffle: "Messages of a standard queue come in any order."
        case .expireIterators: "Places in the stream that a reader holds expire."
        case .trim: "Old records fall out of the stream before they are read."
        case .lock: "Somebody else holds the write lock; reads still work."
        case .full: "The database may grow by no more than some pages."
        case .fullOS:
            "The file may grow by no more than some bytes: the system's own limit, with another error."
        case .readonly: "The file can be read and not written."
        case .slow: "Every commit takes longer."
        case .swap: "The file is renamed underneath its owner, and nothing fails by itself."
        case .damage: "The file is damaged when its owner starts, on a copy."
        case .jump: "The clock is set to another time at once."
        case .drift: "The clock runs too fast or too slowly."
        case .poison: "Messages come that are no orders."
        case .conflict: "An order number comes again with other content."
        case .resubmit: "An order comes again unchanged."
        case .oversize: "Messages come that are larger than any order may be."
        case .earlyCancel: "The next customers' orders are cancelled before they are sent."
        case .spike: "The shop sells so many times faster."
        case .pause: "The shop sells nothing."
        }
    }
}
