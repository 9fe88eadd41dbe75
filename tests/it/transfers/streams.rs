//! The streaming methods as a client meets them.

use crate::{
    services,
    world::{Backend, World},
};
use interdiction::proto::{self, seizure_service_client::SeizureServiceClient};
use tokio::sync::mpsc;
use tonic::Code;
use tonic_types::StatusExt as _;

fn options() -> Option<proto::ImportOptions> {
    Some(proto::ImportOptions { dataset: "test".to_owned(), validate_only: false })
}

fn rows(numbers: std::ops::RangeInclusive<i64>) -> Vec<proto::ImportRow> {
    let row = |number: i64| proto::ImportRow {
        sequence_number: number,
        row_id: format!("r{number}"),
        seizure: Some(services::heroin(&number.to_string(), proto::Unit::Gram)),
        ..proto::ImportRow::default()
    };
    numbers.map(row).collect()
}

fn stream<T: Send + 'static>(
    received: mpsc::Receiver<T>,
) -> impl futures_util::Stream<Item = T> + Send {
    futures_util::stream::unfold(received, async |mut received| {
        received.recv().await.map(|one| (one, received))
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_stream_is_resumed_behind_what_was_acknowledged() {
    let served = services::serve().await;
    let mut client = SeizureServiceClient::new(served.channel.clone());
    let (send, requests) = mpsc::channel(4);
    let mut answers = client.import_seizures(stream(requests)).await.unwrap().into_inner();
    let first = proto::ImportSeizuresRequest { options: options(), rows: rows(1..=100) };
    send.send(first).await.unwrap();
    let answer = answers.message().await.unwrap().unwrap();
    assert_eq!((answer.acknowledged_sequence_number, answer.created_count), (100, 100));
    // The second message is on its way when the connection breaks.
    let second = proto::ImportSeizuresRequest { options: None, rows: rows(101..=200) };
    send.send(second).await.unwrap();
    drop((send, answers));
    let again = vec![
        proto::ImportSeizuresRequest { options: options(), rows: rows(101..=200) },
        proto::ImportSeizuresRequest { options: None, rows: rows(201..=300) },
    ];
    let again = futures_util::stream::iter(again);
    let mut answers = client.import_seizures(again).await.unwrap().into_inner();
    let mut last = 0;
    while let Some(answer) = answers.message().await.unwrap() {
        last = answer.acknowledged_sequence_number;
        assert_eq!(answer.created_count + answer.unchanged_count, 100);
    }
    assert_eq!(last, 300);
    let request = proto::ExportSeizuresRequest::default();
    let mut parts = client.export_seizures(request).await.unwrap().into_inner();
    let header = parts.message().await.unwrap().unwrap().header.unwrap();
    assert_eq!(header.seizure_count, 300);
    let mut values = Vec::new();
    while let Some(part) = parts.message().await.unwrap() {
        assert!(!part.resume_token.is_empty());
        values.extend(
            part.seizures.into_iter().map(|one| one.items[0].quantity.clone().unwrap().value),
        );
    }
    assert_eq!(values, (1..=300).map(|i| i.to_string()).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_stream_ends_it_and_what_was_acknowledged_stays() {
    let served = services::serve_over(World::new(Backend::Sqlite).await).await;
    let mut client = SeizureServiceClient::new(served.channel.clone());
    for (requests, field) in [
        (
            vec![proto::ImportSeizuresRequest { options: None, rows: rows(1..=1) }],
            "options.dataset",
        ),
        (
            vec![
                proto::ImportSeizuresRequest { options: options(), rows: rows(1..=1) },
                proto::ImportSeizuresRequest { options: options(), rows: rows(2..=2) },
            ],
            "options",
        ),
        (vec![proto::ImportSeizuresRequest { options: options(), rows: rows(1..=501) }], "rows"),
    ] {
        let requests = futures_util::stream::iter(requests);
        let mut answers = client.import_seizures(requests).await.unwrap().into_inner();
        let status = loop {
            match answers.message().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{field} is taken"),
                Err(status) => break status,
            }
        };
        assert_eq!(status.code(), Code::InvalidArgument);
        let bad = status.get_details_bad_request().unwrap();
        assert_eq!(bad.field_violations[0].field, field);
    }
    let request =
        proto::ExportSeizuresRequest { resume_token: "x".to_owned(), ..Default::default() };
    let status = client.export_seizures(request).await.unwrap_err();
    assert_eq!(status.get_details_bad_request().unwrap().field_violations[0].field, "resume_token");
}
