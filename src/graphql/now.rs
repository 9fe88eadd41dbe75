//! Objects whose fields wait for nothing.
//!
//! Everything below a root field was read before its first object is resolved, so an object's
//! fields are resolved one after the other, on the spot. The library's own way makes a future of
//! each, a task of each future and a queue of each object: half of what a page of records cost.

use async_graphql::{
    ContainerType, ContextSelectionSet, Name, OutputType, Positioned, ServerResult, Value,
    indexmap::{IndexMap, map::Entry},
    parser::types::{Field, Selection},
    registry::Registry,
};
use futures_util::FutureExt as _;
use std::{
    borrow::Cow,
    future::{Future, ready},
};

/// The interface that every record has.
const INTERFACE: &str = "Node";

/// An object whose fields wait for nothing.
#[derive(Debug, Clone)]
pub struct Now<T>(pub T);

impl<'a, S, T: From<&'a S>> From<&'a S> for Now<T> {
    fn from(source: &'a S) -> Self {
        Self(T::from(source))
    }
}

impl<T: ContainerType> OutputType for Now<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> impl Future<Output = ServerResult<Value>> + Send {
        let mut fields = IndexMap::new();
        let failed = add(ctx, &self.0, &mut fields);
        // What was asked of nothing is an object without fields; what failed in all is nothing.
        ready(Ok(if failed && fields.is_empty() { Value::Null } else { Value::Object(fields) }))
    }
}

/// A list of what waits for nothing.
#[derive(Debug, Clone)]
pub struct All<T>(pub Vec<T>);

impl<T> FromIterator<T> for All<Now<T>> {
    fn from_iter<I: IntoIterator<Item = T>>(objects: I) -> Self {
        Self(objects.into_iter().map(Now).collect())
    }
}

impl<T: OutputType> OutputType for All<T> {
    fn type_name() -> Cow<'static, str> {
        <Vec<T> as OutputType>::type_name()
    }

    fn qualified_type_name() -> String {
        <Vec<T> as OutputType>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Vec<T> as OutputType>::create_type_info(registry)
    }

    fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> impl Future<Output = ServerResult<Value>> + Send {
        let each = self.0.iter().enumerate().map(|(at, one)| {
            let ctx = ctx.with_index(at);
            let answer = at_once(one.resolve(&ctx, field), field);
            answer.map_err(|error| ctx.set_error_path(error))
        });
        let list: ServerResult<Vec<Value>> = each.collect();
        ready(list.map(Value::List))
    }
}

/// Adds the fields that a selection has on an object, through every fragment that applies to it.
/// A field that fails is left out, and its error told; returns whether there is one.
fn add<T: ContainerType>(
    ctx: &ContextSelectionSet<'_>,
    of: &T,
    fields: &mut IndexMap<Name, Value>,
) -> bool {
    let mut failed = false;
    for selection in &ctx.item.node.items {
        match &selection.node {
            Selection::Field(field) => match field_of(ctx, of, field) {
                Ok(value) => insert(fields, field.node.response_key().node.clone(), value),
                Err(error) => {
                    failed = true;
                    ctx.add_error(error);
                }
            },
            Selection::FragmentSpread(spread) => {
                let known = ctx.query_env.fragments.get(&spread.node.fragment_name.node);
                // Validation has seen every one of them.
                let Some(fragment) = known else { continue };
                if applies(&fragment.node.type_condition.node.on.node, &T::type_name()) {
                    let inner = ctx.with_selection_set(&fragment.node.selection_set);
                    failed |= add(&inner, of, fields);
                }
            }
            Selection::InlineFragment(fragment) => {
                let condition = &fragment.node.type_condition;
                let applies = |on: &str| applies(on, &T::type_name());
                if condition.as_ref().is_none_or(|on| applies(&on.node.on.node)) {
                    let inner = ctx.with_selection_set(&fragment.node.selection_set);
                    failed |= add(&inner, of, fields);
                }
            }
        }
    }
    failed
}

/// Whether a fragment on a type applies to objects of one.
pub(super) fn applies(condition: &str, to: &str) -> bool {
    condition == to || condition == INTERFACE
}

fn field_of<T: ContainerType>(
    ctx: &ContextSelectionSet<'_>,
    of: &T,
    field: &Positioned<Field>,
) -> ServerResult<Value> {
    if field.node.name.node == "__typename" {
        return Ok(Value::String(T::type_name().into_owned()));
    }
    let ctx = ctx.with_field(field);
    Ok(at_once(of.resolve_field(&ctx), field)?.unwrap_or_default())
}

fn at_once<T>(
    answer: impl Future<Output = ServerResult<T>>,
    field: &Positioned<Field>,
) -> ServerResult<T> {
    answer.now_or_never().unwrap_or_else(|| {
        let message = format!("{} has to wait", field.node.name.node);
        let error = super::errors::shown(&crate::domain::errors::Error::internal(message));
        Err(error.into_server_error(field.pos))
    })
}

/// Adds an answer; one of a name that stands there already is merged into it.
fn insert(fields: &mut IndexMap<Name, Value>, name: Name, value: Value) {
    match fields.entry(name) {
        Entry::Vacant(free) => {
            free.insert(value);
        }
        Entry::Occupied(mut known) => merge(known.get_mut(), value),
    }
}

fn merge(known: &mut Value, value: Value) {
    match (known, value) {
        (Value::Object(known), Value::Object(fields)) => {
            for (name, value) in fields {
                insert(known, name, value);
            }
        }
        (Value::List(known), Value::List(list)) => {
            for (known, value) in known.iter_mut().zip(list) {
                if matches!(known, Value::Object(_)) {
                    merge(known, value);
                }
            }
        }
        // The same field of the same record: validation has seen to it.
        _ => {}
    }
}
