import Foundation

/// The editor of whoever sits at the terminal.
struct TextEditor {
    /// A command as a shell takes it, such as `vim` or `code --wait`.
    private let command: String

    /// - Throws: ``Ending`` with 2 when the environment names none.
    init() throws(Ending) {
        let environment = ProcessInfo.processInfo.environment
        let named = ["VISUAL", "EDITOR"].compactMap { environment[$0] }.first { !$0.isEmpty }
        guard let named else {
            throw Ending(status: 2, words: "Say --body FILE, or set EDITOR to the editor of your choice.")
        }
        command = named
    }

    /// Has a text edited in a file that nobody else may read, and waits until the editor has ended.
    ///
    /// Editors end the last line; where it had no end before, that is no change.
    /// - Throws: ``Ending`` with 1 when the editor fails, with 2 when what it leaves is no text.
    func edited(_ text: String) throws -> String {
        let directory = FileManager.default.temporaryDirectory.appending(path: "orderflow-\(UUID())")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "letter.json")
        try Data(text.utf8).write(to: file)

        let editor = Process()
        editor.executableURL = URL(filePath: "/bin/sh")
        editor.arguments = ["-c", "\(command) \"$1\"", command, file.path]
        try editor.run()
        editor.waitUntilExit()
        guard editor.terminationStatus == 0 else {
            throw Ending(
                status: 1,
                words: "The editor ended with \(editor.terminationStatus). The letter is as it was.")
        }
        let edited = try Input.text(of: file.path)
        return edited.hasSuffix("\n") && !text.hasSuffix("\n") ? String(edited.dropLast()) : edited
    }
}
