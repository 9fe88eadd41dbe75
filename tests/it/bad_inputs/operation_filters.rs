//! Bad filters of operations and their parts.

use super::filters::{Filters, agencies_of_kind, any_of, contains, equals, named, prefix, set};
use interdiction::proto::{
    AgencyFilter, ConveyanceFilter, ConveyancesFilter, DetectionFilter, DetectionsFilter,
    ItemFilter, ItemsFilter, Operation, OperationFilter, ParticipantFilter, ParticipantsFilter,
    PlaceFilter, SeizureFilter, SeizuresFilter, SensorFilter, StepFilter, StepsFilter,
    WaypointFilter, WaypointsFilter, WhenFilter,
};

fn some_detection(f: &mut OperationFilter, edit: impl FnOnce(&mut DetectionFilter)) {
    f.detections = set(|list: &mut DetectionsFilter| list.some = set(edit));
}

fn no_step(f: &mut OperationFilter, edit: impl FnOnce(&mut StepFilter)) {
    f.steps = set(|list: &mut StepsFilter| list.none = set(edit));
}

fn every_conveyance(f: &mut OperationFilter, edit: impl FnOnce(&mut ConveyanceFilter)) {
    f.conveyances = set(|list: &mut ConveyancesFilter| list.every = set(edit));
}

fn some_participant(f: &mut OperationFilter, edit: impl FnOnce(&mut ParticipantFilter)) {
    f.participants = set(|list: &mut ParticipantsFilter| list.some = set(edit));
}

fn every_waypoint(f: &mut OperationFilter, edit: impl FnOnce(&mut WaypointFilter)) {
    f.route = set(|list: &mut WaypointsFilter| list.every = set(edit));
}

fn no_seizure(f: &mut OperationFilter, edit: impl FnOnce(&mut SeizureFilter)) {
    f.seizures = set(|list: &mut SeizuresFilter| list.none = set(edit));
}

/// Detections of operations of detections, so many times.
pub fn recursive(f: &mut OperationFilter, times: usize) {
    for _ in 0..times {
        let inner = Some(Box::new(std::mem::take(f)));
        some_detection(f, |d| d.operation = inner);
    }
}

pub const FILTERS: Filters<Operation> = Filters {
    bad: &[
        (
            "malformed names in every relation",
            |f| {
                let bad = || Some(named("x"));
                f.lead_agency = set(|a: &mut AgencyFilter| a.name = bad());
                some_participant(f, |p| {
                    p.agency = set(|a: &mut AgencyFilter| a.originator = bad());
                });
                some_detection(f, |d| d.sensor = set(|s: &mut SensorFilter| s.name = bad()));
                no_seizure(f, |s| s.name = bad());
            },
            &[
                "lead_agency.name.any_of[0]",
                "participants.some.agency.originator.any_of[0]",
                "detections.some.sensor.name.any_of[0]",
                "seizures.none.name.any_of[0]",
            ],
        ),
        (
            "detections of operations 17 levels deep",
            |f| recursive(f, 8),
            &["detections.some.operation.detections.some.operation.detections.some.operation.\
               detections.some.operation.detections.some.operation.detections.some.operation.\
               detections.some.operation.detections.some.operation"],
        ),
    ],
    codes: &[
        ("domain_any_of[0]", |f, code| f.domain_any_of = vec![code]),
        ("outcome_any_of[0]", |f, code| f.outcome_any_of = vec![code]),
        ("lead_agency.kind_any_of[0]", |f, code| f.lead_agency = Some(agencies_of_kind(code))),
        ("place.kind_any_of[0]", |f, code| {
            f.place = set(|p: &mut PlaceFilter| p.kind_any_of = vec![code]);
        }),
        ("participants.some.role_any_of[0]", |f, code| {
            some_participant(f, |p| p.role_any_of = vec![code]);
        }),
        ("detections.some.role_any_of[0]", |f, code| {
            some_detection(f, |d| d.role_any_of = vec![code])
        }),
        ("detections.some.target_kind_any_of[0]", |f, code| {
            some_detection(f, |d| d.target_kind_any_of = vec![code]);
        }),
        ("detections.some.confidence_any_of[0]", |f, code| {
            some_detection(f, |d| d.confidence_any_of = vec![code]);
        }),
        ("steps.none.kind_any_of[0]", |f, code| no_step(f, |s| s.kind_any_of = vec![code])),
        ("conveyances.every.kind_any_of[0]", |f, code| {
            every_conveyance(f, |c| c.kind_any_of = vec![code]);
        }),
        ("conveyances.every.disposition_any_of[0]", |f, code| {
            every_conveyance(f, |c| c.disposition_any_of = vec![code]);
        }),
        ("route.every.kind_any_of[0]", |f, code| every_waypoint(f, |w| w.kind_any_of = vec![code])),
        ("seizures.none.items.some.form_any_of[0]", |f, code| {
            let some = set(|i: &mut ItemFilter| i.form_any_of = vec![code]);
            no_seizure(f, |s| s.items = set(|list: &mut ItemsFilter| list.some = some));
        }),
    ],
    texts: &[
        ("display_name.equals", |f, text| f.display_name = equals(text)),
        ("narrative.contains", |f, text| f.narrative = contains(text)),
        ("place.text.prefix", |f, text| f.place = set(|p: &mut PlaceFilter| p.text = prefix(text))),
        ("participants.some.asset_label.prefix", |f, text| {
            some_participant(f, |p| p.asset_label = prefix(text));
        }),
        ("conveyances.every.registration.equals", |f, text| {
            every_conveyance(f, |c| c.registration = equals(text));
        }),
        ("conveyances.every.flag_region_code.any_of[0]", |f, text| {
            every_conveyance(f, |c| c.flag_region_code = any_of(text));
        }),
    ],
    dates: &[
        ("steps.none.when.from", |f, from| {
            no_step(f, |s| s.when = Some(WhenFilter { from, ..WhenFilter::default() }));
        }),
        ("detections.some.when.until", |f, until| {
            some_detection(f, |d| d.when = Some(WhenFilter { until, ..WhenFilter::default() }));
        }),
    ],
};
