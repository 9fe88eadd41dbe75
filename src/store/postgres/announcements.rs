//! What other processes announce through Postgres: that credentials changed.
//!
//! A server that hears them need not ask before each request. Where the connection is gone, or
//! silent for longer than [`ASK_EVERY`] plus [`ANSWER_TIMEOUT`], it knows nothing and asks again.

use sea_orm::sqlx::{self, postgres::PgListener};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio::time::{sleep, timeout};

/// The channel that is announced on; its payload is the revision.
pub(in crate::store) const CHANNEL: &str = "interdiction_credentials";
/// How often the connection is tried out, and the revision read.
const ASK_EVERY: Duration = Duration::from_millis(400);
/// How long an answer may take before the connection counts as gone.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(400);
/// How long to wait before another connection.
const CONNECT_EVERY: Duration = Duration::from_millis(500);

const REVISION: &str = "SELECT revision FROM credentials_head WHERE id = 1";
/// No revision is known.
const NONE: i64 = -1;

/// The revision as it was heard last. The listening ends with the last clone.
#[derive(Clone)]
pub(in crate::store) struct Announcements(Arc<Heard>);

struct Heard {
    url: String,
    revision: AtomicI64,
    is_listening: AtomicBool,
}

impl Announcements {
    pub fn new(url: &str) -> Self {
        let revision = AtomicI64::new(NONE);
        Self(Arc::new(Heard {
            url: url.to_owned(),
            revision,
            is_listening: AtomicBool::new(false),
        }))
    }

    /// The revision, where it is known without asking. The first call begins to listen.
    pub fn revision(&self) -> Option<i64> {
        if !self.0.is_listening.swap(true, Ordering::AcqRel) {
            tokio::spawn(listen(Arc::downgrade(&self.0)));
        }
        let heard = self.0.revision.load(Ordering::Acquire);
        (heard != NONE).then_some(heard)
    }
}

async fn listen(heard: std::sync::Weak<Heard>) {
    while let Some(url) = heard.upgrade().map(|heard| heard.url.clone()) {
        let ended = attend(&url, &heard).await;
        let Some(heard) = heard.upgrade() else { return };
        heard.revision.store(NONE, Ordering::Release);
        drop(heard);
        if let Err(error) = ended {
            tracing::warn!(%error, "changes of credentials are not heard; each request asks");
        }
        sleep(CONNECT_EVERY).await;
    }
}

/// Listens on one connection until it is gone.
async fn attend(url: &str, heard: &std::sync::Weak<Heard>) -> sqlx::Result<()> {
    let mut listener = PgListener::connect(url).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    let tell = |revision: i64| match heard.upgrade() {
        Some(heard) => {
            heard.revision.fetch_max(revision, Ordering::AcqRel);
            true
        }
        None => false,
    };
    loop {
        let asked = sqlx::query_scalar(REVISION).fetch_one(&mut listener);
        let revision: i64 = timeout(ANSWER_TIMEOUT, asked).await.map_err(|_| silent())??;
        if !tell(revision) {
            return Ok(());
        }
        while let Ok(received) = timeout(ASK_EVERY, listener.try_recv()).await {
            let Some(announced) = received? else { return Err(silent()) };
            if let Ok(revision) = announced.payload().parse() {
                tell(revision);
            }
        }
    }
}

fn silent() -> sqlx::Error {
    sqlx::Error::Protocol("the connection is gone".to_owned())
}
