//! What a viewer may not see changes nothing: the same documents are asked before and after others
//! record what is hidden from the viewer, among it seizures under operations that it sees, detections
//! of its sensors and agencies below its own. Every answer is the same byte for byte, with its totals,
//! its cursors and its errors, and costs the same statements and rows. A record that is hidden and
//! one that is absent cannot be told apart by their names either.
//!
//! `INTERDICTION_HIDDEN_DOCUMENTS` sets how many documents are asked of both worlds, walks through
//! the lists of these not counted; `INTERDICTION_HIDDEN_SEED` sets the first world.

use super::{
    Play, Tally,
    chance::Chance,
    documents::{Document, about},
    from_environment,
    tables::{Modelled, Tables},
};
use crate::world::{AGENCIES, Backend, World, create, drafts::red, viewer};
use interdiction::{
    domain::{
        agencies::{Agency, AgencyDraft},
        operations::{Operation, OperationDraft},
        questions::Cost,
        seizures::{Seizure, SeizureDraft},
        sensors::{Sensor, SensorDraft},
        viewers::Viewer,
    },
    graphql::query::Asked,
};
use serde_json::Value;
use std::{collections::BTreeSet, sync::Arc};

/// Documents, unless the environment says otherwise.
const DOCUMENTS: u64 = 80;
/// Documents to each world.
const DOCUMENTS_OF_A_WORLD: u64 = 20;
/// Records of each kind that are hidden.
const HIDDEN: usize = 3;
/// Cursors of other viewers that are tried.
const CURSORS_OF_OTHERS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_hidden_changes_no_answer() {
    let documents = from_environment("INTERDICTION_HIDDEN_DOCUMENTS").unwrap_or(DOCUMENTS);
    let first = from_environment("INTERDICTION_HIDDEN_SEED").unwrap_or(7_000_000);
    let worlds = [World::new(Backend::Sqlite).await, World::new(Backend::Postgres).await];
    let tally = Arc::new(Tally::default());
    let mut written = 0;
    for n in 0..documents.div_ceil(DOCUMENTS_OF_A_WORLD) {
        written += Play::new(&worlds, first + n, Arc::clone(&tally)).await.hide().await;
    }
    assert!(written as u64 > documents / DOCUMENTS_OF_A_WORLD, "only {written} hidden records");
    let tally = tally.0.lock().unwrap();
    for met in ["answer", "error", "walk", "cursor of another list", "by name"] {
        assert!(documents < DOCUMENTS || tally.contains_key(met), "no {met}: {tally:?}");
    }
}

/// Documents that are wrong, and one that is too much where dates lie far apart.
const WRONG: [&str; 14] = [
    "{ seizures(first: -1) { totalCount } agencies { totalCount } }",
    "{ operations(first: 1, last: 1) { totalCount } }",
    "{ seizures(after: \"bm9uZQ\") { nodes { id } } sensors { totalCount } }",
    "{ agencies { nodes { seizures(after: \"bm9uZQ\") { totalCount nodes { id } } } } }",
    "{ node(id: \"ships/x\") { id } }",
    "{ node(id: \"operations/x\") { id } seizures { totalCount } }",
    "{ nodes(ids: [\"agencies/hidden-r-1\", \"agencies/UPPER\"]) { id } }",
    "{ agency(id: \"sensors/hidden-r-1\") { id } }",
    "{ seizures(filter: { when: { from: \"2020-13\" } }) { totalCount } }",
    "{ operations(filter: { seizures: { some: { agency: { name: { anyOf: [] } } } } }) {
        totalCount } }",
    "{ sensors(filter: { detections: { some: { place: { withinCircle: {
        latitude: 91, longitude: 0, radiusKilometers: 1 } } } } }) { totalCount } }",
    "{ seizures(filter: { totalMass: { atLeast: { value: \"NaN\", unit: KILOGRAM } } }) {
        summary { groups { seizureCount } } } }",
    "{ seizures { summary(groupBy: [MONTH, MONTH]) { groups { seizureCount } } } }",
    "{ seizures { summary(groupBy: [DAY], emptyBuckets: true) { groups { seizureCount } } } }",
];

/// A document as each backend is asked it: their cursors differ.
type Texts = [String; 2];
/// An answer as its bytes, and what it cost.
type Answered = (String, Option<Cost>);

impl Play {
    /// Asks, hides, and asks again; returns how many records were hidden.
    async fn hide(mut self) -> usize {
        self.fill().await;
        let asker = viewer("us-dod");
        let (documents, others) = self.draw_documents();
        let mut texts: Vec<Texts> = documents.iter().map(with_cursors).collect();
        // The viewer's key is found once.
        let _warm = self.answers(&asker, &texts[..1]).await;
        let first = self.answers(&asker, &texts).await;
        texts.extend(self.walks(&documents, &first));
        texts.extend(others.into_iter().map(|text| [text.clone(), text]));
        let before = self.answers(&asker, &texts).await;
        let hidden = self.record_hidden().await;
        let after = self.answers(&asker, &texts).await;
        for ((texts, before), after) in texts.iter().zip(&before).zip(&after) {
            assert_eq!(before, after, "{}", texts[0]);
            let is_error = before[0].0.contains("\"errors\"");
            self.tally.count(if is_error { "error" } else { "answer" });
        }
        for name in &hidden {
            self.ask_by_name(&asker, name).await;
        }
        self.try_cursors_of_others(&asker).await;
        hidden.len()
    }

