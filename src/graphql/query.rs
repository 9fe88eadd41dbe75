//! The root of the schema: what an analyst asks for by name, and by list.

use super::{
    connections::{
        AgencyConnection, OperationConnection, SeizureConnection, SensorConnection,
        SubstanceConnection,
    },
    errors::shown,
    inputs::{
        AgencyFilter, AgencyOrder, OperationFilter, OperationOrder, Planned, SeizureFilter,
        SeizureOrder, SensorFilter, SensorOrder, SubstanceFilter, SubstanceOrder,
    },
    now::Now,
    plan::{Plan, mark_of, plan},
    records::{Agency, AnyNode, Operation, Seizure, Sensor, Substance},
};
use crate::{
    domain::{
        errors::{Error as DomainError, Result as DomainResult},
        questions::{Branch, Cost, Mark},
        viewers::Viewer,
    },
    registry::Registry,
    store::{Answer, Node, Rows},
};
use async_graphql::{Context, Error, ID, Object, Result, ServerError, SimpleObject};
use std::sync::{Arc, OnceLock};
use tokio::sync::OnceCell;

/// One request: who asks, and what came back. It hangs on the request and on nothing else, so no
/// viewer meets what another was told.
pub struct Asked {
    viewer: Arc<Viewer>,
    registry: Registry,
    answers: OnceCell<Answers>,
    cost: Arc<OnceLock<Cost>>,
}

/// What came back, by the places of root fields.
struct Answers {
    faults: Vec<(Mark, ServerError)>,
    answers: Vec<(Vec<Mark>, DomainResult<Answer>)>,
}

impl Asked {
    /// A request of a viewer.
    #[must_use]
    pub fn new(registry: Registry, viewer: impl Into<Arc<Viewer>>) -> Self {
        Self { viewer: viewer.into(), registry, answers: OnceCell::new(), cost: Arc::default() }
    }

    /// What the request cost, once it is answered; empty where nothing was read.
    #[must_use]
    pub fn cost(&self) -> Arc<OnceLock<Cost>> {
        Arc::clone(&self.cost)
    }

    /// Plans and asks the whole document when its first root field is resolved.
    async fn answers(&self, ctx: &Context<'_>) -> &Answers {
        self.answers.get_or_init(|| self.ask(plan(ctx))).await
    }

    async fn ask(&self, plan: Plan) -> Answers {
        let Plan { branches, faults } = plan;
        let marks: Vec<Vec<Mark>> = branches.iter().map(marks_of).collect();
        if branches.is_empty() {
            return Answers { faults, answers: Vec::new() };
        }
        let answers = match self.registry.answer(&self.viewer, branches).await {
            Ok((answers, cost)) => {
                let _first_stays = self.cost.set(cost);
                marks.into_iter().zip(answers).collect()
            }
            Err(error) => marks.into_iter().map(|marks| (marks, Err(error.clone()))).collect(),
        };
        Answers { faults, answers }
    }
}

fn marks_of(branch: &Branch) -> Vec<Mark> {
    match branch {
        Branch::Named { marks, .. } => marks.clone(),
        Branch::Listed(list) => list.marks.clone(),
    }
}

/// The answers to the field that is being resolved.
async fn answers_of<'c>(ctx: &'c Context<'_>) -> Result<Vec<&'c Answer>> {
    let asked = ctx.data::<Asked>()?;
    let mark = mark_of(ctx.item.pos);
    let Answers { faults, answers } = asked.answers(ctx).await;
    if let Some((_, fault)) = faults.iter().find(|(known, _)| *known == mark) {
        return Err(Error {
            message: fault.message.clone(),
            source: None,
            extensions: fault.extensions.clone(),
        });
    }
    let of_it = answers.iter().filter(|(marks, _)| marks.contains(&mark));
    of_it.map(|(_, answer)| answer.as_ref().map_err(shown)).collect()
}

async fn rows(ctx: &Context<'_>) -> Result<Arc<Rows>> {
    match answers_of(ctx).await?.first() {
        Some(Answer::Listed(rows)) => Ok(Arc::clone(rows)),
        Some(Answer::Named(_)) | None => Err(shown(&DomainError::internal("a list has no answer"))),
    }
}

