//! The use cases of a record by the record's type, so that one test holds for every record.

use interdiction::{
    domain::{
        agencies::Agency,
        codes::Code,
        errors::Result,
        operations::Operation,
        pages::{List, Page},
        records::Draft,
        requests::{Create, Delete, Update},
        seizures::Seizure,
        sensors::Sensor,
        viewers::Viewer,
    },
    registry::Registry,
    store::Listed,
};
use std::fmt::Debug;

/// A record that callers create, change, delete and list.
pub trait Noun:
    Listed<
        Field: Debug,
        Sort: Code + Debug,
        Draft: Draft<Body: PartialEq + Debug> + Default + Debug,
    > + PartialEq
    + Debug
{
    /// What tests call a record: the id that its caller chose, its display name, or its first
    /// external id.
    fn label(&self) -> String;
    fn create(
        registry: &Registry,
        viewer: &Viewer,
        request: Create<Self::Draft>,
    ) -> impl Future<Output = Result<Self>> + Send;
    fn update(
        registry: &Registry,
        viewer: &Viewer,
        request: Update<Self::Draft>,
    ) -> impl Future<Output = Result<Self>> + Send;
    fn delete(
        registry: &Registry,
        viewer: &Viewer,
        request: Delete,
    ) -> impl Future<Output = Result<Self>> + Send;
    fn get(
        registry: &Registry,
        viewer: &Viewer,
        name: &str,
    ) -> impl Future<Output = Result<Self>> + Send;
    fn batch_get(
        registry: &Registry,
        viewer: &Viewer,
        names: &[String],
    ) -> impl Future<Output = Result<Vec<Self>>> + Send;
    fn list(
        registry: &Registry,
        viewer: &Viewer,
        list: List<Self::Field, Self::Sort>,
    ) -> impl Future<Output = Result<Page<Self>>> + Send;
}

macro_rules! nouns {
    ($($record:ident: $create:ident, $update:ident, $delete:ident, $get:ident, $batch_get:ident,
       $list:ident, |$one:ident| $label:expr;)+) => {$(
        impl Noun for $record {
            fn label(&self) -> String {
                let $one = self;
                $label
            }
            async fn create(
                registry: &Registry,
                viewer: &Viewer,
                request: Create<Self::Draft>,
            ) -> Result<Self> {
                registry.$create(viewer, request).await
            }
            async fn update(
                registry: &Registry,
                viewer: &Viewer,
                request: Update<Self::Draft>,
            ) -> Result<Self> {
                registry.$update(viewer, request).await
            }
            async fn delete(registry: &Registry, viewer: &Viewer, request: Delete) -> Result<Self> {
                registry.$delete(viewer, request).await
            }
            async fn get(registry: &Registry, viewer: &Viewer, name: &str) -> Result<Self> {
                registry.$get(viewer, name).await
            }
            async fn batch_get(
                registry: &Registry,
                viewer: &Viewer,
                names: &[String],
            ) -> Result<Vec<Self>> {
                registry.$batch_get(viewer, names).await
            }
            async fn list(
                registry: &Registry,
                viewer: &Viewer,
                list: List<Self::Field, Self::Sort>,
            ) -> Result<Page<Self>> {
                registry.$list(viewer, list).await
            }
        }
    )+};
}

nouns! {
    Agency: create_agency, update_agency, delete_agency, get_agency, batch_get_agencies,
        list_agencies, |one| one.id.as_str().to_owned();
    Sensor: create_sensor, update_sensor, delete_sensor, get_sensor, batch_get_sensors,
        list_sensors, |one| one.id.as_str().to_owned();
    Operation: create_operation, update_operation, delete_operation, get_operation,
        batch_get_operations, list_operations, |one| one.body.display_name.clone();
    Seizure: create_seizure, update_seizure, delete_seizure, get_seizure, batch_get_seizures,
        list_seizures, |one| one.body.external_ids.first()
            .map_or_else(|| one.id.to_string(), |id| id.value.clone());
}
