//! What connections pick, and the arguments that they share.

use super::{Picking, Planner, mark_of};
use crate::{
    domain::{
        check::{Path, Violations},
        errors::Error,
        pages::PageSize,
        questions::{End, Link, List, Pick, Wanted, Window},
    },
    graphql::inputs::{
        AgencyFilter, AgencyOrder, DetectionFilter, OperationFilter, OperationOrder, SeizureFilter,
        SeizureOrder, SensorFilter, SensorOrder, SubstanceFilter, SubstanceOrder,
    },
};
use async_graphql::{ServerError, ServerResult};

/// Whether two lists have the same records in the same order and window.
pub(super) fn same_list(one: &List, other: &List) -> bool {
    let List {
        marks: _,
        link,
        wanted,
        show_deleted,
        show_inactive,
        window,
        pick: _,
        cursors: _,
        total: _,
        summaries: _,
    } = one;
    *link == other.link
        && *wanted == other.wanted
        && *show_deleted == other.show_deleted
        && *show_inactive == other.show_inactive
        && *window == other.window
}

impl Planner<'_> {
    /// Adds the list of a field to those that hang on a record.
    pub(super) fn hang(
        &self,
        pick: &mut Pick,
        field: Picking<'_>,
        (of, link): (&str, Link),
    ) -> ServerResult<()> {
        let list = self.list_of(field, of, link)?;
        let at = pick.lists.iter().position(|known| same_list(known, &list));
        let at = at.unwrap_or_else(|| {
            pick.lists.push(list);
            pick.lists.len() - 1
        });
        self.extend(&mut pick.lists[at], field)
    }

    /// Adds what a field selects of a list.
    pub(super) fn extend(&self, list: &mut List, field: Picking<'_>) -> ServerResult<()> {
        list.marks.push(mark_of(field.pos));
        let of = match list.wanted {
            Wanted::Agencies(..) => ("Agency", "AgencyConnection", "AgencyEdge"),
            Wanted::Sensors(..) => ("Sensor", "SensorConnection", "SensorEdge"),
            Wanted::Operations(..) => ("Operation", "OperationConnection", "OperationEdge"),
            Wanted::Seizures(..) => ("Seizure", "SeizureConnection", "SeizureEdge"),
            Wanted::Detections(..) => ("Detection", "DetectionConnection", "DetectionEdge"),
            Wanted::Substances(..) => ("Substance", "SubstanceConnection", "SubstanceEdge"),
        };
        let (record, connection, edge) = of;
        for part in self.fields(connection, &field.node.selection_set.node) {
            match part.node.name.node.as_str() {
                "edges" => {
                    list.pick.get_or_insert_default();
                    for one in self.fields(edge, &part.node.selection_set.node) {
                        match one.node.name.node.as_str() {
                            "cursor" => list.cursors = true,
                            "node" => {
                                self.record(record, list.pick.get_or_insert_default(), one)?;
                            }
                            _ => {}
                        }
                    }
                }
                "nodes" => self.record(record, list.pick.get_or_insert_default(), part)?,
                "pageInfo" => {
                    list.pick.get_or_insert_default();
                    let asked = self.fields("PageInfo", &part.node.selection_set.node);
                    let is_cursor = |name: &str| matches!(name, "startCursor" | "endCursor");
                    list.cursors |= asked.iter().any(|one| is_cursor(&one.node.name.node));
                }
                "totalCount" => list.total = true,
                "summary" => self.summary(list, part)?,
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn list_of(&self, field: Picking<'_>, of: &str, link: Link) -> ServerResult<List> {
        let mut violations = Violations::default();
        let wanted = self.wanted(field, of, &mut violations)?;
        let window = self.window(field, &mut violations)?;
        let checked = violations.finish(Some(()));
        checked.map_err(|error| self.fault(field, &error))?;
        Ok(List {
            marks: Vec::new(),
            link,
            wanted,
            show_deleted: self.argument::<Option<bool>>(field, "showDeleted")?.unwrap_or(false),
            show_inactive: self.argument::<Option<bool>>(field, "showInactive")?.unwrap_or(false),
            window,
            pick: None,
            cursors: false,
            total: false,
            summaries: Vec::new(),
        })
    }

    fn wanted(
        &self,
        field: Picking<'_>,
        of: &str,
        violations: &mut Violations,
    ) -> ServerResult<Wanted> {
        macro_rules! wanted {
            ($variant:ident, $filter:ty, $order:ty) => {{
                let filter = <$filter>::decode(self.argument(field, "filter")?, violations);
                let order = <$order>::decode(self.argument(field, "orderBy")?, violations);
                Ok(Wanted::$variant(filter, order))
            }};
        }
        match of {
            "Agency" => wanted!(Agencies, AgencyFilter, AgencyOrder),
            "Sensor" => wanted!(Sensors, SensorFilter, SensorOrder),
            "Operation" => wanted!(Operations, OperationFilter, OperationOrder),
            "Seizure" => wanted!(Seizures, SeizureFilter, SeizureOrder),
            "Detection" => {
                let filter = DetectionFilter::decode(self.argument(field, "filter")?, violations);
                Ok(Wanted::Detections(filter))
            }
            "Substance" => wanted!(Substances, SubstanceFilter, SubstanceOrder),
            other => Err(self.unknown(field, other)),
        }
    }

    /// A field that the schema has and the plan does not.
    pub(super) fn unknown(&self, field: Picking<'_>, of: &str) -> ServerError {
        let name = &field.node.name.node;
        self.fault(field, &Error::internal(format!("{of}.{name} is not planned")))
    }

    fn window(&self, field: Picking<'_>, violations: &mut Violations) -> ServerResult<Window> {
        let first: Option<i32> = self.argument(field, "first")?;
        let last: Option<i32> = self.argument(field, "last")?;
        let after: Option<String> = self.argument(field, "after")?;
        let before: Option<String> = self.argument(field, "before")?;
        if first.is_some() && last.is_some() {
            violations.add(&Path::root("last"), "given beside `first`: give one of the two");
        }
        let (end, size, name) = match (first, last) {
            (None, Some(last)) => (End::Last, Some(last), "last"),
            (first, _) => (End::First, first, "first"),
        };
        let size = size.map_or(Some(PageSize::DEFAULT), |size| u32::try_from(size).ok());
        let size = size.filter(|size| *size <= PageSize::MAX);
        if size.is_none() {
            let message = format_args!("want 0 to {}", PageSize::MAX);
            violations.add(&Path::root(name), message);
        }
        Ok(Window {
            size: size.unwrap_or(0),
            end,
            after: after.unwrap_or_default(),
            before: before.unwrap_or_default(),
        })
    }
}
