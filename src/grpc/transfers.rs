//! Imports and exports over streams: few messages at a time are held, and whoever is slower makes
//! the other wait.

use super::{ImportPace, filters::Decoder, operations, requests, seizures, status, values};
use crate::{
    domain::{
        access_records::{AccessKind, Shown},
        check::Violations,
        errors::{Error, Kind, Result},
        exports::{EXPORT_ROWS_MAX, ExportHeader, Exported},
        filters::{SeizureField, SeizureSort},
        imports::{ImportDraft, ImportOptions, Imported},
        pages::List,
        viewers::Viewer,
    },
    proto,
    registry::{Batch, Import, Registry},
};
use futures_util::stream::{self, BoxStream, StreamExt as _};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::timeout,
};
use tonic::{Status, Streaming};

/// Imports and exports that one server runs at once.
const TRANSFERS_MAX: usize = 8;
/// Checked batches that wait for the store, and answers that wait for the caller.
const WAITING_MAX: usize = 2;
/// How long the caller of an import may send nothing, or leave its answers unread.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a streaming method answers with.
pub(super) type Answers<T> = BoxStream<'static, std::result::Result<T, Status>>;

/// The places of imports and exports. Cheap to clone.
#[derive(Clone)]
pub(super) struct Transfers(Arc<Semaphore>);

impl Default for Transfers {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(TRANSFERS_MAX)))
    }
}

impl Transfers {
    fn begin(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.0).try_acquire_owned().map_err(|_| {
            let message = format!("{TRANSFERS_MAX} imports and exports run already: try again");
            Error::new(Kind::Exhausted, "TOO_MANY_TRANSFERS", message).retry_after(PATIENCE)
        })
    }

    /// Runs an import until the caller has sent everything and has every answer.
    pub(super) fn import(
        &self,
        registry: Registry,
        (viewer, pace): (Arc<Viewer>, Option<Arc<ImportPace>>),
        requests: Streaming<proto::ImportSeizuresRequest>,
    ) -> Result<Answers<proto::ImportSeizuresResponse>> {
        // Before there is an answer, so that whoever may not is refused as by any other method.
        registry.may_import(&viewer)?;
        let place = self.begin()?;
        let (to_store, checked) = mpsc::channel(WAITING_MAX);
        let (to_caller, answers) = mpsc::channel(WAITING_MAX);
        let reader = Reader { registry: registry.clone(), viewer: Arc::clone(&viewer), pace };
        tokio::spawn(reader.read(requests, to_store));
        tokio::spawn(async move {
            let _place = place;
            write(&registry, &viewer, checked, to_caller).await;
        });
        Ok(received(answers))
    }

    /// Runs an export until the caller has everything, or leaves. Its header is there when this
    /// returns, so that it is known how many restricted records it will show.
    pub(super) async fn export(
        &self,
        registry: Registry,
        viewer: Arc<Viewer>,
        request: proto::ExportSeizuresRequest,
    ) -> Result<(Answers<proto::ExportSeizuresResponse>, Shown)> {
        let place = self.begin()?;
        let list = export_list(request)?;
        let (to, mut parts) = mpsc::channel(1);
        let (to_caller, mut answers) = mpsc::channel(1);
        let (count, counted) = oneshot::channel();
        let mut count = Some(count);
        tokio::spawn(async move {
            let _place = place;
            let exported = async { registry.export_seizures(&viewer, list, to).await };
            let handed_on = async {
                while let Some(part) = parts.recv().await {
                    if let (Exported::Header(header), Some(count)) = (&part, count.take()) {
                        let _gone = count.send(header.restricted_count);
                    }
                    let sent = timeout(PATIENCE, to_caller.send(Ok(encode_part(part)))).await;
                    if !matches!(sent, Ok(Ok(()))) {
                        parts.close();
                    }
                }
            };
            let (exported, ()) = futures_util::future::join(exported, handed_on).await;
            if let Err(error) = exported.map_err(of_resume_token) {
                let _gone = timeout(PATIENCE, to_caller.send(Err(error))).await;
            }
        });
        match counted.await {
            Ok(count) => Ok((told(answers), Shown { kind: AccessKind::Export, count })),
            // It ended before its header.
            Err(_) => match answers.recv().await {
                Some(Err(error)) => Err(error),
                Some(Ok(_)) | None => Err(Error::internal("an export had no header")),
            },
        }
    }
}

