//! Numbers and dates as tables write them.

use super::mapping::{FileForm, Precision};

/// A number as the registry takes it: digits with at most one point. Nothing is rounded, and a
/// separator of thousands stands where one belongs.
pub fn number(text: &str, form: &FileForm) -> Result<String, String> {
    let text = text.trim();
    let wrong = || {
        let thousands =
            form.thousands.map_or(String::new(), |mark| format!(", thousands {mark:?}"));
        format!("`{text}` is not a number here: decimal mark {:?}{thousands}", form.decimal)
    };
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let (whole, fraction) = match digits.split_once(form.decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let whole = match form.thousands {
        Some(mark) if whole.contains(mark) => {
            let groups: Vec<&str> = whole.split(mark).collect();
            let fits =
                (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|g| g.len() == 3);
            if !fits {
                return Err(wrong());
            }
            groups.concat()
        }
        Some(_) | None => whole.to_owned(),
    };
    if !is_digits(&whole) || !fraction.is_none_or(is_digits) {
        return Err(wrong());
    }
    Ok(match fraction {
        Some(fraction) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{whole}"),
    })
}

/// What was read of a date.
#[derive(Default)]
struct Read {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    hour: Option<u32>,
    minute: Option<u32>,
    second: Option<u32>,
    afternoon: Option<bool>,
}

/// A date as EDTF, of a text that is written as the format says.
pub fn date(text: &str, format: &str, precision: Option<Precision>) -> Result<String, String> {
    let text = text.trim();
    let wrong = |why: &str| format!("`{text}` is not a date written {format}: {why}");
    let mut read = Read::default();
    let mut rest = text;
    let mut marks = format.chars();
    while let Some(mark) = marks.next() {
        if mark != '%' {
            rest = rest.strip_prefix(mark).ok_or_else(|| wrong(&format!("want {mark:?}")))?;
            continue;
        }
        let code = marks.next().ok_or_else(|| wrong("the format ends with %"))?;
        rest = read.take(code, rest).map_err(|why| wrong(&why))?;
    }
    if !rest.is_empty() {
        return Err(wrong(&format!("{rest:?} is left")));
    }
    read.edtf(precision).map_err(|why| wrong(&why))
}

impl Read {
    fn take<'t>(&mut self, code: char, text: &'t str) -> Result<&'t str, String> {
        if code == 'p' {
            let half = text.get(..2).unwrap_or_default().to_ascii_uppercase();
            self.afternoon = Some(match half.as_str() {
                "AM" => false,
                "PM" => true,
                _ => return Err("want AM or PM".to_owned()),
            });
            return Ok(&text[2..]);
        }
        let (place, digits_max) = match code {
            'Y' => (&mut self.year, 4),
            'm' => (&mut self.month, 2),
            'd' => (&mut self.day, 2),
            'H' | 'I' => (&mut self.hour, 2),
            'M' => (&mut self.minute, 2),
            'S' => (&mut self.second, 2),
            other => return Err(format!("%{other} is not known: want Y m d H I M S p")),
        };
        let count = text.bytes().take(digits_max).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = text.split_at(count);
        if code == 'Y' && count != 4 {
            return Err("want a year of four digits".to_owned());
        }
        *place = Some(digits.parse().map_err(|_| format!("want digits for %{code}"))?);
        Ok(rest)
    }

    fn edtf(&self, precision: Option<Precision>) -> Result<String, String> {
        let year = self.year.ok_or("the format reads no year")?;
        if year == 0 {
            return Err("there is no year 0".to_owned());
        }
        let mut text = format!("{year:04}");
        let Some(month) = self.month.filter(|_| precision != Some(Precision::Year)) else {
            return Ok(text);
        };
        text.push_str(&format!("-{month:02}"));
        let Some(day) = self.day.filter(|_| precision != Some(Precision::Month)) else {
            return Ok(text);
        };
        text.push_str(&format!("-{day:02}"));
        let hour = self.hour.filter(|_| precision != Some(Precision::Day));
        let Some(hour) = hour else { return Ok(text) };
        let hour = match self.afternoon {
            None => hour,
            Some(_) if !(1..=12).contains(&hour) => {
                return Err("want an hour of 1 to 12".to_owned());
            }
            Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
        };
        text.push_str(&format!("T{hour:02}:{:02}", self.minute.unwrap_or(0)));
        if let Some(second) = self.second {
            text.push_str(&format!(":{second:02}"));
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_as_they_are_written() {
        let plain = FileForm::default();
        let comma = FileForm { decimal: ',', thousands: Some('.'), ..FileForm::default() };
        assert_eq!(number(" 1027 ", &plain).unwrap(), "1027");
        assert_eq!(number("24570,83333", &comma).unwrap(), "24570.83333");
        assert_eq!(number("1.027.500,50", &comma).unwrap(), "1027500.50");
        assert_eq!(number("-9,868888855", &comma).unwrap(), "-9.868888855");
        for wrong in ["1.02", "1.0275", ",5", "1,", "1,2,3", "", "1e3", "1 000", "12 g"] {
            assert!(number(wrong, &comma).is_err(), "{wrong}");
        }
        assert!(number("1,5", &plain).is_err());
    }

    #[test]
    fn reads_dates_as_their_format_says() {
        let us = "%m/%d/%Y %I:%M:%S %p";
        let day = Some(Precision::Day);
        assert_eq!(date("01/03/2018 12:00:00 AM", us, day).unwrap(), "2018-01-03");
        assert_eq!(date("01/03/2018 12:00:00 AM", us, None).unwrap(), "2018-01-03T00:00:00");
        assert_eq!(date("1/3/2018 03:30:00 PM", us, None).unwrap(), "2018-01-03T15:30:00");
        assert_eq!(date("03/18/2013", "%m/%d/%Y", None).unwrap(), "2013-03-18");
        for (text, format) in [
            ("03/18/13", "%m/%d/%Y"),
            ("03/18/0000", "%m/%d/%Y"),
            ("03-18-2013", "%m/%d/%Y"),
            ("03/18/2013 ", "%m/%d/%Y %H"),
            ("TOTAL", "%m/%d/%Y"),
        ] {
            assert!(date(text, format, None).is_err(), "{text}");
        }
    }
}
