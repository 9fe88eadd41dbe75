//! Rows of `seizures`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "seizures")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub uid: Uuid,
    pub originator_id: i64,
    pub marking_id: i64,
    pub version: i64,
    pub create_micros: i64,
    pub update_micros: i64,
    pub delete_micros: Option<i64>,
    pub bytes: i64,
    pub operation_id: Option<i64>,
    pub agency_id: Option<i64>,
    pub state: i64,
    pub retraction_reason: String,
    pub when_text: Option<String>,
    pub when_earliest: i64,
    pub when_latest: i64,
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
    pub items: String,
    pub external_ids: String,
    pub sources: String,
    pub mass_micrograms: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
