//! Rows of `agencies`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "agencies")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub slug: String,
    pub originator_id: i64,
    pub marking_id: i64,
    pub version: i64,
    pub create_micros: i64,
    pub update_micros: i64,
    pub delete_micros: Option<i64>,
    pub bytes: i64,
    pub display_name: String,
    pub display_name_folded: String,
    pub native_name: String,
    pub native_name_folded: String,
    pub acronym: String,
    pub acronym_folded: String,
    pub region_code: String,
    pub kind: i64,
    pub parent_id: Option<i64>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
