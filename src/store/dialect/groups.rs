//! Groups of summaries, bound to a statement as one value.

use super::{Link, Session};
use crate::store::{
    questions::PARENT,
    summaries::{NUMBER, key_name},
};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Func, Query, SelectStatement};

/// A group: its number, the key of the record that its list hangs on, and the values of its keys.
pub(in crate::store) type BoundGroup = (i64, i64, Vec<serde_json::Value>);

impl Session {
    /// Groups in columns called [`NUMBER`], [`PARENT`] and as keys are; `are_texts` says of each key
    /// whether its values are texts or numbers.
    pub(in crate::store) fn bound_groups(
        &self,
        groups: &[BoundGroup],
        are_texts: &[bool],
    ) -> SelectStatement {
        let each = groups.iter().map(|(number, parent, keys)| {
            let values = [(*number).into(), (*parent).into()].into_iter().chain(keys.clone());
            serde_json::Value::Array(values.collect())
        });
        let bound = serde_json::Value::Array(each.collect()).to_string();
        let names = [NUMBER, PARENT].map(ToOwned::to_owned).into_iter();
        let names = names.chain((0..are_texts.len()).map(key_name));
        let texts = [false, false].into_iter().chain(are_texts.iter().copied());
        let mut query = Query::select();
        for (place, (name, is_text)) in names.zip(texts).enumerate() {
            query.expr_as(self.member(place, is_text), Alias::new(name));
        }
        let each = match self.link {
            Link::Sqlite(_) => Func::cust("json_each").arg(bound),
            Link::Postgres(_) | Link::PostgresPool(_) => {
                let listed = Expr::cust_with_values("$1::jsonb", [bound]);
                Func::cust("jsonb_array_elements").arg(listed)
            }
        };
        query.from_function(each, Alias::new("listed"));
        query
    }

    fn member(&self, place: usize, is_text: bool) -> Expr {
        match self.link {
            Link::Sqlite(_) => Expr::cust(format!("json_extract(value, '$[{place}]')")),
            Link::Postgres(_) | Link::PostgresPool(_) => {
                let member = Expr::cust(format!("listed.value ->> {place}"));
                if is_text { member } else { member.cast_as(Alias::new("bigint")) }
            }
        }
    }
}
