import Outages

/// A scenario file as the user names it: by its path, or by its name in `config/outages`.
struct ScenarioFile {
    let path: String
    let text: String
    let reading: ScenarioReading

    /// - Throws: ``Ending`` with 4 when there is no such file, with 2 when it is no text.
    init(_ named: String) throws(Ending) {
        path = ScenarioLibrary().path(of: named)
        text = try Input.text(of: path)
        reading = ScenarioReading(of: text)
    }

    /// The scenario, after its warnings have been said.
    ///
    /// - Throws: ``Ending`` with 1 and every complaint when there is an error in it.
    func scenario() throws(Ending) -> Scenario {
        for complaint in reading.complaints { Output.remark(complaint.text(in: path)) }
        guard let scenario = reading.scenario else {
            throw Ending(status: 1, words: "\(path) is no scenario.")
        }
        return scenario
    }
}
