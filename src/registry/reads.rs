//! Reading: by name, by names, page by page.

use super::{
    Registry,
    rules::{self, Kept},
};
use crate::{
    domain::{
        agencies::Agency,
        check::{Path, Violations},
        errors::{Error, Result},
        filters::{SubstanceField, SubstanceSort},
        ids::{ResourceId, SubstanceId},
        operations::Operation,
        pages::{BATCH_MAX, List, Page},
        questions::{Branch, Cost},
        seizures::Seizure,
        sensors::Sensor,
        substances::Substance,
        viewers::Viewer,
    },
    store::{Answer, Listed, Reach},
};
use std::collections::{HashMap, HashSet};

impl Registry {
    async fn find<R: Kept>(&self, viewer: &Viewer, ids: Vec<R::Id>) -> Result<Vec<R>> {
        let (viewer, ids) = (viewer.clone(), std::sync::Arc::new(ids));
        let reach = if ids.len() == 1 { Reach::Keys } else { Reach::Scan };
        self.store
            .read(reach, R::SPAN, move |session| {
                let (viewer, ids) = (viewer.clone(), std::sync::Arc::clone(&ids));
                Box::pin(async move {
                    let lens = session.lens(&viewer).await?;
                    let found = session.find::<R>(&lens, &ids).await?;
                    Ok(found.into_iter().map(|one| one.record).collect())
                })
            })
            .await
    }

    pub(super) async fn get<R: Kept>(&self, viewer: &Viewer, name: &str) -> Result<R> {
        rules::may_read(viewer)?;
        let id = parse_name::<R::Id>(name)?;
        let found = self.find::<R>(viewer, vec![id.clone()]).await?.pop();
        found.ok_or_else(|| Error::not_found(id.to_string()))
    }

    async fn batch_get<R: Kept>(&self, viewer: &Viewer, names: &[String]) -> Result<Vec<R>> {
        rules::may_read(viewer)?;
        let ids = parse_names::<R::Id>(names)?;
        let found = self.find::<R>(viewer, ids.clone()).await?;
        let mut by_name: HashMap<String, R> =
            found.into_iter().map(|record| (record.id().to_string(), record)).collect();
        let missing: Vec<(String, String)> = names
            .iter()
            .enumerate()
            .filter(|(_, name)| !by_name.contains_key(*name))
            .map(|(i, name)| (format!("names[{i}]"), name.clone()))
            .collect();
        if !missing.is_empty() {
            return Err(Error::references_not_found(missing));
        }
        Ok(names.iter().filter_map(|name| by_name.remove(name)).collect())
    }

    async fn list<R: Kept>(
        &self,
        viewer: &Viewer,
        list: List<<R as Listed>::Field, <R as Listed>::Sort>,
    ) -> Result<Page<R>> {
        rules::may_read(viewer)?;
        self.store.list::<R>(viewer, list).await
    }

    /// Answers the branches of a question, each by itself, as of one moment; and says what it
    /// cost.
    ///
    /// # Errors
    /// `PermissionDenied` unless the viewer may read. Of a branch: `Invalid` naming a cursor that
    /// is not of its list.
    pub async fn answer(
        &self,
        viewer: &Viewer,
        branches: Vec<Branch>,
    ) -> Result<(Vec<Result<Answer>>, Cost)> {
        rules::may_read(viewer)?;
        // Looked at first, so that the snapshot holds all that was acknowledged until then.
        let as_of_micros = self.source.now_micros();
        self.store.answer(viewer, std::sync::Arc::new(branches), as_of_micros).await
    }

    /// A substance by name.
    ///
    /// # Errors
    /// `Invalid` when it is no name; `NotFound` when there is none.
    pub async fn get_substance(&self, viewer: &Viewer, name: &str) -> Result<Substance> {
        rules::may_read(viewer)?;
        self.store.substance(viewer, &parse_name::<SubstanceId>(name)?).await
    }

    /// A page of substances, by name.
    ///
    /// # Errors
    /// `Invalid` when the page token is not of this query.
    pub async fn list_substances(
        &self,
        viewer: &Viewer,
        list: List<SubstanceField, SubstanceSort>,
    ) -> Result<Page<Substance>> {
        rules::may_read(viewer)?;
        self.store.list_substances(viewer, list).await
    }
}

fn parse_name<I: ResourceId>(name: &str) -> Result<I> {
    let mut violations = Violations::default();
    let id = violations.name_required(&Path::root("name"), name);
    violations.finish(id)
}

fn parse_names<I: ResourceId>(names: &[String]) -> Result<Vec<I>> {
    let mut violations = Violations::default();
    let root = Path::root("names");
    if names.is_empty() {
        violations.add(&root, format_args!("required: want 1 to {BATCH_MAX} names"));
    }
    let mut ids = Vec::new();
    if violations.count(&root, names.len(), BATCH_MAX) {
        let each = names.iter().enumerate();
        ids = each.filter_map(|(i, name)| violations.name_required(&root.index(i), name)).collect();
        let mut seen = HashSet::new();
        for (i, name) in names.iter().enumerate() {
            if !seen.insert(name) {
                violations.add(&root.index(i), "stands twice: name each record once");
            }
        }
    }
    violations.finish(Some(ids))
}

macro_rules! reads {
    ($($record:ident: $get:ident, $batch_get:ident, $list:ident;)+) => {
        impl Registry {$(
            /// The record of a name.
            ///
            /// # Errors
            /// `Invalid` when it is no name; `NotFound` when it is hidden or absent.
            pub async fn $get(&self, viewer: &Viewer, name: &str) -> Result<$record> {
                self.get(viewer, name).await
            }

            /// The records of names, in their order, from one snapshot.
            ///
            /// # Errors
            /// `Invalid` for a name that stands twice; `NotFound` naming every name that is hidden
            /// or absent; `Exhausted` when they are too large for one answer.
            pub async fn $batch_get(
                &self,
                viewer: &Viewer,
                names: &[String],
            ) -> Result<Vec<$record>> {
                self.batch_get(viewer, names).await
            }

            /// A page of records.
            ///
            /// # Errors
            /// `Invalid` when the page token is not of this query.
            pub async fn $list(
                &self,
                viewer: &Viewer,
                list: List<<$record as Listed>::Field, <$record as Listed>::Sort>,
            ) -> Result<Page<$record>> {
                self.list(viewer, list).await
            }
        )+}
    };
}

reads! {
    Agency: get_agency, batch_get_agencies, list_agencies;
    Sensor: get_sensor, batch_get_sensors, list_sensors;
    Operation: get_operation, batch_get_operations, list_operations;
    Seizure: get_seizure, batch_get_seizures, list_seizures;
}
