/// Who is told of what happens in which channels: an entry under `notify` of `bundle.yaml`.
package struct Duty: Sendable {
    /// As the rules' effects name it.
    package let name: String
    /// Members with this role are told.
    package let role: String
    package let channels: [ChannelGlob]
}
