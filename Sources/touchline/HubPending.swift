import Logging

/// Runs a hub until the task is cancelled.
func runHub(
    _ configuration: Configuration,
    logger: Logger,
    ready: @Sendable (HubAddresses) async throws -> Void
) async throws {
    throw CommandFault("this build has no hub.")
}