/// Answers whose errors become statuses.
fn told<T: Send + 'static>(answers: mpsc::Receiver<Result<T>>) -> Answers<T> {
    stream::unfold(answers, async |mut answers| {
        let answer = answers.recv().await?;
        Some((answer.map_err(status::from), answers))
    })
    .boxed()
}

fn received<T: Send + 'static>(
    answers: mpsc::Receiver<std::result::Result<T, Status>>,
) -> Answers<T> {
    stream::unfold(answers, async |mut answers| {
        answers.recv().await.map(|answer| (answer, answers))
    })
    .boxed()
}

/// What the first half of an import hands to the second: a batch, or why there is no other.
type Checked = std::result::Result<Batch, Status>;

/// Decodes and checks what the caller sends, while the store writes what came before.
struct Reader {
    registry: Registry,
    viewer: Arc<Viewer>,
    /// How fast the caller may send; none where it may as fast as it can.
    pace: Option<Arc<ImportPace>>,
}

impl Reader {
    async fn read(
        self,
        mut requests: Streaming<proto::ImportSeizuresRequest>,
        to_store: mpsc::Sender<Checked>,
    ) {
        let mut import = None;
        loop {
            let next = match timeout(PATIENCE, requests.message()).await {
                Ok(Ok(Some(request))) => {
                    let rows = request.rows.len();
                    let checked = self.check(&mut import, request).map_err(status::from);
                    if let (Some(pace), Ok(_)) = (&self.pace, &checked) {
                        tokio::select! {
                            () = pace.take(rows) => {}
                            // Nobody waits for the answers any more.
                            () = to_store.closed() => return,
                        }
                    }
                    checked
                }
                Ok(Ok(None)) => return,
                // The stream broke: whoever reads answers learns so from the connection.
                Ok(Err(broken)) => Err(unreadable(broken)),
                Err(_) => Err(status::from(idle())),
            };
            let failed = next.is_err();
            if to_store.send(next).await.is_err() || failed {
                return;
            }
        }
    }

    fn check(
        &self,
        import: &mut Option<Import>,
        request: proto::ImportSeizuresRequest,
    ) -> Result<Batch> {
        let proto::ImportSeizuresRequest { options, rows } = request;
        let import = match (import.as_mut(), options) {
            (Some(import), None) => import,
            (Some(_), Some(_)) => {
                let message = "stands in the first message alone";
                return Err(Error::invalid_field("options", message));
            }
            (None, options) => {
                let proto::ImportOptions { dataset, validate_only } = options.unwrap_or_default();
                let options = ImportOptions { dataset, validate_only };
                import.insert(self.registry.begin_import(&self.viewer, options)?)
            }
        };
        let drafts = rows.into_iter().map(decode_row).collect();
        self.registry.check_import(&self.viewer, import, drafts)
    }
}

