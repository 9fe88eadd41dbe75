//! How the records of a summary hang on the records above their list: each pair of a parent and a
//! record once, so that no record counts twice for one parent.

use crate::{
    domain::{codes::Code as _, operation_kinds::DetectionRole, questions::Link},
    store::{
        Lens,
        entity::operations,
        filters::at,
        guard,
        questions::{PARENT, PARENTS},
        records::T,
    },
};
use sea_orm::sea_query::{Alias, ExprTrait as _, JoinType, Query, SelectStatement};

/// The column of pairs that names a record, or what the record names.
const KEY: &str = "key";

/// The parents of a list, and how the list hangs on them.
pub(super) struct Below {
    pub link: Link,
    /// Their keys, in a column called [`PARENT`].
    pub parents: SelectStatement,
}

impl Below {
    /// Joins to the records under [`T`] the parents that each hangs on.
    pub fn join(&self, query: &mut SelectStatement, lens: &Lens) {
        let (pairs, column) = self.pairs(lens);
        let on = at(T, column).eq(at(PARENTS, KEY));
        query.join_subquery(JoinType::InnerJoin, pairs, Alias::new(PARENTS), on);
    }

    /// Pairs of a parent and a key, each once, and the column of the record that has the key.
    fn pairs(&self, lens: &Lens) -> (SelectStatement, &'static str) {
        match self.link {
            Link::SeizuresMade => (self.themselves(), "agency_id"),
            Link::SeizuresUnder => (self.themselves(), "operation_id"),
            Link::OperationsLed => (self.themselves(), "lead_agency_id"),
            Link::OperationsJoined => {
                (self.through("participants", "agency_id", "operation_id"), "id")
            }
            Link::OperationsDetected => {
                (self.through("detections", "sensor_id", "operation_id"), "id")
            }
            Link::SeizuresCued => (self.detected(lens, true), "operation_id"),
            Link::SeizuresDetected => (self.detected(lens, false), "operation_id"),
            Link::SeizuresOf => (self.of_substances(), "id"),
            // These lists are not of what is summarised.
            Link::All
            | Link::Children
            | Link::SensorsOperated
            | Link::SensorsFurnished
            | Link::DetectionsBy => (self.themselves(), "id"),
        }
    }

    fn begin(&self) -> SelectStatement {
        let mut query = Query::select();
        query.expr(at("above", PARENT)).from_subquery(self.parents.clone(), Alias::new("above"));
        query
    }

    /// The parents beside their own keys.
    fn themselves(&self) -> SelectStatement {
        let mut query = self.begin();
        query.expr_as(at("above", PARENT), Alias::new(KEY));
        query
    }

    /// The parents beside what a part names that names them.
    fn through(&self, parts: &'static str, by: &'static str, to: &'static str) -> SelectStatement {
        let mut query = self.begin();
        let on = at("l", by).eq(at("above", PARENT));
        query.distinct().expr_as(at("l", to), Alias::new(KEY)).join_as(
            JoinType::InnerJoin,
            Alias::new(parts),
            Alias::new("l"),
            on,
        );
        query
    }

    /// Sensors beside the operations that they detected. One that is hidden links nothing.
    fn detected(&self, lens: &Lens, primary: bool) -> SelectStatement {
        let mut query = self.through("detections", "sensor_id", "operation_id");
        let operation = at("l", "operation_id");
        guard::join_present::<operations::Entity>(&mut query, lens, "lo", operation);
        query.and_where(at("lo", "id").is_not_null());
        if primary {
            query.and_where(at("l", "role").eq(i64::from(DetectionRole::Primary.code())));
        }
        query
    }

    /// Substances beside the seizures with an item of them, or of one under them.
    fn of_substances(&self) -> SelectStatement {
        let mut query = self.begin();
        query
            .distinct()
            .expr_as(at("l", "seizure_id"), Alias::new(KEY))
            .join_as(
                JoinType::InnerJoin,
                Alias::new("substance_closure"),
                Alias::new("lc"),
                at("lc", "ancestor_id").eq(at("above", PARENT)),
            )
            .join_as(
                JoinType::InnerJoin,
                Alias::new("seizure_items"),
                Alias::new("l"),
                at("l", "substance_id").eq(at("lc", "descendant_id")),
            );
        query
    }
}
