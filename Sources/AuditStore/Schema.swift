/// The SQL files that this program was built with, so that it needs none beside it.
package enum Schema {
    /// In their order, as `Migrations` takes them.
    package static let files: [Migrations.File] = [
        ("0001-audit.sql", String(decoding: PackageResources._001_audit_sql, as: UTF8.self)),
        ("0002-views.sql", String(decoding: PackageResources._002_views_sql, as: UTF8.self)),
        ("0003-tree.sql", String(decoding: PackageResources._003_tree_sql, as: UTF8.self)),
        ("0004-keeping.sql", String(decoding: PackageResources._004_keeping_sql, as: UTF8.self)),
        ("0005-hub.sql", String(decoding: PackageResources._005_hub_sql, as: UTF8.self)),
        ("0006-keeping.sql", String(decoding: PackageResources._006_keeping_sql, as: UTF8.self)),
        ("0007-proofs.sql", String(decoding: PackageResources._007_proofs_sql, as: UTF8.self)),
        ("0008-matters.sql", String(decoding: PackageResources._008_matters_sql, as: UTF8.self)),
    ]
}
