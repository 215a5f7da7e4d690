import DequeModule
import HeapModule

/// Whose turn it is among the groups of a FIFO queue.
///
/// New groups join at the tail. A receive walks from the head, takes what it can of each group whose oldest message is
/// visible, and sends that group to the tail. This reproduces every order of groups recorded on Amazon; only the order
/// inside a group is promised.
struct GroupRotation: Sendable {
    private struct Group {
        /// Remaining messages in memory, oldest first.
        var members: Deque<SequenceNumber>
        /// Place in the rotation; smaller is nearer to the head.
        var turn: Int
        /// True while an entry of `listed` names this group.
        var isListed = false
    }

    private struct Entry: Comparable {
        let turn: Int
        let group: MessageGroupID

        static func < (lhs: Entry, rhs: Entry) -> Bool { lhs.turn < rhs.turn }
        static func == (lhs: Entry, rhs: Entry) -> Bool { lhs.turn == rhs.turn }
    }

    private var groups: [MessageGroupID: Group] = [:]
    /// Groups that may be served, head first. An entry whose group has gone since is dropped when it is met.
    private var listed = Heap<Entry>()
    private var turnsGiven = 0

    /// Every turn given from now on is not smaller than this.
    var nextTurn: Int { turnsGiven }

    mutating func append(_ sequence: SequenceNumber, to group: MessageGroupID) {
        if groups[group]?.members.append(sequence) == nil {
            groups[group] = Group(members: [sequence], turn: giveTurn())
        }
    }

    /// - Returns: True when it was its group's oldest.
    mutating func remove(_ sequence: SequenceNumber, from group: MessageGroupID) -> Bool {
        guard let place = groups[group]?.members.place(of: sequence) else { return false }
        groups[group]?.members.remove(at: place)
        if groups[group]?.members.isEmpty == true { groups[group] = nil }
        return place == 0
    }

    func oldest(of group: MessageGroupID) -> SequenceNumber? {
        groups[group]?.members.first
    }

    /// The remaining message at a place counted from the oldest.
    func member(_ place: Int, of group: MessageGroupID) -> SequenceNumber? {
        guard let members = groups[group]?.members, place < members.count else { return nil }
        return members[place]
    }

    /// Says that a group's oldest message is visible.
    mutating func list(_ group: MessageGroupID) {
        guard let turn = groups[group]?.turn, groups[group]?.isListed == false else { return }
        groups[group]?.isListed = true
        listed.insert(Entry(turn: turn, group: group))
    }

    /// The listed group nearest to the head, unless its turn is `end` or later. It may have been blocked since.
    mutating func first(before end: Int = .max) -> MessageGroupID? {
        while let entry = listed.min {
            if groups[entry.group]?.turn == entry.turn { return entry.turn < end ? entry.group : nil }
            listed.removeMin()
        }
        return nil
    }

    /// Takes the group of ``first(before:)`` off the list.
    mutating func unlistFirst() {
        guard let entry = listed.popMin() else { return }
        groups[entry.group]?.isListed = false
    }

    /// Sends a group behind all others. List it again when its oldest message is visible.
    mutating func moveToTail(_ group: MessageGroupID) {
        guard groups[group] != nil else { return }
        let turn = giveTurn()
        groups[group]?.turn = turn
        groups[group]?.isListed = false
    }

    private mutating func giveTurn() -> Int {
        defer { turnsGiven += 1 }
        return turnsGiven
    }
}

extension Deque<SequenceNumber> {
    /// Where a number stands among ascending ones; nil when it does not.
    fileprivate func place(of sequence: SequenceNumber) -> Int? {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle] < sequence { low = middle + 1 } else { high = middle }
        }
        return low < endIndex && self[low] == sequence ? low : nil
    }
}
