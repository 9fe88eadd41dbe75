//! Region and subdivision codes (CLDR / ISO 3166-1 alpha-2, ISO 3166-2).

use serde::{Deserialize, Serialize};
use std::{collections::HashSet, fmt, sync::LazyLock};

/// The officially assigned codes of ISO 3166-1 (249, as of 2024) and XK, which CLDR has for Kosovo.
const REGIONS: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE \
    BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD \
    CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM \
    DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF \
    GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU \
    ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN \
    KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME \
    MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA \
    NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM \
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI \
    SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK \
    TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI \
    VN VU WF WS XK YE YT ZA ZM ZW";

static KNOWN: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| REGIONS.split_ascii_whitespace().collect());

/// A region: two upper-case letters that ISO 3166-1 assigns, or XK.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RegionCode(String);

impl RegionCode {
    /// Reads a code.
    ///
    /// # Errors
    /// Says what would be right, and what some common mistakes meant.
    pub fn parse(text: &str) -> Result<Self, String> {
        if KNOWN.contains(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(match text {
            "UK" => "not a region code: the United Kingdom is GB".to_owned(),
            "EU" | "ZZ" => {
                "not the code of one region: leave it empty, or say so in place.kind".to_owned()
            }
            _ => "not a region code: want an ISO 3166-1 alpha-2 code in upper case, such as MX"
                .to_owned(),
        })
    }

    /// Takes a code that the store kept; it was parsed when it was written.
    #[must_use]
    pub fn from_stored(code: String) -> Self {
        Self(code)
    }

    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<RegionCode> for String {
    fn from(code: RegionCode) -> Self {
        code.0
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Checks the form of a subdivision code and returns the region it lies in. The parts of a region
/// are not listed: ISO 3166-2 changes several times a year.
///
/// # Errors
/// Says what would be right.
pub fn region_of_subdivision(text: &str) -> Result<RegionCode, String> {
    let wrong = || "not a subdivision code: want ISO 3166-2 such as MX-SON".to_owned();
    let (region, part) = text.split_once('-').ok_or_else(wrong)?;
    let fits = (1..=3).contains(&part.len())
        && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if fits { RegionCode::parse(region) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_regions_of_iso_3166_and_kosovo() {
        assert_eq!(KNOWN.len(), 250);
        assert!(RegionCode::parse("MX").is_ok());
        assert!(RegionCode::parse("UK").is_err_and(|e| e.contains("GB")));
        assert!(RegionCode::parse("mx").is_err());
    }

    #[test]
    fn a_subdivision_names_its_region() {
        assert_eq!(region_of_subdivision("MX-SON").unwrap().as_str(), "MX");
        for bad in ["MX", "MX-", "MX-SONO", "QQ-1", "MX-so", "-"] {
            assert!(region_of_subdivision(bad).is_err(), "{bad}");
        }
    }
}
