//! What a viewer may not see changes nothing: the same documents are asked before and after others
//! record what is hidden from the viewer, among it seizures under operations that it sees, detections
//! of its sensors and agencies below its own. Every answer is the same byte for byte, with its totals
//! and its cursors, and costs the same statements and rows.
//!
//! `INTERDICTION_HIDDEN_DOCUMENTS` sets how many documents are asked of both worlds.

use super::{Play, Tally, chance::Chance, documents::Document, from_environment, tables::Modelled};
use crate::world::{Backend, World, create, viewer};
use interdiction::{
    domain::{
        agencies::Agency,
        codes::Code as _,
        markings::{MarkingDraft, Tlp},
        operations::Operation,
        questions::Cost,
        seizures::Seizure,
        sensors::Sensor,
        viewers::Viewer,
    },
    graphql::query::Asked,
};
use std::sync::Arc;

/// Documents, unless the environment says otherwise.
const DOCUMENTS: u64 = 80;
/// Documents to each world.
const DOCUMENTS_OF_A_WORLD: u64 = 20;
/// Records of each kind that are hidden.
const HIDDEN: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_hidden_changes_no_answer() {
    let documents = from_environment("INTERDICTION_HIDDEN_DOCUMENTS").unwrap_or(DOCUMENTS);
    let worlds = [World::new(Backend::Sqlite).await, World::new(Backend::Postgres).await];
    let mut written = 0;
    for n in 0..documents.div_ceil(DOCUMENTS_OF_A_WORLD) {
        let tally = Arc::new(Tally::default());
        written += Play::new(&worlds, 7_000_000 + n, tally).await.hide().await;
    }
    assert!(written as u64 > documents / DOCUMENTS_OF_A_WORLD, "only {written} hidden records");
}

/// A marking that only the originator sees.
fn red() -> Option<MarkingDraft> {
    Some(MarkingDraft { label: Tlp::Red.code(), releasable_to: Vec::new() })
}

/// An answer as its bytes, and what it cost.
type Answered = (String, Option<Cost>);

impl Play {
    /// Asks, hides, and asks again; returns how many records were hidden.
    async fn hide(mut self) -> usize {
        self.fill().await;
        let asker = viewer("us-dod");
        let documents: Vec<String> = (0..DOCUMENTS_OF_A_WORLD)
            .map(|_| {
                let text = Document::draw(&mut self.asking).text();
                text.replace("hasPreviousPage }", "hasPreviousPage startCursor endCursor }")
            })
            .collect();
        // The viewer's key is found once.
        let _warm = self.answers(&asker, &documents[..1]).await;
        let before = self.answers(&asker, &documents).await;
        let written = self.record_hidden().await;
        let after = self.answers(&asker, &documents).await;
        for ((document, before), after) in documents.iter().zip(&before).zip(&after) {
            assert_eq!(before, after, "{document}");
        }
        written
    }

    /// The answers of both backends.
    async fn answers(&self, asker: &Viewer, documents: &[String]) -> Vec<[Answered; 2]> {
        let mut answers = Vec::with_capacity(documents.len());
        for document in documents {
            let mut both = Vec::with_capacity(2);
            for registry in &self.registries {
                let asked = Asked::new(registry.clone(), asker.clone());
                let cost = asked.cost();
                let request = async_graphql::Request::new(document).data(asked);
                let answer = self.schema.execute(request).await;
                assert!(answer.errors.is_empty(), "{document}: {:?}", answer.errors);
                both.push((serde_json::to_string(&answer).unwrap(), cost.get().copied()));
            }
            answers.push(both.try_into().unwrap());
        }
        answers
    }

    async fn record_hidden(&mut self) -> usize {
        let mut written = 0;
        for _ in 0..HIDDEN {
            let draft = Agency::draw(&self.tables, &mut self.chance);
            written += self
                .hidden::<Agency>(interdiction::domain::agencies::AgencyDraft {
                    marking: red(),
                    ..draft
                })
                .await;
            let draft = Sensor::draw(&self.tables, &mut self.chance);
            written += self
                .hidden::<Sensor>(interdiction::domain::sensors::SensorDraft {
                    marking: red(),
                    ..draft
                })
                .await;
            let draft = Operation::draw(&self.tables, &mut self.chance);
            written += self
                .hidden::<Operation>(interdiction::domain::operations::OperationDraft {
                    marking: red(),
                    ..draft
                })
                .await;
            for _ in 0..2 {
                let draft = Seizure::draw(&self.tables, &mut self.chance);
                written += self
                    .hidden::<Seizure>(interdiction::domain::seizures::SeizureDraft {
                        marking: red(),
                        ..draft
                    })
                    .await;
            }
        }
        written
    }

    /// Records what another agency alone sees; 1 unless it was refused.
    async fn hidden<R: Modelled>(&mut self, draft: R::Draft) -> usize {
        let other = viewer(self.chance.pick(&["mx-sedena", "co-ponal"]));
        let id = if R::CHOSEN {
            format!("hidden-{}", Chance::slug(&mut self.chance))
        } else {
            String::new()
        };
        let request = create(&id, draft);
        let mut made = None;
        for registry in &self.registries {
            made = R::create(registry, &other, request.clone()).await.ok();
        }
        // Those that come later refer to it, too.
        let is_made = made.is_some();
        if let Some(record) = made {
            self.tables.keep(record);
        }
        usize::from(is_made)
    }
}
