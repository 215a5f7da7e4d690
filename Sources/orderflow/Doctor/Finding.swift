import Inspection

/// One thing that the doctor has looked at.
struct Finding {
    enum Grade: String {
        /// As it should be.
        case well = "ok"
        /// A street can run, but somebody should look.
        case doubtful = "look"
        /// To be mended first.
        case ill = "mend"
    }

    var subject: String
    var grade: Grade
    /// What was found, and what to do about it.
    var words: String

    init(_ subject: String, _ grade: Grade, _ words: String) {
        self.subject = subject
        self.grade = grade
        self.words = words
    }

    var line: String { "\(grade.rawValue.padded(to: 6))\(subject.padded(to: 12))\(words)" }
}