    /// Lists and what hangs on them; and documents that name records, or are wrong.
    fn draw_documents(&mut self) -> (Vec<Document>, Vec<String>) {
        let (mut documents, mut others) = (Vec::new(), Vec::new());
        for _ in 0..DOCUMENTS_OF_A_WORLD {
            match self.asking.below(6) {
                0 => others.push(self.asking.pick(&WRONG).to_owned()),
                1 => others.push(naming(&self.tables, &mut self.asking)),
                _ => documents.push(Document::draw(&self.tables, &mut self.asking)),
            }
        }
        // One that holds rows and cursors, whatever was drawn.
        documents.push(Document::draw(&self.tables, &mut self.asking));
        let renamed =
            documents.iter().map(|one| misnamed(&one.text(), &self.tables, &mut self.asking));
        others.extend(renamed.collect::<Vec<_>>());
        (documents, others)
    }

    /// The documents again, with lists that go on from where they ended, and with cursors of other
    /// lists.
    fn walks(&mut self, documents: &[Document], answers: &[[Answered; 2]]) -> Vec<Texts> {
        let mut walks = Vec::new();
        let seeds: Vec<u64> = documents.iter().map(|_| self.asking.below(1 << 30) as u64).collect();
        for ((document, answers), seed) in documents.iter().zip(answers).zip(&seeds) {
            let mut walked = [document.clone(), document.clone()];
            let mut walks_on = false;
            for (one, (answer, _)) in walked.iter_mut().zip(answers) {
                // Both backends told the same but for their cursors.
                walks_on = one.walk(&data(answer), &mut Chance::new(*seed));
            }
            if walks_on {
                self.tally.count("walk");
                walks.push(walked.map(|one| with_cursors(&one)[0].clone()));
            }
        }
        let of_another = documents.iter().skip(1).zip(answers);
        for (document, answers) in of_another {
            let mut misled = [document.clone(), document.clone()];
            let cursors = answers.each_ref().map(|(answer, _)| any_cursor(&data(answer)));
            if let [Some(sqlite), Some(postgres)] = cursors {
                misled[0].begin_after(&sqlite);
                misled[1].begin_after(&postgres);
                self.tally.count("cursor of another list");
                walks.push(misled.map(|one| one.text()));
            }
        }
        walks
    }

    /// The answers of both backends.
    async fn answers(&self, asker: &Viewer, documents: &[Texts]) -> Vec<[Answered; 2]> {
        let mut answers = Vec::with_capacity(documents.len());
        for texts in documents {
            let both =
                [self.answer(asker, 0, &texts[0]).await, self.answer(asker, 1, &texts[1]).await];
            answers.push(both);
        }
        answers
    }

    async fn answer(&self, asker: &Viewer, backend: usize, document: &str) -> Answered {
        let asked = Asked::new(self.registries[backend].clone(), asker.clone());
        let cost = asked.cost();
        let request = async_graphql::Request::new(document).data(asked);
        let answer = serde_json::to_string(&self.schema.execute(request).await).unwrap();
        assert!(!answer.contains("INTERNAL"), "{document}: {answer}");
        (answer, cost.get().copied())
    }

    /// Holds that a hidden record answers to its name as an absent one does.
    async fn ask_by_name(&self, asker: &Viewer, hidden: &str) {
        let (collection, id) = hidden.split_once('/').unwrap();
        let (one, absent) = match collection {
            "agencies" => ("agency", id.replace("hidden", "absent")),
            "sensors" => ("sensor", id.replace("hidden", "absent")),
            "operations" => ("operation", "01890a5d-ac96-774b-bcce-b302099a8057".to_owned()),
            _ => ("seizure", "01890a5d-ac96-774b-bcce-b302099a8057".to_owned()),
        };
        let absent = format!("{collection}/{absent}");
        let document = |name: &str| {
            format!(
                "{{ node(id: \"{name}\") {{ __typename id }} {one}(id: \"{name}\") {{ id }} \
                 nodes(ids: [\"{name}\", \"agencies/us-dod\", \"{name}\"]) {{ id }} \
                 {collection}(filter: {{ name: {{ anyOf: [\"{name}\"] }} }}, showDeleted: true) {{ \
                 totalCount nodes {{ id }} }} }}"
            )
        };
        for backend in 0..2 {
            let (told, cost) = self.answer(asker, backend, &document(hidden)).await;
            let of_absent = self.answer(asker, backend, &document(&absent)).await;
            assert_eq!((told.replace(hidden, &absent), cost), of_absent, "{hidden}");
        }
        self.tally.count("by name");
    }

