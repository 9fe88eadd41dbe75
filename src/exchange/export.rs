//! A client of ExportSeizures, and the files that it writes.

mod columns;
mod formats;

use super::{
    json,
    link::{Link, failed, may_pass},
};
use crate::{
    domain::errors::{Error, Kind, Result},
    proto::{self, seizure_service_client::SeizureServiceClient},
};
use formats::Writer;
use std::{
    io::{self, Write},
    time::Duration,
};
use tokio::time::sleep;
use tonic::Status;

/// How often in a row an export may break without another part.
const BREAKS_MAX: u32 = 10;
/// How long it waits then.
const PAUSE: Duration = Duration::from_secs(1);

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// JSON, one record a line: everything, and read back as it was.
    Ndjson,
    /// A table, one line for each item.
    Csv,
    /// A map: one feature for each record.
    Geojson,
    /// The table in typed columns, with normalised quantities beside the reported ones.
    Parquet,
}

/// What to export.
#[derive(Debug, Clone)]
pub struct Export {
    /// As what.
    pub format: Format,
    /// A `SeizureFilter` as protobuf JSON; everything when empty.
    pub filter: String,
    /// Whether deleted ones are written too.
    pub show_deleted: bool,
    /// Whether retracted and merged ones are written too.
    pub show_inactive: bool,
}

/// Writes every seizure that passes, and returns how many there were.
///
/// # Errors
/// `Invalid` when the filter is none; what the registry answers; when the file cannot be written.
pub async fn export(link: &Link, export: &Export, to: &mut (dyn Write + Send)) -> Result<u64> {
    let Export { format, filter, show_deleted, show_inactive } = export;
    let filter = match filter.as_str() {
        "" => None,
        text => Some(
            json::read::<proto::SeizureFilter>("SeizureFilter", text)
                .map_err(|message| Error::invalid_field("filter", message))?,
        ),
    };
    let mut request = proto::ExportSeizuresRequest {
        filter,
        show_deleted: *show_deleted,
        show_inactive: *show_inactive,
        resume_token: String::new(),
    };
    let mut written = Written { writer: Writer::new(*format, to)?, marking: None, count: 0 };
    let mut breaks = 0;
    loop {
        let before = request.resume_token.clone();
        match written.stream(link, &mut request).await {
            Ok(()) => {
                written.writer.end()?;
                return Ok(written.count);
            }
            Err(Broken::For(error)) => return Err(error),
            Err(Broken::Stream(status)) => {
                breaks = if request.resume_token == before { breaks + 1 } else { 1 };
                if !may_pass(&status) || breaks > BREAKS_MAX {
                    return Err(failed(status));
                }
                sleep(PAUSE).await;
            }
        }
    }
}

enum Broken {
    Stream(Status),
    For(Error),
}

struct Written<'w> {
    writer: Writer<'w>,
    /// The marking that the file says that it has, once it has begun.
    marking: Option<proto::Marking>,
    count: u64,
}

impl Written<'_> {
    async fn stream(
        &mut self,
        link: &Link,
        request: &mut proto::ExportSeizuresRequest,
    ) -> std::result::Result<(), Broken> {
        let mut client = SeizureServiceClient::new(link.clone());
        let parts = client.export_seizures(request.clone()).await.map_err(Broken::Stream)?;
        let mut parts = parts.into_inner();
        while let Some(part) = parts.message().await.map_err(Broken::Stream)? {
            let proto::ExportSeizuresResponse { header, seizures, resume_token } = part;
            if let Some(header) = header {
                self.begin(&header).map_err(Broken::For)?;
            }
            for seizure in &seizures {
                self.writer.write(seizure).map_err(Broken::For)?;
                self.count += 1;
            }
            if !resume_token.is_empty() {
                request.resume_token = resume_token;
            }
        }
        Ok(())
    }
}

impl Written<'_> {
    /// Begins the file; where a stream goes on behind another, sees that what the file says of
    /// itself holds for what comes now.
    fn begin(&mut self, header: &proto::ExportHeader) -> Result<()> {
        let marking = header.marking.clone().unwrap_or_default();
        match &self.marking {
            None => {
                self.writer.begin(header)?;
                self.marking = Some(marking);
                Ok(())
            }
            Some(told) if covers(told, &marking) => Ok(()),
            Some(_) => {
                let message = "the connection broke, and what is left is marked more strictly now \
                               than the file says: export again";
                Err(Error::new(Kind::Unavailable, "MARKING_CHANGED", message))
            }
        }
    }
}

/// Whether who may have what is marked so may have what is marked otherwise too. Labels are numbered
/// from the mildest to the strictest.
fn covers(told: &proto::Marking, other: &proto::Marking) -> bool {
    let is_open = other.label < i32::from(proto::Tlp::Amber);
    let released = || told.releasable_to.iter().all(|to| other.releasable_to.contains(to));
    other.label <= told.label && (is_open || released())
}

pub(super) fn unwritten(error: impl Into<io::Error>) -> Error {
    let message = format!("cannot write the export: {}", error.into());
    Error::new(Kind::Unavailable, "UNWRITTEN", message)
}

#[cfg(test)]
mod tests {
    use super::{covers, proto};

    fn marking(label: proto::Tlp, to: &[&str]) -> proto::Marking {
        let releasable_to = to.iter().map(ToString::to_string).collect();
        proto::Marking { label: label.into(), releasable_to }
    }

    #[test]
    fn a_file_goes_on_only_with_what_its_header_covers() {
        use proto::Tlp::{Amber, AmberStrict, Clear, Green, Red};
        let told = marking(Amber, &["MX", "US"]);
        for milder in [
            marking(Clear, &[]),
            marking(Green, &[]),
            marking(Amber, &["US", "MX"]),
            marking(Amber, &["CO", "MX", "US"]),
        ] {
            assert!(covers(&told, &milder), "{milder:?}");
        }
        for stricter in [
            marking(Amber, &["MX"]),
            marking(Amber, &[]),
            marking(AmberStrict, &["MX", "US"]),
            marking(Red, &[]),
        ] {
            assert!(!covers(&told, &stricter), "{stricter:?}");
        }
        assert!(covers(&marking(Red, &[]), &told));
        assert!(!covers(&marking(Clear, &[]), &marking(Green, &[])));
    }
}
