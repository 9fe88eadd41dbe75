//! Rows of `steps`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "steps")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub operation_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub kind: i64,
    pub when_text: Option<String>,
    pub when_earliest: i64,
    pub when_latest: i64,
    pub agency_id: Option<i64>,
    pub asset_label: String,
    pub asset_label_folded: String,
    pub asset_count: Option<i64>,
    pub place_kind: i64,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub uncertainty_meters: Option<f64>,
    pub unit_x: Option<f64>,
    pub unit_y: Option<f64>,
    pub unit_z: Option<f64>,
    pub region_code: String,
    pub subdivision_code: String,
    pub administrative_scheme: String,
    pub administrative_code: String,
    pub unlocode: String,
    pub place_text: String,
    pub place_text_folded: String,
    pub note: String,
    pub note_folded: String,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