async fn named(ctx: &Context<'_>) -> Result<Vec<Arc<Node>>> {
    let answers = answers_of(ctx).await?;
    let nodes = answers.into_iter().filter_map(|answer| match answer {
        Answer::Named(nodes) => Some(nodes),
        Answer::Listed(_) => None,
    });
    Ok(nodes.flatten().cloned().collect())
}

async fn one(ctx: &Context<'_>) -> Result<Option<Arc<Node>>> {
    Ok(named(ctx).await?.pop())
}

fn any(node: Arc<Node>) -> Option<AnyNode> {
    match node.name.split('/').next()? {
        "agencies" => Some(Agency(node).into()),
        "sensors" => Some(Sensor(node).into()),
        "operations" => Some(Operation(node).into()),
        "seizures" => Some(Seizure(node).into()),
        "substances" => Some(Substance(node).into()),
        _ => None,
    }
}

/// The service that answers.
#[derive(SimpleObject)]
pub struct Service {
    /// What it is called.
    name: &'static str,
    /// The version of the program.
    version: &'static str,
}

/// The registry, as the viewer may see it. What it may not see is absent everywhere: in records,
/// lists, counts and totals.
pub struct Query;

macro_rules! query {
    ($(
        $one:ident, $many:ident: $record:ident, $connection:ident($filter:ty, $order:ty),
        $a:literal, $plural:literal;
    )+) => {
        /// The registry, as the viewer may see it. What it may not see is absent everywhere: in
        /// records, lists, counts and totals.
        #[Object]
        impl Query {
            /// The service that answers.
            async fn service(&self) -> Service {
                Service { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") }
            }

            /// A record by its name; null when it is hidden or absent.
            async fn node(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Its resource name: `seizures/{uuid}`.")] id: ID,
            ) -> Result<Option<AnyNode>> {
                let _planned = id;
                Ok(one(ctx).await?.and_then(any))
            }

            /// Records by their names, in the order of the names; null where one is hidden or
            /// absent.
            async fn nodes(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Resource names, at most 1,000.")] ids: Vec<ID>,
            ) -> Result<Vec<Option<AnyNode>>> {
                let found = named(ctx).await?;
                let by_name = |id: ID| found.iter().find(|node| node.name == id.0).cloned();
                Ok(ids.into_iter().map(|id| by_name(id).and_then(any)).collect())
            }

            $(
                #[doc = concat!($a, " by its name; null when it is hidden or absent.")]
                async fn $one(
                    &self,
                    ctx: &Context<'_>,
                    #[graphql(desc = "Its resource name.")] id: ID,
                ) -> Result<Option<Now<$record>>> {
                    let _planned = id;
                    Ok(one(ctx).await?.map(|node| Now($record(node))))
                }

                #[doc = concat!("All ", $plural, " that pass.")]
                #[expect(clippy::too_many_arguments, reason = "the plan reads them")]
                async fn $many(
                    &self,
                    ctx: &Context<'_>,
                    #[graphql(desc = "Only those that pass.")] filter: Planned<Option<$filter>>,
                    #[graphql(desc = "By what they are sorted, first by the first; ties by the \
                                      order of recording.")]
                    order_by: Planned<Option<Vec<$order>>>,
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
                ) -> Result<Now<$connection>> {
                    let _planned =
                        (filter, order_by, first, after, last, before, show_deleted, show_inactive);
                    Ok(Now($connection(rows(ctx).await?)))
                }
            )+
        }
    };
}

query! {
    agency, agencies: Agency, AgencyConnection(AgencyFilter, AgencyOrder),
        "An agency", "agencies";
    sensor, sensors: Sensor, SensorConnection(SensorFilter, SensorOrder),
        "A sensor", "sensors";
    operation, operations: Operation, OperationConnection(OperationFilter, OperationOrder),
        "An operation", "operations";
    seizure, seizures: Seizure, SeizureConnection(SeizureFilter, SeizureOrder),
        "A seizure", "seizures";
    substance, substances: Substance, SubstanceConnection(SubstanceFilter, SubstanceOrder),
        "A substance", "substances";
}
