//! The first schema: agencies, sensors, operations, seizures, the vocabulary and the ledger.

use crate::{identities, tables::Table, vocabulary};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // One commit for the whole schema and vocabulary, on SQLite too, where none is the default.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables().into_iter().chain(identities::tables()) {
            table.create(manager).await?;
        }
        let head = "INSERT INTO ledger_head (id, revision) VALUES (1, 0)";
        manager.get_connection().execute_unprepared(head).await?;
        let head = "INSERT INTO credentials_head (id, revision) VALUES (1, 0)";
        manager.get_connection().execute_unprepared(head).await?;
        vocabulary::load(manager).await
    }
}

#[expect(clippy::too_many_lines, reason = "the schema reads best in one place")]
fn tables() -> Vec<Table> {
    vec![
        Table::new("settings").text_required("name").text_required("value").primary(&["name"]),
        Table::new("markings")
            .key("id")
            .int("label")
            .text_required("releasable_to")
            // A list may be longer than what an index of Postgres holds of a row.
            .text_required("list_hash")
            .unique(&["label", "list_hash"]),
        Table::new("marking_grants")
            .text_required("grantee")
            .reference("marking_id", "markings")
            .primary(&["grantee", "marking_id"]),
        Table::new("agencies")
            .key("id")
            .text_required("slug")
            .meta()
            .text_required("display_name")
            .text_required("display_name_folded")
            .text("native_name")
            .text("native_name_folded")
            .text("acronym")
            .text("acronym_folded")
            .text("region_code")
            .code("kind")
            .reference_or_null("parent_id", "agencies")
            .unique(&["slug"])
            .index(&["parent_id"])
            .index(&["display_name_folded", "id"]),
        Table::new("sensors")
            .key("id")
            .text_required("slug")
            .meta()
            .text_required("display_name")
            .text_required("display_name_folded")
            .int("sensor_type")
            .reference_or_null("operator_id", "agencies")
            .place()
            .unique(&["slug"])
            .index(&["operator_id"])
            .index(&["sensor_type"])
            .index(&["display_name_folded", "id"]),
        Table::new("provisions")
            .reference("sensor_id", "sensors")
            .int("position")
            .reference("provider_id", "agencies")
            .int("kind")
            .text_or_null("from_text")
            .instant("from_earliest")
            .instant("from_latest")
            .text_or_null("until_text")
            .instant("until_earliest")
            .instant("until_latest")
            .primary(&["sensor_id", "position"])
            .index(&["provider_id"]),
        Table::new("operations")
            .key("id")
            .uuid("uid")
            .meta()
            .text_required("display_name")
            .text_required("display_name_folded")
            .code("domain")
            .int("outcome")
            .when()
            .place()
            .reference_or_null("lead_agency_id", "agencies")
            .text("narrative")
            .text("narrative_folded")
            .text("sources")
            .unique(&["uid"])
            .index(&["when_earliest", "id"])
            .index(&["update_micros", "id"])
            .index(&["create_micros", "id"])
            .index(&["display_name_folded", "id"])
            .index(&["lead_agency_id"]),
        Table::new("participants")
            .reference("operation_id", "operations")
            .int("position")
            .reference("agency_id", "agencies")
            .int("role")
            .text("asset_label")
            .text("asset_label_folded")
            .int_or_null("asset_count")
            .primary(&["operation_id", "position"])
            .index(&["agency_id"]),
        Table::new("detections")
            .reference("operation_id", "operations")
            .int("position")
            .reference("sensor_id", "sensors")
            .int("role")
            .when()
            .place()
            .code("target_kind")
            .code("confidence")
            .primary(&["operation_id", "position"])
            .index(&["sensor_id", "operation_id"]),
        Table::new("steps")
            .reference("operation_id", "operations")
            .int("position")
            .int("kind")
            .when()
            .reference_or_null("agency_id", "agencies")
            .text("asset_label")
            .text("asset_label_folded")
            .int_or_null("asset_count")
            .place()
            .text("note")
            .text("note_folded")
            .primary(&["operation_id", "position"])
            .index(&["agency_id"]),
        Table::new("conveyances")
            .reference("operation_id", "operations")
            .int("position")
            .int("kind")
            .text("registration")
            .text("registration_folded")
            .text("flag_region_code")
            .text("imo_number")
            .text("mmsi")
            .text("claimed_name")
            .text("claimed_name_folded")
            .text("model")
            .text("model_folded")
            .code("disposition")
            .primary(&["operation_id", "position"]),
        Table::new("waypoints")
            .reference("operation_id", "operations")
            .int("position")
            .int("kind")
            .place()
            .primary(&["operation_id", "position"]),
        Table::new("substances")
            .key("id")
            .text_required("slug")
            .text_required("display_name")
            .reference_or_null("parent_id", "substances")
            .int("class")
            .text_required("terms")
            .text_required("dea_codes")
            .text("nibrs_category")
            .unique(&["slug"]),
        Table::new("substance_closure")
            .reference("ancestor_id", "substances")
            .reference("descendant_id", "substances")
            .primary(&["ancestor_id", "descendant_id"]),
        Table::new("substance_terms")
            .text_required("folded")
            .reference("substance_id", "substances")
            .primary(&["folded"])
            .index(&["substance_id"]),
        Table::new("seizures")
            .key("id")
            .uuid("uid")
            .meta()
            .reference_or_null("operation_id", "operations")
            .reference_or_null("agency_id", "agencies")
            .int("state")
            .text("retraction_reason")
            .when()
            .place()
            .text_required("items")
            .text_required("external_ids")
            .text_required("sources")
            .mass("mass_micrograms")
            .unique(&["uid"])
            .index(&["operation_id"])
            .index(&["agency_id"])
            .index(&["when_earliest", "id"])
            .index(&["create_micros", "id"])
            .index(&["update_micros", "id"])
            .index(&["mass_micrograms", "id"])
            .index(&["region_code", "id"])
            .index(&["subdivision_code", "id"])
            .index(&["latitude"]),
        Table::new("seizure_items")
            .reference("seizure_id", "seizures")
            .int("position")
            .int("kind")
            .reference_or_null("substance_id", "substances")
            .text("reported_label_folded")
            .code("unit")
            .code("bound")
            .code("basis")
            .code("method")
            .code("dimension")
            .int_or_null("normalized")
            .code("form")
            .int("identification")
            // In millionths of a percent.
            .int_or_null("purity")
            .int_or_null("package_count")
            .primary(&["seizure_id", "position"])
            .index(&["substance_id", "seizure_id"]),
        Table::new("external_ids")
            .reference("originator_id", "agencies")
            .text_required("scheme")
            .text_required("value")
            .reference("seizure_id", "seizures")
            // 0 while the seizure stands; once it is deleted its own key, so that the id is free.
            .int("freed_by")
            .primary(&["originator_id", "scheme", "value", "freed_by"])
            .index(&["seizure_id"]),
        // What the rows of imports became, by what they are called in their dataset.
        Table::new("imported_seizures")
            .reference("originator_id", "agencies")
            .text_required("dataset")
            .text_required("row_id")
            .reference("seizure_id", "seizures")
            .primary(&["originator_id", "dataset", "row_id"]),
        Table::new("imported_operations")
            .reference("originator_id", "agencies")
            .text_required("dataset")
            .text_required("row_id")
            .reference("operation_id", "operations")
            .primary(&["originator_id", "dataset", "row_id"]),
        Table::new("ledger")
            .key("revision")
            .int("time_micros")
            .reference("principal_id", "agencies")
            .text_required("method")
            .text_required("record_name")
            .uuid_or_null("request_id")
            .text_required("request")
            .text_or_null("before")
            .text_required("after")
            // Who of the agency; empty for the viewer that a server is configured with.
            .text("principal")
            .unique(&["principal_id", "request_id"])
            .index(&["record_name", "revision"]),
        Table::new("ledger_head").int("id").int("revision").primary(&["id"]),
    ]
}
