/// Something about a scenario file that its author should know.
package struct Complaint: Hashable, Sendable {
    package var place: Place
    /// Errors keep a scenario from being played; warnings do not.
    package var isError: Bool
    /// What is wrong, and what to do.
    package var words: String

    /// Such as `lost-replies.yaml:12:7: There is no fault frezze. Did you mean freeze?`
    package func text(in file: String) -> String {
        "\(file):\(place.line):\(place.column): \(isError ? "" : "warning: ")\(words)"
    }
}

/// All that is found while a file is read: reading goes on, so that everything is said at once.
struct Complaints {
    private var all: Set<Complaint> = []

    mutating func object(at place: Place, _ words: String) {
        all.insert(Complaint(place: place, isError: true, words: words))
    }

    mutating func warn(at place: Place, _ words: String) {
        all.insert(Complaint(place: place, isError: false, words: words))
    }

    var hasErrors: Bool { all.contains(where: \.isError) }

    /// By place.
    var sorted: [Complaint] { all.sorted { ($0.place, $0.words) < ($1.place, $1.words) } }
}