    /// Holds that cursors of other viewers, at records hidden from this one or not, are refused
    /// alike.
    async fn try_cursors_of_others(&self, asker: &Viewer) {
        let document = "{ seizures { edges { cursor } } }";
        let mut refusals = BTreeSet::new();
        for (backend, _) in self.registries.iter().enumerate() {
            for agency in AGENCIES.into_iter().filter(|agency| *agency != asker.agency.as_str()) {
                let (told, _) = self.answer(&viewer(agency), backend, document).await;
                let edges = data(&told)["seizures"]["edges"].as_array().cloned().unwrap();
                for edge in edges.iter().rev().take(CURSORS_OF_OTHERS) {
                    let cursor = edge["cursor"].as_str().unwrap();
                    let document =
                        format!("{{ seizures(after: \"{cursor}\") {{ nodes {{ id }} }} }}");
                    refusals.insert(self.answer(asker, backend, &document).await.0);
                }
            }
        }
        assert!(refusals.len() <= 1, "{refusals:#?}");
        assert!(refusals.iter().all(|one| one.contains("not a cursor of this list")));
    }

    /// Records of every kind that other agencies alone see; their names.
    async fn record_hidden(&mut self) -> Vec<String> {
        let mut names = Vec::new();
        for _ in 0..HIDDEN {
            let draft = Agency::draw(&self.tables, &mut self.chance);
            names.extend(self.hidden::<Agency>(AgencyDraft { marking: red(), ..draft }).await);
            let draft = Sensor::draw(&self.tables, &mut self.chance);
            names.extend(self.hidden::<Sensor>(SensorDraft { marking: red(), ..draft }).await);
            let draft = Operation::draw(&self.tables, &mut self.chance);
            names
                .extend(self.hidden::<Operation>(OperationDraft { marking: red(), ..draft }).await);
            for _ in 0..2 {
                let draft = Seizure::draw(&self.tables, &mut self.chance);
                names
                    .extend(self.hidden::<Seizure>(SeizureDraft { marking: red(), ..draft }).await);
            }
        }
        names
    }

    /// Records what another agency alone sees; its name, unless it was refused.
    async fn hidden<R: Modelled>(&mut self, draft: R::Draft) -> Option<String> {
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
        let record = made?;
        let name = record.id().to_string();
        self.tables.keep(record);
        Some(name)
    }
}

fn with_cursors(document: &Document) -> Texts {
    let text = document.text();
    let text = text.replace("hasPreviousPage }", "hasPreviousPage startCursor endCursor }");
    [text.clone(), text]
}

fn data(answer: &str) -> Value {
    serde_json::from_str::<Value>(answer).unwrap()["data"].clone()
}

/// Some cursor of the root lists of an answer.
fn any_cursor(answer: &Value) -> Option<String> {
    let lists = answer.as_object()?.values();
    let mut cursors = lists.filter_map(|list| list["pageInfo"]["endCursor"].as_str());
    cursors.next().map(ToOwned::to_owned)
}

/// The names that hidden agencies and sensors will have.
fn hidden_name(collection: &str, chance: &mut Chance) -> String {
    format!("{collection}/hidden-{}", chance.slug())
}

/// A document about records by name, seen, hidden and absent.
fn naming(tables: &Tables, chance: &mut Chance) -> String {
    let one = match chance.below(6) {
        0 => chance.maybe_one(&tables.agencies).map(|one| one.id.to_string()),
        1 => chance.maybe_one(&tables.sensors).map(|one| one.id.to_string()),
        2 => chance.maybe_one(&tables.operations).map(|one| one.id.to_string()),
        3 => chance.maybe_one(&tables.seizures).map(|one| one.id.to_string()),
        _ => None,
    };
    let collection = chance.pick(&["agencies", "sensors"]);
    let one = one.unwrap_or_else(|| hidden_name(collection, chance));
    let about = about(&one, tables, chance);
    let other = hidden_name(collection, chance);
    format!(
        "{{ node(id: \"{one}\") {{ __typename {about} }} \
         nodes(ids: [\"{other}\", \"agencies/nobody\", \"{one}\"]) {{ id {about} }} }}"
    )
}

/// A document that names a hidden agency or sensor wherever it named a certain other one.
fn misnamed(text: &str, tables: &Tables, chance: &mut Chance) -> String {
    let mut text = text.to_owned();
    if let Some(agency) = chance.maybe_one(&tables.agencies) {
        let (seen, hidden) = (agency.id.to_string(), hidden_name("agencies", chance));
        text = text.replace(&format!("\"{seen}\""), &format!("\"{hidden}\""));
    }
    if let Some(sensor) = chance.maybe_one(&tables.sensors) {
        let (seen, hidden) = (sensor.id.to_string(), hidden_name("sensors", chance));
        text = text.replace(&format!("\"{seen}\""), &format!("\"{hidden}\""));
    }
    text
}
