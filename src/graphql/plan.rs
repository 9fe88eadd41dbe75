//! From a document to a question: every field of the schema by its name, and what it picks.
//!
//! A document is planned as a whole, after it was validated and before anything is read. Fields of
//! the same record under several names are picked once; so are lists with the same arguments.

mod lists;
mod records;
mod summaries;

use super::{errors::shown, now::applies};
use crate::domain::{
    check::{Path, Violations},
    errors::Error,
    ids::{AgencyId, OperationId, SeizureId, SensorId, SubstanceId},
    pages::BATCH_MAX,
    questions::{Branch, Link, List, Mark, Names, Pick},
};
use async_graphql::{
    Context, ID, InputType, Name, Pos, Positioned, ServerError, ServerResult, Value,
    parser::types::{Field, Selection, SelectionSet},
};
use lists::same_list;

/// What a field of a document is recognised by: where it stands.
pub(super) fn mark_of(at: Pos) -> Mark {
    (at.line as u64) << 32 | at.column as u64
}

/// Plans every root field of the document that is being executed.
pub(super) fn plan(ctx: &Context<'_>) -> Plan {
    let planner = Planner { ctx };
    let operation = &ctx.query_env.operation.node;
    let mut plan = Plan { branches: Vec::new(), faults: Vec::new() };
    for field in planner.fields("Query", &operation.selection_set.node) {
        if let Err(fault) = planner.root(&mut plan.branches, field) {
            plan.faults.push((mark_of(field.pos), fault));
        }
    }
    plan
}

/// The branches of a document, and the root fields that are wrong.
pub(super) struct Plan {
    pub branches: Vec<Branch>,
    pub faults: Vec<(Mark, ServerError)>,
}

type Picking<'f> = &'f Positioned<Field>;

struct Planner<'c> {
    ctx: &'c Context<'c>,
}

impl<'c> Planner<'c> {
    /// The fields of a selection on a type, through every fragment that applies to it.
    fn fields<'s>(&self, on: &str, set: &'s SelectionSet) -> Vec<&'s Positioned<Field>>
    where
        'c: 's,
    {
        let mut fields = Vec::new();
        self.collect(on, set, &mut fields);
        fields
    }

    fn collect<'s>(&self, on: &str, set: &'s SelectionSet, fields: &mut Vec<&'s Positioned<Field>>)
    where
        'c: 's,
    {
        let applies = |condition: &str| applies(condition, on);
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => fields.push(field),
                Selection::FragmentSpread(spread) => {
                    let fragments = &self.ctx.query_env.fragments;
                    let Some(fragment) = fragments.get(&spread.node.fragment_name.node) else {
                        continue;
                    };
                    if applies(&fragment.node.type_condition.node.on.node) {
                        self.collect(on, &fragment.node.selection_set.node, fields);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let condition = &fragment.node.type_condition;
                    if condition.as_ref().is_none_or(|on| applies(&on.node.on.node)) {
                        self.collect(on, &fragment.node.selection_set.node, fields);
                    }
                }
            }
        }
    }

    /// An argument of a field, with variables filled in.
    fn argument<T: InputType>(&self, field: Picking<'_>, name: &str) -> ServerResult<T> {
        let given = field.node.arguments.iter().find(|(known, _)| known.node == name);
        let value = given.map(|(_, value)| value);
        let pos = value.map_or(field.pos, |value| value.pos);
        let value = value
            .map(|value| {
                let filled = |name: Name| ServerResult::Ok(self.variable(&name));
                value.node.clone().into_const_with(filled)
            })
            .transpose()?;
        T::parse(value).map_err(|error| error.into_server_error(pos))
    }

    /// A variable; one that is not given is null, as if its argument were left out.
    fn variable(&self, name: &str) -> Value {
        let env = self.ctx.query_env;
        let definitions = &env.operation.node.variable_definitions;
        let definition = definitions.iter().find(|one| one.node.name.node == name);
        let given = env.variables.get(name);
        let default = || definition.and_then(|one| one.node.default_value());
        given.or_else(default).cloned().unwrap_or_default()
    }

    fn root(&self, branches: &mut Vec<Branch>, field: Picking<'_>) -> ServerResult<()> {
        let listed = |link| self.list(field, link);
        match field.node.name.node.as_str() {
            "agencies" => self.add_list(branches, field, listed("Agency")?),
            "sensors" => self.add_list(branches, field, listed("Sensor")?),
            "operations" => self.add_list(branches, field, listed("Operation")?),
            "seizures" => self.add_list(branches, field, listed("Seizure")?),
            "substances" => self.add_list(branches, field, listed("Substance")?),
            "node" | "nodes" | "agency" | "sensor" | "operation" | "seizure" | "substance" => {
                self.named(branches, field)
            }
            // Its answer needs no record.
            _ => Ok(()),
        }
    }

    fn add_list(
        &self,
        branches: &mut Vec<Branch>,
        field: Picking<'_>,
        list: List,
    ) -> ServerResult<()> {
        let known = branches.iter_mut().find_map(|branch| match branch {
            Branch::Listed(known) if same_list(known, &list) => Some(known),
            Branch::Listed(_) | Branch::Named { .. } => None,
        });
        match known {
            Some(known) => self.extend(known, field),
            None => {
                let mut list = list;
                self.extend(&mut list, field)?;
                branches.push(Branch::Listed(list));
                Ok(())
            }
        }
    }

    /// A list of records of a type that hangs on nothing.
    fn list(&self, field: Picking<'_>, of: &str) -> ServerResult<List> {
        self.list_of(field, of, Link::All)
    }

    fn named(&self, branches: &mut Vec<Branch>, field: Picking<'_>) -> ServerResult<()> {
        let many = field.node.name.node == "nodes";
        let asked: Vec<String> = if many {
            let ids: Vec<ID> = self.argument(field, "ids")?;
            ids.into_iter().map(|id| id.0).collect()
        } else {
            vec![self.argument::<ID>(field, "id")?.0]
        };
        if asked.len() > BATCH_MAX {
            let message = format!("{} names: want at most {BATCH_MAX}", asked.len());
            return Err(self.fault(field, &Error::invalid_field("ids", message)));
        }
        let only = match field.node.name.node.as_str() {
            "agency" => Some("agencies"),
            "sensor" => Some("sensors"),
            "operation" => Some("operations"),
            "seizure" => Some("seizures"),
            "substance" => Some("substances"),
            _ => None,
        };
        let mut violations = Violations::default();
        let names = sorted(&asked, only, many, &mut violations);
        violations.finish(Some(())).map_err(|error| self.fault(field, &error))?;
        for names in names {
            let mut pick = Pick::default();
            self.record(type_of(&names), &mut pick, field)?;
            branches.push(Branch::Named { marks: vec![mark_of(field.pos)], names, pick });
        }
        Ok(())
    }

    fn fault(&self, field: Picking<'_>, error: &Error) -> ServerError {
        shown(error).into_server_error(field.pos)
    }
}

