//! Who callers are, and what was asked of the registry.

use crate::tables::Table;

/// The tables.
pub fn tables() -> Vec<Table> {
    vec![
        Table::new("principals")
            .key("id")
            .text_required("slug")
            .reference("agency_id", "agencies")
            .text("region_code")
            .text_required("roles")
            .int("create_micros")
            .int_or_null("remove_micros")
            .unique(&["slug"])
            .index(&["agency_id"]),
        // What certificates and issuers of tokens call a principal.
        Table::new("principal_names")
            .int("kind")
            .text_required("issuer")
            .text_required("name")
            .reference("principal_id", "principals")
            .primary(&["kind", "issuer", "name"])
            .index(&["principal_id"]),
        Table::new("tokens")
            .key("id")
            .text_required("public_id")
            .text_required("hash")
            .text_required("last_four")
            .reference("principal_id", "principals")
            .int("create_micros")
            .int("expire_micros")
            .int_or_null("revoke_micros")
            .unique(&["public_id"])
            .index(&["principal_id"]),
        // Counts the changes of the three above, so that servers know that what they keep is old.
        Table::new("credentials_head").int("id").int("revision").primary(&["id"]),
        Table::new("access_records")
            .key("id")
            .uuid("uid")
            .int("time_micros")
            .int("kind")
            .text("principal")
            .reference_or_null("agency_id", "agencies")
            .text("peer")
            .text("method")
            .text("answer")
            .int("shown")
            .unique(&["uid"])
            .index(&["agency_id", "uid"])
            .index(&["time_micros"]),
    ]
}
