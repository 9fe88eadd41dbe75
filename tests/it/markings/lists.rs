//! Lists of a marking, up to the longest.

use crate::world::{World, drafts, on_both};
use interdiction::domain::{
    agencies::Agency,
    markings::{RELEASABLE_TO_MAX, Tlp},
    seizures::{Seizure, SeizureDraft},
};

on_both! {
    the_longest_list_is_kept_and_opens_the_record: longest;
    lists_that_differ_in_one_agency_are_two_markings: alike;
}

/// Agencies, one fewer than a list may hold, whose ids have the most characters and nothing that
/// could be compressed.
async fn long_ids(world: &World) -> Vec<String> {
    let hash = |number: usize| blake3::hash(&number.to_le_bytes()).to_hex();
    let id = |number: usize| format!("a{}", &hash(number)[..62]);
    let ids: Vec<String> = (1..RELEASABLE_TO_MAX).map(id).collect();
    for id in &ids {
        let _made: Agency =
            world.add_as(&world.viewer("us-dod"), id, drafts::agency("Agency")).await;
    }
    ids
}

fn marked(ids: &[String]) -> SeizureDraft {
    let names: Vec<String> = ids.iter().map(|id| format!("agencies/{id}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    SeizureDraft {
        marking: drafts::marked(Tlp::Amber, &names),
        external_ids: Vec::new(),
        ..drafts::seizure("")
    }
}

async fn longest(world: World) {
    let viewer = world.viewer("us-dod");
    let mut ids = long_ids(&world).await;
    ids.push("co-ponal".to_owned());
    for _twice in 0..2 {
        let made: Seizure = world.add(&viewer, marked(&ids)).await;
        let own = world.see(&viewer, &made).await;
        assert_eq!(own.body.marking.releasable_to.len(), RELEASABLE_TO_MAX);
        assert_eq!(own, made);
        assert!(world.try_see(&world.viewer("co-ponal"), &made).await.is_ok());
        assert!(world.try_see(&world.viewer("mx-sedena"), &made).await.is_err());
    }
}

async fn alike(world: World) {
    let viewer = world.viewer("us-dod");
    let many = long_ids(&world).await;
    let with = |one: &str| [many.as_slice(), &[one.to_owned()]].concat();
    let to_police: Seizure = world.add(&viewer, marked(&with("co-ponal"))).await;
    let to_army: Seizure = world.add(&viewer, marked(&with("mx-sedena"))).await;
    for (agency, shown, hidden) in
        [("co-ponal", &to_police, &to_army), ("mx-sedena", &to_army, &to_police)]
    {
        let other = world.viewer(agency);
        assert!(world.try_see(&other, shown).await.is_ok());
        assert!(world.try_see(&other, hidden).await.is_err());
    }
}
