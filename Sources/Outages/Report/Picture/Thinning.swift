extension Array {
    /// At most so many, evenly spread over all, the first among them: always the same ones.
    func thinned(to most: Int) -> [Element] {
        guard count > most, most > 0 else { return most > 0 ? self : [] }
        return (0..<most).map { self[$0 * count / most] }
    }
}
