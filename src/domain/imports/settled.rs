//! Values that are the same however they are written.
//!
//! A value that only its text or the noise of a float tells from what the record has becomes what
//! the record has; what then still differs is a change.

use crate::domain::{
    dates::When,
    operation_parts::{Detection, Step, Waypoint},
    operations::OperationBody,
    places::{Place, Point},
    quantities::Quantity,
    seizures::{Item, SeizureBody},
    sources::Source,
};

/// Degrees below which two coordinates are the same: a tenth of a millimetre.
const DEGREES_SAME: f64 = 1e-9;
/// Metres below which two uncertainties are the same.
const METERS_SAME: f64 = 1e-6;
/// What a float of 64 bits keeps of a number: amounts that differ by less than this part of them
/// are the same.
const FLOAT_PARTS: i128 = 1_000_000_000_000_000;

/// What may be the same value in other words.
pub trait Settle {
    /// Becomes what it was wherever it is the same value.
    fn settle(&mut self, was: &Self);
}

impl<T: Settle> Settle for Option<T> {
    fn settle(&mut self, was: &Self) {
        if let (Some(now), Some(was)) = (self, was) {
            now.settle(was);
        }
    }
}

impl<T: Settle> Settle for Vec<T> {
    fn settle(&mut self, was: &Self) {
        for (now, was) in self.iter_mut().zip(was) {
            now.settle(was);
        }
    }
}

impl Settle for When {
    fn settle(&mut self, was: &Self) {
        let span = |when: &Self| (when.earliest_micros(), when.latest_micros());
        let doubt = |when: &Self| (when.is_uncertain(), when.is_approximate(), when.precision());
        if span(self) == span(was) && doubt(self) == doubt(was) {
            self.clone_from(was);
        }
    }
}

impl Settle for Point {
    fn settle(&mut self, was: &Self) {
        let settle = |now: &mut f64, was: f64, same: f64| {
            if (*now - was).abs() < same {
                *now = was;
            }
        };
        let Self { latitude, longitude, uncertainty_meters } = self;
        settle(latitude, was.latitude, DEGREES_SAME);
        settle(longitude, was.longitude, DEGREES_SAME);
        if let (Some(now), Some(was)) = (uncertainty_meters, was.uncertainty_meters) {
            settle(now, was, METERS_SAME);
        }
    }
}

impl Settle for Place {
    fn settle(&mut self, was: &Self) {
        self.point.settle(&was.point);
    }
}

impl Settle for Quantity {
    fn settle(&mut self, was: &Self) {
        let (now, before) = (i128::from(self.normalized), i128::from(was.normalized));
        let same = (now - before).abs() * FLOAT_PARTS <= now.max(before);
        if self.unit == was.unit && same {
            self.amount.clone_from(&was.amount);
            self.normalized = was.normalized;
        }
    }
}

impl Settle for Item {
    fn settle(&mut self, was: &Self) {
        self.quantity.settle(&was.quantity);
        let digits = |percent: &str| {
            let (whole, fraction) = percent.split_once('.').unwrap_or((percent, ""));
            let whole = whole.trim_start_matches('0').to_owned();
            (percent.is_empty(), whole, fraction.trim_end_matches('0').to_owned())
        };
        if digits(&self.purity_percent) == digits(&was.purity_percent) {
            self.purity_percent.clone_from(&was.purity_percent);
        }
    }
}

impl Settle for Source {
    fn settle(&mut self, was: &Self) {
        self.published.settle(&was.published);
    }
}

impl Settle for SeizureBody {
    fn settle(&mut self, was: &Self) {
        let Self {
            operation: _,
            agency: _,
            when,
            place,
            items,
            external_ids: _,
            sources,
            marking: _,
        } = self;
        when.settle(&was.when);
        place.settle(&was.place);
        items.settle(&was.items);
        sources.settle(&was.sources);
    }
}

impl Settle for Detection {
    fn settle(&mut self, was: &Self) {
        self.when.settle(&was.when);
        self.place.settle(&was.place);
    }
}

impl Settle for Step {
    fn settle(&mut self, was: &Self) {
        self.when.settle(&was.when);
        self.place.settle(&was.place);
    }
}

impl Settle for Waypoint {
    fn settle(&mut self, was: &Self) {
        self.place.settle(&was.place);
    }
}

impl Settle for OperationBody {
    fn settle(&mut self, was: &Self) {
        let Self {
            display_name: _,
            domain: _,
            outcome: _,
            when,
            place,
            lead_agency: _,
            participants: _,
            detections,
            steps,
            conveyances: _,
            route,
            narrative: _,
            sources,
            marking: _,
        } = self;
        when.settle(&was.when);
        place.settle(&was.place);
        detections.settle(&was.detections);
        steps.settle(&was.steps);
        route.settle(&was.route);
        sources.settle(&was.sources);
    }
}
