//! Schedules of sync windows, as Argo CD reads them.
//!
//! Argo CD takes the five fields of the standard form of `robfig/cron` v3 (`SyncWindow.Validate`): no seconds, no `@daily`,
//! Sunday is 0 only, and of day of month and day of week both must fit where one is `*`, else either. Crates for cron accept
//! other dialects and bring a second version of the time library; reading this one exactly is shorter.

use jiff::civil::{Date, DateTime};

/// So many days ahead are searched.
const DAYS: i32 = 400;

/// A cron schedule of five fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    minutes: Field,
    hours: Field,
    days: Field,
    months: Field,
    weekdays: Field,
}

/// Which values of a field fit, one bit each, and whether it was written as "any".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Field {
    values: u64,
    any: bool,
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

impl Schedule {
    /// Reads a schedule; `None` for anything that is not of this form.
    pub fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields[..] else {
            return None;
        };
        Some(Self {
            minutes: Field::parse(minutes, 0, 59, &[])?,
            hours: Field::parse(hours, 0, 23, &[])?,
            days: Field::parse(days, 1, 31, &[])?,
            months: Field::parse(months, 1, 12, &MONTHS)?,
            weekdays: Field::parse(weekdays, 0, 6, &WEEKDAYS)?,
        })
    }

    /// The first time after `at` that fits, on the same clock; `None` when there is none within a year.
    pub fn next_after(&self, at: DateTime) -> Option<DateTime> {
        let mut date = at.date();
        for _ in 0..DAYS {
            if self.has_day(date) {
                let found = self
                    .times()
                    .map(|(hour, minute)| date.at(hour, minute, 0, 0))
                    .find(|time| *time > at);
                if found.is_some() {
                    return found;
                }
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    fn times(&self) -> impl Iterator<Item = (i8, i8)> + '_ {
        let hours = (0..24).filter(|hour| self.hours.has(*hour));
        hours.flat_map(|hour| {
            (0..60)
                .filter(|minute| self.minutes.has(*minute))
                .map(move |minute| (hour, minute))
        })
    }

    fn has_day(&self, date: Date) -> bool {
        let day = self.days.has(date.day());
        let weekday = self.weekdays.has(date.weekday().to_sunday_zero_offset());
        let fits = if self.days.any || self.weekdays.any {
            day && weekday
        } else {
            day || weekday
        };
        fits && self.months.has(date.month())
    }
}

impl Field {
    fn has(self, value: i8) -> bool {
        u32::try_from(value).is_ok_and(|value| self.values & (1 << value) != 0)
    }

    fn parse(text: &str, least: u32, most: u32, names: &[&str]) -> Option<Self> {
        let mut field = Self { values: 0, any: false };
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, Some(step.parse::<u32>().ok().filter(|step| *step > 0)?)),
                None => (part, None),
            };
            let value = |text: &str| {
                let named = names.iter().position(|name| text.eq_ignore_ascii_case(name));
                match named {
                    Some(position) => u32::try_from(position).ok().map(|position| position + least),
                    None => text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten(),
                }
            };
            let (from, to) = match (range, range.split_once('-')) {
                ("*" | "?", _) => {
                    field.any |= step.is_none_or(|step| step == 1);
                    (least, most)
                }
                (_, Some((from, to))) => (value(from)?, value(to)?),
                // `5/10` goes on to the end.
                (one, None) => (value(one)?, if step.is_some() { most } else { value(one)? }),
            };
            if from < least || to > most || from > to {
                return None;
            }
            let step = usize::try_from(step.unwrap_or(1)).ok()?;
            for value in (from..=to).step_by(step) {
                field.values |= 1 << value;
            }
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(schedule: &str, at: &str) -> Option<String> {
        let found = Schedule::parse(schedule)?.next_after(at.parse().unwrap())?;
        Some(found.strftime("%a %F %R").to_string())
    }

    #[test]
    fn the_next_time_is_the_first_one_after_that_fits() {
        for (schedule, at, expected) in [
            ("0 22 * * *", "2026-11-20T03:00", "Fri 2026-11-20 22:00"),
            ("0 22 * * *", "2026-11-20T22:00", "Sat 2026-11-21 22:00"),
            ("*/20 * * * *", "2026-11-20T03:20:01", "Fri 2026-11-20 03:40"),
            ("5/20 3 * * *", "2026-11-20T03:06", "Fri 2026-11-20 03:25"),
            ("0 0 1 jan ?", "2026-11-20T03:00", "Fri 2027-01-01 00:00"),
            ("30 8-17/3 * * MON-FRI", "2026-11-20T17:00", "Fri 2026-11-20 17:30"),
            ("30 8-16/3 * * MON-FRI", "2026-11-20T17:00", "Mon 2026-11-23 08:30"),
            // Day of month or day of week where both are named, and both where one is `*`.
            ("0 6 1 * 0", "2026-11-20T03:00", "Sun 2026-11-22 06:00"),
            ("0 6 * * 0", "2026-11-20T03:00", "Sun 2026-11-22 06:00"),
            ("0 6 1 * *", "2026-11-20T03:00", "Tue 2026-12-01 06:00"),
            // `*/2` names days: Argo CD's library does not take it for "any".
            ("0 6 */31 * 0", "2026-11-30T07:00", "Tue 2026-12-01 06:00"),
        ] {
            assert_eq!(next(schedule, at).as_deref(), Some(expected), "{schedule} after {at}");
        }
    }

    #[test]
    fn other_dialects_are_not_guessed_at() {
        for schedule in [
            "",
            "@daily",
            "0 0 * * * *",
            "CRON_TZ=UTC 0 0 * * *",
            "0 0 L * *",
            "0 0 * * 7",
            "60 0 * * *",
            "0 5-2 * * *",
            "*/0 * * * *",
            "+5 0 * * *",
            "0,,1 0 * * *",
            "0 0 0 * *",
        ] {
            assert_eq!(Schedule::parse(schedule), None, "{schedule}");
        }
        assert_eq!(next("0 0 30 2 *", "2026-11-20T03:00"), None, "a day that never comes");
    }
}
