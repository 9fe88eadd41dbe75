//! Lists of any length, bound to a statement as one value, so that its text does not depend on them.

use super::{Link, Session};
use crate::domain::errors::Result;
use crate::store::{
    questions::PARENT,
    shapes::to_json,
    summaries::{NUMBER, key_name},
};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Func, FunctionCall, Query, SelectStatement};

/// A group: its number, the key of the record that its list hangs on, and the values of its keys.
pub(in crate::store) type BoundGroup = (i64, i64, Vec<serde_json::Value>);

impl Session {
    /// Keys, bound as one value, in a column called [`PARENT`].
    pub(in crate::store) fn keys_of_parents(&self, parents: &[i64]) -> SelectStatement {
        let mut keys = Query::select();
        match self.link {
            Link::Sqlite(_) => {
                let listed = format!("[{}]", joined(parents));
                keys.expr_as(Expr::cust("value"), Alias::new(PARENT))
                    .from_function(Func::cust("json_each").arg(listed), Alias::new("listed"));
            }
            Link::Postgres(_) | Link::PostgresPool(_) => {
                let listed = joined(parents);
                let each = "unnest(string_to_array($1, ',')::bigint[])";
                keys.expr_as(Expr::cust_with_values(each, [listed]), Alias::new(PARENT));
            }
        }
        keys
    }

    /// Rows of texts without NUL, bound as one value, in columns called as [`key_name`] has it.
    pub(in crate::store) fn texts_listed<const N: usize>(
        &self,
        rows: &[[&str; N]],
    ) -> Result<SelectStatement> {
        let listed = to_json(&rows.iter().map(<[&str; N]>::as_slice).collect::<Vec<_>>())?;
        let mut query = Query::select();
        for place in 0..N {
            query.expr_as(self.member(place, true), Alias::new(key_name(place)));
        }
        query.from_function(self.each_of(listed), Alias::new("listed"));
        Ok(query)
    }

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
        query.from_function(self.each_of(bound), Alias::new("listed"));
        query
    }

    /// The members of a list of JSON, each a row.
    fn each_of(&self, listed: String) -> FunctionCall {
        match self.link {
            Link::Sqlite(_) => Func::cust("json_each").arg(listed),
            Link::Postgres(_) | Link::PostgresPool(_) => {
                let listed = Expr::cust_with_values("$1::jsonb", [listed]);
                Func::cust("jsonb_array_elements").arg(listed)
            }
        }
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

fn joined(keys: &[i64]) -> String {
    let texts: Vec<String> = keys.iter().map(i64::to_string).collect();
    texts.join(",")
}
