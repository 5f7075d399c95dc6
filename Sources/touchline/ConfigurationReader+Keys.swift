import Foundation
import Handshake

extension ConfigurationReader {
    /// A key or key set of an issuer: a file, or a web address.
    mutating func readKey(_ item: Setting, _ issuer: inout Configuration.Issuer) {
        let forms = Configuration.KeyFile.Form.allCases.filter {
            Self.member($0.rawValue, of: item) != nil
        }
        let isAddress = Self.member("jwks_url", of: item) != nil
        guard forms.count + (isAddress ? 1 : 0) == 1 else {
            fail(item.place, "a key is one of jwks, jwks_url, pem, secret_file")
            return
        }
        let algorithms = Dictionary(
            uniqueKeysWithValues: SignatureAlgorithm.allCases.map { ($0.rawValue, $0) }
        )
        let algorithm = choice("alg", of: item, algorithms)
        if forms.first.map({ $0 == .jwks }) ?? true, Self.member("kid", of: item) != nil {
            fail("kid", of: item, "the keys of a jwks name theirs")
        }
        guard let form = forms.first else {
            readAddress(item, algorithm, &issuer)
            return
        }
        if form != .jwks, Self.member("alg", of: item) == nil {
            fail(item.place, "a \(form.rawValue) key needs its alg, such as ES256")
        }
        for name in ["ca", "allow_private"] where Self.member(name, of: item) != nil {
            fail(name, of: item, "\(name) goes with a jwks_url")
        }
        issuer.keys.append(
            Configuration.KeyFile(
                form: form,
                path: requiredPath(form.rawValue, of: item, "the key"),
                keyID: text("kid", of: item),
                algorithm: algorithm
            )
        )
    }

    private mutating func readAddress(
        _ item: Setting,
        _ algorithm: SignatureAlgorithm?,
        _ issuer: inout Configuration.Issuer
    ) {
        let url = required("jwks_url", of: item, "the key")
        guard !url.isEmpty else { return }
        if let problem = Self.problem(ofURL: url) {
            fail("jwks_url", of: item, problem)
        } else if issuer.keyAddresses.contains(where: { $0.url == url }) {
            fail("jwks_url", of: item, "the issuer has this address twice")
        }
        if algorithm?.isSecret == true {
            fail("alg", of: item, "a secret that is published is none: use a secret_file")
        }
        var address = Configuration.KeyAddress(url: url, algorithm: algorithm)
        if Self.member("ca", of: item) != nil {
            address.ca = requiredPath("ca", of: item, "the key")
        }
        address.allowsPrivate = flag("allow_private", of: item) ?? false
        issuer.keyAddresses.append(address)
    }

    private static func problem(ofURL text: String) -> String? {
        guard let url = URL(string: text), url.scheme == "https", url.host?.isEmpty == false else {
            return "a key set is fetched from an https:// address"
        }
        guard url.user == nil, url.password == nil, url.fragment == nil else {
            return "the address of a key set has no user, password or fragment"
        }
        return nil
    }
}