/// Writes batch after batch, and answers each when it is durable.
async fn write(
    registry: &Registry,
    viewer: &Viewer,
    mut checked: mpsc::Receiver<Checked>,
    to_caller: mpsc::Sender<std::result::Result<proto::ImportSeizuresResponse, Status>>,
) {
    loop {
        let batch = tokio::select! {
            biased;
            // The caller has left, or its credential is no good any more.
            () = to_caller.closed() => return,
            batch = checked.recv() => match batch {
                Some(batch) => batch,
                None => return,
            },
        };
        let answer = match batch {
            Ok(batch) => {
                let last = batch.last_sequence_number();
                let written = registry.write_import(viewer, batch).await;
                written.map(|imported| encode_imported(imported, last)).map_err(status::from)
            }
            Err(status) => Err(status),
        };
        let failed = answer.is_err();
        let sent = timeout(PATIENCE, to_caller.send(answer)).await;
        if failed || !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

fn decode_row(row: proto::ImportRow) -> ImportDraft {
    let proto::ImportRow { sequence_number, row_id, seizure, operation_row_id, operation } = row;
    ImportDraft {
        sequence_number,
        row_id,
        seizure: seizure.map(seizures::decode),
        operation_row_id,
        operation: operation.map(operations::decode),
    }
}

/// The most bytes of the rejected rows of one answer, which is for clients that take 4 MiB.
const REJECTED_BYTES_MAX: usize = 3 << 20;

fn encode_imported(imported: Imported, last: i64) -> proto::ImportSeizuresResponse {
    let Imported { created, updated, unchanged, rejected } = imported;
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let mut left = REJECTED_BYTES_MAX;
    proto::ImportSeizuresResponse {
        acknowledged_sequence_number: last,
        created_count: count(created),
        updated_count: count(updated),
        unchanged_count: count(unchanged),
        rejected: rejected
            .into_iter()
            .map(|(row, error)| encode_rejected(row, error, &mut left))
            .collect(),
    }
}

/// A row that was refused, with as many of its violations as there is room for.
fn encode_rejected(sequence_number: i64, error: Error, left: &mut usize) -> proto::RejectedRow {
    let Error { kind: _, reason, message, violations, resources: _, retry_after: _ } = error;
    let each = violations.into_iter().map(|one| proto::RowViolation {
        field: one.field,
        message: status::shortened(one.message),
    });
    let violations = each.take_while(|one| {
        let fits = left.checked_sub(one.field.len() + one.message.len());
        *left = fits.unwrap_or(0);
        fits.is_some()
    });
    proto::RejectedRow {
        sequence_number,
        reason: reason.to_owned(),
        message: status::shortened(message),
        violations: violations.collect(),
    }
}

fn export_list(request: proto::ExportSeizuresRequest) -> Result<List<SeizureField, SeizureSort>> {
    let proto::ExportSeizuresRequest { filter, show_deleted, show_inactive, resume_token } =
        request;
    let mut violations = Violations::default();
    let filter = Decoder::new(&mut violations).seizures("filter", filter);
    let page = (EXPORT_ROWS_MAX, resume_token);
    requests::list_of(filter, &[], page, (show_deleted, show_inactive), violations)
        .map_err(of_resume_token)
}

/// The token of an export has another name than that of a page.
fn of_resume_token(mut error: Error) -> Error {
    for violation in &mut error.violations {
        if violation.field == "page_token" {
            violation.field = "resume_token".to_owned();
            violation.message = "not a token of this export: send resume_token as it came, with \
                                 the other fields as they were, or leave it empty"
                .to_owned();
        }
    }
    error
}

fn encode_part(part: Exported) -> proto::ExportSeizuresResponse {
    match part {
        Exported::Header(ExportHeader {
            as_of_micros,
            count,
            restricted_count: _,
            counting_rule,
            marking,
        }) => proto::ExportSeizuresResponse {
            header: Some(proto::ExportHeader {
                as_of_time: Some(values::timestamp(as_of_micros)),
                seizure_count: i64::try_from(count).unwrap_or(i64::MAX),
                counting_rule: counting_rule.to_owned(),
                marking: Some(values::encode_marking(marking)),
            }),
            seizures: Vec::new(),
            resume_token: String::new(),
        },
        Exported::Part(records, resume_token) => proto::ExportSeizuresResponse {
            header: None,
            seizures: records.into_iter().map(seizures::encode).collect(),
            resume_token,
        },
    }
}

fn idle() -> Error {
    let message = "nothing was sent for a minute: go on behind the last acknowledged row";
    Error::new(Kind::DeadlineExceeded, "DEADLINE_EXCEEDED", message)
}

/// What was not read: the codec says itself what it refused; the rest is the library's.
fn unreadable(broken: Status) -> Status {
    if broken.details().is_empty() { status::with_details(&broken) } else { broken }
}
