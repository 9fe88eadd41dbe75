//! Rows of `conveyances`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "conveyances")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub operation_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub kind: i64,
    pub registration: String,
    pub registration_folded: String,
    pub flag_region_code: String,
    pub imo_number: String,
    pub mmsi: String,
    pub claimed_name: String,
    pub claimed_name_folded: String,
    pub model: String,
    pub model_folded: String,
    pub disposition: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
