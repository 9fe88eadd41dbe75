//! The stream of an import: batches on their way, their answers, and a new stream behind what was
//! acknowledged when one breaks.

use super::link::{Link, failed, may_pass};
use crate::{
    domain::errors::{Error, Kind, Result},
    proto::{self, seizure_service_client::SeizureServiceClient},
};
use futures_util::stream;
use std::{collections::VecDeque, time::Duration};
use tokio::{sync::mpsc, time::sleep};
use tonic::Status;

/// Batches that are sent and not acknowledged, at most.
const WINDOW: usize = 4;
/// How long a new stream waits after one that broke.
const PAUSE: Duration = Duration::from_secs(1);
/// How often in a row a stream may break without an answer.
const BREAKS_MAX: u32 = 60;

/// Rows that are sent together, with what the sender knows of them.
pub trait Parcel: Send {
    /// The rows.
    fn rows(&self) -> &[proto::ImportRow];
}

/// Sends every parcel, and hands each to `answered` when it is acknowledged.
///
/// # Errors
/// What the registry answers and a new stream does not mend; what `answered` returns.
pub async fn send<P: Parcel>(
    link: &Link,
    options: &proto::ImportOptions,
    mut parcels: mpsc::Receiver<Result<P>>,
    mut answered: impl FnMut(P, proto::ImportSeizuresResponse) -> Result<()>,
) -> Result<()> {
    let mut waiting: VecDeque<P> = VecDeque::new();
    let mut ended = false;
    let mut breaks = 0;
    loop {
        let before = waiting.len();
        let mut progressed = false;
        let mut answered = |parcel, answer| {
            progressed = true;
            answered(parcel, answer)
        };
        let stream = Stream { waiting: &mut waiting, parcels: &mut parcels, ended: &mut ended };
        match stream.run(link, options, &mut answered).await {
            Ok(()) => return Ok(()),
            Err(Broken::For(error)) => return Err(error),
            Err(Broken::Stream(status)) => {
                breaks = if progressed { 1 } else { breaks + 1 };
                if !may_pass(&status) || breaks > BREAKS_MAX {
                    return Err(gone_on(failed(status)));
                }
                tracing::warn!(before, error = status.message(), "the stream broke: sending again");
                sleep(PAUSE).await;
            }
        }
    }
}

/// What was acknowledged stays, so the same command goes on.
fn gone_on(mut error: Error) -> Error {
    if error.kind == Kind::Unavailable {
        error.message.push_str("; what was acknowledged is kept: the same command goes on");
    }
    error
}

enum Broken {
    /// It may be mended by another stream.
    Stream(Status),
    For(Error),
}

struct Stream<'s, P> {
    waiting: &'s mut VecDeque<P>,
    parcels: &'s mut mpsc::Receiver<Result<P>>,
    ended: &'s mut bool,
}

impl<P: Parcel> Stream<'_, P> {
    async fn run(
        self,
        link: &Link,
        options: &proto::ImportOptions,
        answered: &mut impl FnMut(P, proto::ImportSeizuresResponse) -> Result<()>,
    ) -> Result<(), Broken> {
        let Self { waiting, parcels, ended } = self;
        let (to_wire, requests) = mpsc::channel(1);
        let requests = stream::unfold(requests, async |mut requests| {
            requests.recv().await.map(|request| (request, requests))
        });
        let mut client = SeizureServiceClient::new(link.clone());
        let answers = client.import_seizures(requests).await.map_err(Broken::Stream)?;
        let mut answers = answers.into_inner();
        let mut to_wire = Some(to_wire);
        let (mut sent, mut first) = (0, true);
        loop {
            if *ended && waiting.is_empty() {
                to_wire = None;
            }
            tokio::select! {
                answer = answers.message() => match answer.map_err(Broken::Stream)? {
                    Some(answer) => {
                        let parcel = waiting.pop_front().ok_or_else(|| out_of_order(&answer))?;
                        if parcel.rows().last().map(|row| row.sequence_number)
                            != Some(answer.acknowledged_sequence_number)
                        {
                            return Err(out_of_order(&answer));
                        }
                        sent -= 1;
                        answered(parcel, answer).map_err(Broken::For)?;
                    }
                    None if *ended && waiting.is_empty() => return Ok(()),
                    None => return Err(Broken::Stream(Status::unavailable("it ended early"))),
                },
                place = reserve(to_wire.clone()), if sent < waiting.len() => {
                    let Some(place) = place else {
                        // Why it ended stands in the answers.
                        to_wire = None;
                        sent = waiting.len();
                        continue;
                    };
                    let options = std::mem::take(&mut first).then(|| options.clone());
                    let rows = waiting[sent].rows().to_vec();
                    place.send(proto::ImportSeizuresRequest { options, rows });
                    sent += 1;
                }
                parcel = parcels.recv(),
                    if sent == waiting.len() && waiting.len() < WINDOW && !*ended =>
                {
                    match parcel {
                        Some(parcel) => waiting.push_back(parcel.map_err(Broken::For)?),
                        None => *ended = true,
                    }
                }
            }
        }
    }
}

async fn reserve<T>(to: Option<mpsc::Sender<T>>) -> Option<mpsc::OwnedPermit<T>> {
    to?.reserve_owned().await.ok()
}

fn out_of_order(answer: &proto::ImportSeizuresResponse) -> Broken {
    let number = answer.acknowledged_sequence_number;
    let message = format!("row {number} was acknowledged out of turn");
    Broken::For(Error::new(Kind::Unavailable, "REGISTRY", message))
}
