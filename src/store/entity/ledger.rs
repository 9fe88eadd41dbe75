//! Rows of `ledger`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub revision: i64,
    pub time_micros: i64,
    pub principal_id: i64,
    pub method: String,
    pub record_name: String,
    pub request_id: Option<Uuid>,
    pub request: String,
    pub before: Option<String>,
    pub after: String,
    pub principal: String,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
