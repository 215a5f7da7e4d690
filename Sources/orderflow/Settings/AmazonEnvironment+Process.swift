import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension AmazonEnvironment {
    /// What the environment of this process, and the files that it names, say.
    ///
    /// - Throws: ``AmazonEnvironmentFault``.
    static func ofThisProcess() throws -> AmazonEnvironment {
        let variables = ProcessInfo.processInfo.environment
        func text(_ variable: String, orElse file: String) -> String {
            let path = variables[variable] ?? "\(variables["HOME"] ?? "")/.aws/\(file)"
            return (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        }
        return try AmazonEnvironment(
            variables,
            AmazonProfiles(
                credentials: text("AWS_SHARED_CREDENTIALS_FILE", orElse: "credentials"),
                config: text("AWS_CONFIG_FILE", orElse: "config")))
    }
}

extension AmazonEnvironmentFault: UsageFault {}
