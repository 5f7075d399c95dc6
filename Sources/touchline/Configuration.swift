import Handshake
import HubCore
import HubServer
import Logging
import PolicyFiles

/// Everything that an operator sets for a hub. Paths are absolute.
struct Configuration: Sendable {
    var hub = Hub()
    var limits = Limits()
    var console = Console()
    /// At least one.
    var issuers: [Issuer] = []
    var journal = Journal()
    var database = Database()
    var policies = Policies()
    var keys = Keys()
    var checkpoints = Checkpoints()
    var log = Log()

    /// The listening WebSocket.
    struct Hub: Sendable {
        /// All interfaces: a hub is there to be reached.
        var host = "0.0.0.0"
        /// 0 for any free one.
        var port = 8443
        var path = "/chat"
        /// Certificate and key; nil for plain `ws://`, which is refused but on loopback or behind
        /// declared proxies.
        var tls: TLS?
        /// The pages that may connect: `scheme://host[:port]`.
        var origins: [String] = []
        /// Event loops; 0 for one per processor.
        var shards = 0
        /// The proxies whose `X-Forwarded-For` is believed.
        var proxies: [AddressRange] = []
        /// A silent client is pinged after so many seconds, and cut after as many again.
        var pingSeconds = HubSettings().pingSeconds
    }

    /// Files in PEM.
    struct TLS: Hashable, Sendable {
        /// The certificate, then its intermediates.
        var certificate: String
        var key: String
    }

    /// What clients may ask of the hub, beside the `limits` of the policies.
    struct Limits: Sendable {
        /// Bytes that wait for one slow reader.
        var queue = HubSettings().queuedBytesMax
        /// Bytes that wait for all slow readers.
        var queues = HubSettings().queuedBytesTotalMax
        /// Bytes of the newest messages that stay in memory: some hundred thousand.
        var recent = 64 << 20
        var rates = RateLimits()
    }

    /// Health and metrics.
    struct Console: Sendable {
        var host = "127.0.0.1"
        /// 0 for any free one.
        var port = 8444
    }

    /// Whose tokens are taken, and on which terms.
    struct Issuer: Sendable {
        /// `iss`, byte for byte.
        var issuer: String
        /// `aud` must hold one of these.
        var audiences: [String]
        /// `typ` that tokens must have; nil takes `JWT` or none.
        var type: String?
        /// The longest time from `iat` to `exp`.
        var maxLifetime = Duration.seconds(86_400)
        /// How far clocks may disagree.
        var leeway = Duration.seconds(30)
        var keys: [KeyFile]
        /// Where it publishes keys; they count beside those of its files.
        var keyAddresses: [KeyAddress] = []
        var claims = ClaimNames()
    }

    /// A web address where an issuer publishes a JSON Web Key Set.
    struct KeyAddress: Hashable, Sendable {
        /// `https://…`, without user or fragment.
        var url: String
        /// The file of certificates in PEM from which its server's must come; nil for the system's.
        var ca: String?
        /// Whether it may lie on this machine or in a private network.
        var allowsPrivate = false
        /// Needed for RSA keys that name none.
        var algorithm: SignatureAlgorithm?
    }

    /// A file that holds one or more keys of an issuer.
    struct KeyFile: Hashable, Sendable {
        enum Form: String, Hashable, CaseIterable, Sendable {
            /// A JSON Web Key Set (RFC 7517 §5).
            case jwks
            /// A public key in PEM.
            case pem
            /// A shared secret: its bytes, or a line of text whose end's white space does not count.
            case secretFile = "secret_file"
        }

        var form: Form
        var path: String
        /// The key's name; JWKS have their own.
        var keyID: String?
        /// Needed for PEM and secrets; in a JWKS, for keys that name none.
        var algorithm: SignatureAlgorithm?
    }

    struct Journal: Sendable {
        var folder = ""
        /// Bytes; above it, new work is refused. 10 GiB: a weekend of a busy hub without its
        /// database.
        var sizeLimit = 10 << 30
        /// How long a segment stays after the database has it: a database can be brought up again
        /// that was restored from a backup as old as this.
        var keep = Duration.seconds(7 * 86_400)
    }

    struct Database: Sendable {
        /// libpq's connection string or URI. May hold a password: never logged.
        var connection = ""
        /// Whether a start applies what `sql/` has and the database lacks: `dev` does; in service
        /// `touchline migrate` does it, as a role that may.
        var isMigrated = false
    }

    struct Policies: Sendable {
        var folder = ""
        /// Whether an edit takes effect by itself.
        var watch = false
        /// The folder that keeps compiled patterns from one start to the next; nil for none.
        var cache: String?

        /// What keeps compiled patterns.
        var patterns: CompiledPatterns? { cache.map(CompiledPatterns.init) }

        /// The folder as it is read.
        var source: PolicyFolder { PolicyFolder(path: folder, store: patterns) }
    }

    struct Keys: Sendable {
        /// The file of at least 32 bytes that keys the members' pseudonyms.
        var pseudonym = ""
        /// The PEM file of the Ed25519 key that signs checkpoints.
        var checkpoint = ""
    }

    /// Where signed checkpoints go besides the record; nowhere unless set.
    struct Checkpoints: Sendable {
        /// A folder, on another machine's disk if it is to prove anything.
        var folder: String?
        var webhook: Webhook?

        struct Webhook: Sendable {
            /// `https://…`, or `http://` on loopback.
            var url: String
            /// The file of at least 32 bytes that both sides share.
            var secretFile: String
        }
    }

    struct Log: Sendable {
        var level = Logger.Level.info
    }
}
