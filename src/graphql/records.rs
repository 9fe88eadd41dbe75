//! Records as objects. Each hands out what its node holds; what is picked of a node is decided in
//! `plan`, which knows every field by its name.

mod agencies;
mod operations;
mod seizures;
mod sensors;
mod substances;

pub use agencies::Agency;
pub use operations::{Conveyance, Detection, Operation, Participant, Step, Waypoint};
pub(super) use seizures::in_unit;
pub use seizures::{Item, Seizure};
pub use sensors::{Provision, Sensor};
pub use substances::{Substance, Terms};

use super::{
    errors::shown,
    now::{All, Now},
    plan::mark_of,
};
use crate::{
    domain::{
        errors::{Error as DomainError, Result as DomainResult},
        questions::{One, Parts},
        records::Meta,
    },
    store::{Node, Rows},
};
use async_graphql::{Context, ID, Interface, Result};
use std::sync::Arc;

/// Anything that has a name of its own: `agencies/mx-semar`, `seizures/{uuid}`.
#[derive(Interface)]
#[graphql(
    name = "Node",
    field(name = "id", ty = "ID", desc = "Its resource name, the same as in gRPC.")
)]
pub enum AnyNode {
    /// An agency.
    Agency(Agency),
    /// A sensor.
    Sensor(Sensor),
    /// An operation.
    Operation(Operation),
    /// A seizure.
    Seizure(Seizure),
    /// A substance.
    Substance(Substance),
}

/// What was not picked is asked for: the plan and the objects disagree.
fn unpicked(field: &str) -> async_graphql::Error {
    shown(&DomainError::internal(format!("{field} was not picked")))
}

fn answered<T>(result: DomainResult<T>) -> Result<T> {
    result.map_err(|error| shown(&error))
}

/// The record that a node names.
fn one<T>(node: &Node, one: One, object: fn(Arc<Node>) -> T) -> Result<Option<Now<T>>> {
    Ok(answered(node.one(one))?.map(|named| Now(object(Arc::clone(named)))))
}

fn parts<T>(node: &Node, parts: Parts, object: fn(Arc<Node>) -> T) -> Result<All<Now<T>>> {
    Ok(answered(node.parts(parts))?.iter().map(|part| object(Arc::clone(part))).collect())
}

/// The list of the field that is being resolved.
fn list(node: &Node, ctx: &Context<'_>) -> Result<Arc<Rows>> {
    answered(node.list(mark_of(ctx.item.pos))).map(Arc::clone)
}

fn meta(node: &Node) -> Result<&Meta> {
    node.meta.as_ref().ok_or_else(|| unpicked("etag or a time"))
}

/// Declares an object over a node: its own fields, those that every record has, and its lists.
macro_rules! record {
    (
        $(#[doc = $doc:literal])+
        $record:ident {
            $($own:tt)*
        }
        lists {
            $($(#[doc = $list_doc:literal])+ $list:ident: $connection:ident($filter:ty, $order:ty);)*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone)]
        pub struct $record(pub(in crate::graphql) std::sync::Arc<crate::store::Node>);

        $(#[doc = $doc])+
        #[async_graphql::Object]
        impl $record {
            /// Its resource name, the same as in gRPC.
            pub async fn id(&self) -> async_graphql::ID {
                async_graphql::ID(self.0.name.clone())
            }

            $($own)*

            $(
                $(#[doc = $list_doc])+
                #[expect(clippy::too_many_arguments, reason = "the plan reads them")]
                async fn $list(
                    &self,
                    ctx: &async_graphql::Context<'_>,
                    #[graphql(desc = "Only those that pass.")]
                    filter: crate::graphql::inputs::Planned<Option<$filter>>,
                    #[graphql(desc = "By what they are sorted, first by the first; ties by the \
                                      order of recording.")]
                    order_by: crate::graphql::inputs::Planned<Option<Vec<$order>>>,
                    #[graphql(desc = "The first so many, 0 to 1,000; 50 when neither `first` nor \
                                      `last` is given.")]
                    first: Option<i32>,
                    #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
                    #[graphql(desc = "The last so many, 0 to 1,000.")] last: Option<i32>,
                    #[graphql(desc = "End before this cursor.")] before: Option<String>,
                    #[graphql(desc = "Deleted records too.", default = false)]
                    show_deleted: bool,
                    #[graphql(desc = "Records that count nowhere too: retracted seizures.",
                              default = false)]
                    show_inactive: bool,
                ) -> async_graphql::Result<crate::graphql::now::Now<crate::graphql::connections::$connection>> {
                    let _planned =
                        (filter, order_by, first, after, last, before, show_deleted, show_inactive);
                    let rows = crate::graphql::records::list(&self.0, ctx)?;
                    Ok(crate::graphql::now::Now(crate::graphql::connections::$connection(rows)))
                }
            )*
        }
    };
}
use record;

/// The fields that every record but a substance has; pasted into [`record!`] by its users.
macro_rules! guarded {
    (
        $(#[doc = $doc:literal])+
        $record:ident {
            $($own:tt)*
        }
        lists {
            $($lists:tt)*
        }
    ) => {
        crate::graphql::records::record! {
            $(#[doc = $doc])+
            $record {
                $($own)*

                /// The agency that recorded it; null where the viewer may not see that agency.
                async fn originator(
                    &self,
                ) -> async_graphql::Result<Option<crate::graphql::now::Now<crate::graphql::records::Agency>>> {
                    crate::graphql::records::one(
                        &self.0,
                        crate::domain::questions::One::Originator,
                        crate::graphql::records::Agency,
                    )
                }

                /// Who may see it.
                async fn marking(
                    &self,
                ) -> async_graphql::Result<crate::graphql::now::Now<crate::graphql::values::Marking>> {
                    let marking = self.0.marking.as_ref();
                    let marking = marking.map(crate::graphql::now::Now::from);
                    marking.ok_or_else(|| crate::graphql::records::unpicked("the marking"))
                }

                /// What to send to gRPC to change it as it was read.
                async fn etag(&self) -> async_graphql::Result<String> {
                    Ok(crate::graphql::records::meta(&self.0)?.etag())
                }

                /// When it was recorded.
                async fn create_time(
                    &self,
                ) -> async_graphql::Result<crate::graphql::scalars::DateTime> {
                    let meta = crate::graphql::records::meta(&self.0)?;
                    Ok(crate::graphql::scalars::DateTime(meta.create_micros))
                }

                /// When it last changed.
                async fn update_time(
                    &self,
                ) -> async_graphql::Result<crate::graphql::scalars::DateTime> {
                    let meta = crate::graphql::records::meta(&self.0)?;
                    Ok(crate::graphql::scalars::DateTime(meta.update_micros))
                }

                /// When it was deleted; null while it is not.
                async fn delete_time(
                    &self,
                ) -> async_graphql::Result<Option<crate::graphql::scalars::DateTime>> {
                    let meta = crate::graphql::records::meta(&self.0)?;
                    Ok(meta.delete_micros.map(crate::graphql::scalars::DateTime))
                }
            }
            lists {
                $($lists)*
            }
        }
    };
}
use guarded;
