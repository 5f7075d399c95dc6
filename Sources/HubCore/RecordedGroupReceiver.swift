/// Where recorded groups go: one for each shard.
package protocol RecordedGroupReceiver: AnyObject, Sendable {
    /// Takes a group that is durable. Called by the recorder's thread, in `seq` order.
    func deliver(_ group: RecordedGroup)
    /// Nothing more will be recorded: refuse everything.
    func recordFailed(_ reason: String)
}
