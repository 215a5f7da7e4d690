import Clockwork
import Inspection
import Outages
import Wire

/// Looks at the queue of a data directory's street where that is not ours: by asking it.
struct QueueSight {
    private let directory: RunDirectory

    init(directory: String) {
        self.directory = RunDirectory(directory)
    }

    /// Asks once.
    ///
    /// - Returns: Nil where queue and stream are ours.
    func look() async throws -> Elsewhere? {
        try await whileOpen { ask in try await ask() }
    }

    /// Lends a way to ask again and again.
    func whileOpen<Answer>(
        _ deed: (_ ask: () async throws -> Elsewhere?) async throws -> Answer
    ) async throws -> Answer {
        guard !hasOwnSettings || directory.elsewhere != nil else { return try await deed { nil } }
        let settings: StreetSettings
        do {
            // With the credentials that this process finds, as the street's own do.
            settings = try await SettingsReader(file: hasOwnSettings ? directory.settings : nil)
                .streetSettings()
        } catch let fault as any UsageFault {
            var elsewhere = directory.elsewhere
            elsewhere?.silence = "was not asked: \(fault)"
            return try await deed { [elsewhere] in elsewhere }
        }
        guard let elsewhere = settings.elsewhere else { return try await deed { nil } }
        return try await NetworkTransport.withHTTPClient { http in
            let inquiry = settings.inquiry(http: http, surroundings: .system())
            return try await deed { try await inquiry?.ask() ?? elsewhere }
        }
    }

    /// Whether a street was opened here; where its roles are run one by one, the settings of this place are theirs.
    private var hasOwnSettings: Bool { directory.read(directory.settings) != nil }
}