fn type_of(names: &Names) -> &'static str {
    match names {
        Names::Agencies(_) => "Agency",
        Names::Sensors(_) => "Sensor",
        Names::Operations(_) => "Operation",
        Names::Seizures(_) => "Seizure",
        Names::Substances(_) => "Substance",
    }
}

/// Names by their kind; what is no name, or of another kind than the one that is wanted, is a
/// violation.
fn sorted(
    asked: &[String],
    only: Option<&str>,
    many: bool,
    violations: &mut Violations,
) -> Vec<Names> {
    let (mut agencies, mut sensors, mut operations) = (Vec::new(), Vec::new(), Vec::new());
    let (mut seizures, mut substances) = (Vec::new(), Vec::new());
    let (root, list) = (Path::root("id"), Path::root("ids"));
    for (i, name) in asked.iter().enumerate() {
        let path = if many { list.index(i) } else { root };
        let collection = name.split('/').next().unwrap_or_default();
        let collection = only.unwrap_or(collection);
        match collection {
            "agencies" => agencies.extend(violations.name_required::<AgencyId>(&path, name)),
            "sensors" => sensors.extend(violations.name_required::<SensorId>(&path, name)),
            "operations" => operations.extend(violations.name_required::<OperationId>(&path, name)),
            "seizures" => seizures.extend(violations.name_required::<SeizureId>(&path, name)),
            "substances" => substances.extend(violations.name_required::<SubstanceId>(&path, name)),
            _ => violations.add(
                &path,
                "want a resource name of agencies, sensors, operations, seizures or substances",
            ),
        }
    }
    let all = [
        Names::Agencies(agencies),
        Names::Sensors(sensors),
        Names::Operations(operations),
        Names::Seizures(seizures),
        Names::Substances(substances),
    ];
    all.into_iter().filter(|names| names.len() > 0).collect()
}
