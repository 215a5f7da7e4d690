/// A database whose name has been taken away underneath its owner, who notices nothing by itself: his writes go to a file
/// that nobody finds.
package struct SwappedFile: Sendable {
    private let place: String
    private let hidingPlace: String

    /// Renames the database.
    ///
    /// - Throws: ``FileFault``; then it is where it was.
    package init(_ path: String) throws(FileFault) {
        place = path
        hidingPlace = path + ".swapped"
        guard FileTrio(path).isThere else { throw .notThere(path) }
        guard !FileTrio(hidingPlace).isThere else { throw .taken(hidingPlace) }
        try FileTrio(path).moveAway(to: FileTrio(hidingPlace))
    }

    /// How we know.
    package var proof: String { "\(place) is named \(hidingPlace)" }

    /// Gives it its name back.
    ///
    /// - Throws: ``FileFault/taken(_:)`` when another file lies there by now.
    package func putBack() throws(FileFault) {
        guard !FileTrio(place).isThere else { throw .taken(place) }
        try FileTrio(hidingPlace).moveBack(to: FileTrio(place))
    }
}
