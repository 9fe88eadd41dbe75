//! The fields by which records are sorted, for both wire contracts.

use crate::domain::codes::codes;

codes! {
    /// A field to sort agencies by.
    pub enum AgencySort {
        /// When it was recorded.
        CreateTime = 1 => "CREATE_TIME",
        /// When it last changed.
        UpdateTime = 2 => "UPDATE_TIME",
        /// Resource name.
        Name = 3 => "NAME",
        /// Display name, folded.
        DisplayName = 4 => "DISPLAY_NAME",
        /// Region code.
        RegionCode = 5 => "REGION_CODE",
        /// Kind, by its number.
        Kind = 6 => "KIND",
    }
}

codes! {
    /// A field to sort sensors by.
    pub enum SensorSort {
        /// When it was recorded.
        CreateTime = 1 => "CREATE_TIME",
        /// When it last changed.
        UpdateTime = 2 => "UPDATE_TIME",
        /// Resource name.
        Name = 3 => "NAME",
        /// Display name, folded.
        DisplayName = 4 => "DISPLAY_NAME",
        /// Type, by its number.
        Type = 5 => "TYPE",
    }
}

codes! {
    /// A field to sort operations by.
    pub enum OperationSort {
        /// When it was recorded.
        CreateTime = 1 => "CREATE_TIME",
        /// When it last changed.
        UpdateTime = 2 => "UPDATE_TIME",
        /// Earliest instant of its date.
        When = 3 => "WHEN",
        /// Display name, folded.
        DisplayName = 4 => "DISPLAY_NAME",
        /// Domain, by its number.
        Domain = 5 => "DOMAIN",
        /// Outcome, by its number.
        Outcome = 6 => "OUTCOME",
    }
}

codes! {
    /// A field to sort seizures by.
    pub enum SeizureSort {
        /// When it was recorded.
        CreateTime = 1 => "CREATE_TIME",
        /// When it last changed.
        UpdateTime = 2 => "UPDATE_TIME",
        /// Earliest instant of its date.
        When = 3 => "WHEN",
        /// Mass of all items together.
        TotalMass = 4 => "TOTAL_MASS",
        /// Region code of the place.
        RegionCode = 5 => "REGION_CODE",
        /// Subdivision code of the place.
        SubdivisionCode = 6 => "SUBDIVISION_CODE",
    }
}

codes! {
    /// A field to sort substances by.
    pub enum SubstanceSort {
        /// Resource name.
        Name = 1 => "NAME",
    }
}
