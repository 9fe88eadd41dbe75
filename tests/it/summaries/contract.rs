//! Summaries as a client meets them: what it is told, and what it is refused.

use crate::services::{heroin, serve};
use interdiction::proto::{
    self, GroupBy, SummarizeOperationsRequest, SummarizeSeizuresRequest, SummaryFigure, SummaryKey,
    operation_service_client::OperationServiceClient, seizure_service_client::SeizureServiceClient,
};
use tonic::{Code, transport::Channel};
use tonic_types::StatusExt as _;

fn key(key: SummaryKey) -> GroupBy {
    GroupBy { key: key.into(), depth: None }
}

fn measure(value: &str, unit: proto::Unit) -> Option<proto::Measure> {
    Some(proto::Measure { value: value.to_owned(), unit: unit.into() })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_sums_pounds_and_reads_them_in_any_unit() {
    let served = serve().await;
    let mut client = SeizureServiceClient::new(served.channel.clone());
    for (value, day) in [("125", "2022-04-08"), ("390", "2022-04"), ("9", "2022-06-01")] {
        let when = Some(proto::When { edtf: day.to_owned(), ..proto::When::default() });
        let seizure = proto::Seizure { when, ..heroin(value, proto::Unit::Pound) };
        let request = proto::CreateSeizureRequest {
            seizure: Some(seizure),
            ..proto::CreateSeizureRequest::default()
        };
        client.create_seizure(request).await.unwrap();
    }
    let request = SummarizeSeizuresRequest {
        group_by: vec![key(SummaryKey::Month)],
        empty_buckets: true,
        include_total: true,
        mass_unit: proto::Unit::Pound.into(),
        ..SummarizeSeizuresRequest::default()
    };
    let answer = client.summarize_seizures(request).await.unwrap().into_inner();
    let told: Vec<(String, String, i64)> = answer.groups.iter().map(told).collect();
    assert_eq!(
        told,
        [
            ("2022-04 2022-04-01 2022-04-30".to_owned(), "515".to_owned(), 2),
            ("2022-05 2022-05-01 2022-05-31".to_owned(), String::new(), 0),
            ("2022-06 2022-06-01 2022-06-30".to_owned(), "9".to_owned(), 1),
        ]
    );
    let mass = answer.total.unwrap().mass.unwrap();
    let sum = mass.sum.unwrap();
    assert_eq!((sum.value.as_str(), sum.exact), ("524", true));
    assert_eq!(sum.base_units, "237682401880");
    assert!((sum.approximate_value - 524.0).abs() < 1e-9);
    assert_eq!(mass.estimated.unwrap().base_units, "0");
    let counting = answer.counting.unwrap();
    assert!(counting.as_of_time.is_some());
    assert_eq!(counting.attribution(), proto::Attribution::Primary);
}

/// A bucket, its mass and its seizures.
fn told(group: &proto::SummaryGroup) -> (String, String, i64) {
    let Some(proto::key_value::Value::Bucket(bucket)) = &group.keys[0].value else {
        panic!("no bucket: {group:?}");
    };
    let figures = group.figures.as_ref().unwrap();
    let mass = figures.mass.as_ref().unwrap().sum.as_ref();
    (
        format!("{} {} {}", bucket.label, bucket.first_day, bucket.last_day),
        mass.map_or_else(String::new, |mass| mass.value.clone()),
        figures.seizure_count.unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_counts_operations_by_their_outcome() {
    let served = serve().await;
    let mut client = OperationServiceClient::new(served.channel.clone());
    for outcome in [proto::Outcome::Seized, proto::Outcome::Escaped, proto::Outcome::Escaped] {
        let operation = proto::Operation {
            display_name: "Case".to_owned(),
            outcome: outcome.into(),
            ..proto::Operation::default()
        };
        let request = proto::CreateOperationRequest {
            operation: Some(operation),
            ..proto::CreateOperationRequest::default()
        };
        client.create_operation(request).await.unwrap();
    }
    let request = SummarizeOperationsRequest {
        group_by: vec![key(SummaryKey::Outcome)],
        include_total: true,
        ..SummarizeOperationsRequest::default()
    };
    let answer = client.summarize_operations(request).await.unwrap().into_inner();
    let counts: Vec<_> =
        answer.groups.iter().map(|one| one.figures.as_ref().unwrap().operation_count).collect();
    assert_eq!(counts, [Some(1), Some(2)]);
    let total = answer.total.unwrap();
    assert_eq!((total.operation_count, total.seized_operation_count), (Some(3), Some(0)));
    assert_eq!((total.detection_count, total.mass_per_detection), (Some(0), None));
    // An operation has no items to be grouped by.
    let request = SummarizeOperationsRequest {
        group_by: vec![key(SummaryKey::Substance)],
        ..SummarizeOperationsRequest::default()
    };
    let refused = client.summarize_operations(request).await.unwrap_err();
    let found = refused.get_error_details().bad_request().unwrap().field_violations.clone();
    assert_eq!(found.first().unwrap().field, "group_by[0].key");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_is_told_only_what_it_asked_for() {
    let served = serve().await;
    let mut client = SeizureServiceClient::new(served.channel.clone());
    let request = SummarizeSeizuresRequest {
        figures: vec![SummaryFigure::SeizureCount.into()],
        ..SummarizeSeizuresRequest::default()
    };
    let answer = client.summarize_seizures(request).await.unwrap().into_inner();
    let only = proto::SummaryFigures { seizure_count: Some(0), ..proto::SummaryFigures::default() };
    assert_eq!(answer.groups.len(), 1);
    assert_eq!(answer.groups[0].figures, Some(only));
    assert_eq!(answer.total, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_is_told_everything_that_is_wrong_at_once() {
    let served = serve().await;
    let request = SummarizeSeizuresRequest {
        filter: Some(proto::SeizureFilter { dated_to: 99, ..proto::SeizureFilter::default() }),
        group_by: vec![
            key(SummaryKey::Month),
            key(SummaryKey::Month),
            GroupBy { key: 99, depth: None },
            GroupBy { key: SummaryKey::Region.into(), depth: Some(-1) },
        ],
        attribution: 3,
        figures: vec![0, 3, 3, 10],
        having: vec![
            proto::FigureBounds { figure: 3, at_least: None, at_most: None },
            proto::FigureBounds {
                figure: 3,
                at_least: measure("-1", proto::Unit::Kilogram),
                at_most: measure("1", proto::Unit::Litre),
            },
        ],
        order_by: vec![
            proto::GroupOrder { key: None, figure: 0, direction: 3 },
            proto::GroupOrder { key: Some(key(SummaryKey::Day)), figure: 0, direction: 1 },
        ],
        first: -1,
        empty_buckets: true,
        include_total: true,
        mass_unit: proto::Unit::Litre.into(),
        volume_unit: proto::Unit::Ton.into(),
    };
    assert_eq!(
        violated(served.channel.clone(), request).await,
        [
            "filter.dated_to",
            "group_by[1]",
            "group_by[2].key",
            "group_by[3].depth",
            "group_by[3].depth",
            "attribution",
            "figures[0]",
            "figures[2]",
            "figures[3]",
            "having[0]",
            "having[1].at_least.value",
            "having[1].at_most.unit",
            "order_by[0].direction",
            "order_by[0]",
            "order_by[1].key",
            "first",
            "empty_buckets",
            "empty_buckets",
            "mass_unit",
            "volume_unit",
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_of_a_request_have_limits() {
    let served = serve().await;
    let bounds =
        proto::FigureBounds { figure: 1, at_least: measure("1", proto::Unit::Unit), at_most: None };
    let order = proto::GroupOrder { key: None, figure: 1, direction: 1 };
    let request = SummarizeSeizuresRequest {
        group_by: vec![key(SummaryKey::Region); 5],
        figures: vec![1; 15],
        having: vec![bounds; 11],
        order_by: vec![order; 6],
        ..SummarizeSeizuresRequest::default()
    };
    let lists = ["group_by", "figures", "having", "order_by"];
    assert_eq!(violated(served.channel.clone(), request).await, lists);
}

async fn violated(channel: Channel, request: SummarizeSeizuresRequest) -> Vec<String> {
    let mut client = SeizureServiceClient::new(channel);
    let refused = client.summarize_seizures(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let found = refused.get_error_details().bad_request().unwrap().field_violations.clone();
    found.into_iter().map(|one| one.field).collect()
}
