//! The endless sequence of practices of a seed.

use super::kind::Kind;
use super::practitioner::Practitioner;
use super::towns::{TOWNS, Town};
use super::{Location, Practice};
use crate::address::Address;
use crate::draw::{Draw, Purpose};
use crate::fold::slug;
use crate::hours::WeeklyHours;
use crate::places::{ENDINGS, STEMS};
use jiff::civil::time;

/// An endless iterator of practices and offices; the same seed always gives the same ones.
#[derive(Clone, Debug)]
pub struct Practices {
    seed: u64,
    index: u64,
}

impl Practices {
    /// The practices of `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, index: 0 }
    }
}

impl Iterator for Practices {
    type Item = Practice;

    fn next(&mut self) -> Option<Practice> {
        let mut draw = Draw::new(self.seed, Purpose::Practice, self.index);
        let practice = practice(&mut draw, self.seed, self.index);
        self.index += 1;
        Some(practice)
    }
}

fn practice(draw: &mut Draw, seed: u64, index: u64) -> Practice {
    let kind = Kind::drawn(draw);
    let town = draw.pick(&TOWNS).copied().unwrap_or(FALLBACK);
    let (suburb, round) = suburb(seed, index);
    let name = [&suburb, " ", draw.word(kind.title())].concat();
    Practice {
        index,
        slug: unique_slug(&name, round),
        name,
        kind,
        town,
        locations: locations(draw, kind, town, &suburb),
        practitioners: practitioners(draw, kind),
        counters: counters(draw, kind),
        services: kind.services(),
        hours: hours(draw, kind),
    }
}

const FALLBACK: Town = Town {
    name: "Kimberley",
    province: crate::Province::NorthernCape,
};

/// Walks all pairs of stem and ending before one comes again; the second value is the round.
fn suburb(seed: u64, index: u64) -> (String, u64) {
    let (stems, endings) = (STEMS.len() as u64, ENDINGS.len() as u64);
    let pairs = stems * endings;
    let start = Draw::new(seed, Purpose::Practice, u64::MAX).below(u32::MAX);
    let place = (index % pairs * STRIDE + u64::from(start)) % pairs;
    let word = |list: &[&'static str], at: u64| {
        usize::try_from(at)
            .ok()
            .and_then(|at| list.get(at).copied())
            .unwrap_or_default()
    };
    let name = [word(STEMS, place / endings), " ", word(ENDINGS, place % endings)].concat();
    (name, index / pairs)
}

/// A prime larger than any list, so that each step lands on a new pair.
const STRIDE: u64 = 10_007;

fn unique_slug(name: &str, round: u64) -> String {
    if round == 0 {
        slug(name)
    } else {
        format!("{}-{}", slug(name), round + 1)
    }
}

fn locations(draw: &mut Draw, kind: Kind, town: Town, suburb: &str) -> Vec<Location> {
    let names: &[&'static str] = if kind.is_office() {
        &["Main hall", "Annexe"]
    } else {
        &["Main rooms", "Branch rooms", "Saturday rooms"]
    };
    let count = draw.weighted(&[(1, 70), (2, 22), (3, 8)], 1);
    let mut list: Vec<Location> = names
        .iter()
        .take(count)
        .map(|name| Location {
            name,
            address: Address::urban(draw, town.province),
        })
        .collect();
    if let Some(first) = list.first_mut() {
        suburb.clone_into(&mut first.address.suburb);
    }
    list
}

fn practitioners(draw: &mut Draw, kind: Kind) -> Vec<Practitioner> {
    let disciplines = kind.disciplines();
    let most = if disciplines.is_empty() { 0 } else { draw.between(1, 6) };
    let count = usize::try_from(most).unwrap_or(0);
    let staff = disciplines.iter().cycle().take(count).zip(1..);
    staff
        .map(|(discipline, room)| Practitioner::drawn(draw, *discipline, room))
        .collect()
}

fn counters(draw: &mut Draw, kind: Kind) -> Vec<String> {
    let count = if kind.is_office() { draw.between(2, 9) } else { 0 };
    (1..=count).map(|number| format!("Counter {number}")).collect()
}

fn hours(draw: &mut Draw, kind: Kind) -> WeeklyHours {
    let noon = Some((time(13, 0, 0, 0), time(14, 0, 0, 0)));
    if kind.is_office() {
        let closes = draw.weighted(&[(time(15, 30, 0, 0), 6), (time(16, 0, 0, 0), 4)], time(15, 30, 0, 0));
        return WeeklyHours::workdays(time(7, 30, 0, 0), closes, None, draw.chance(200));
    }
    let opens = draw.weighted(&[(time(8, 0, 0, 0), 7), (time(7, 30, 0, 0), 3)], time(8, 0, 0, 0));
    let closes = draw.weighted(&[(time(17, 0, 0, 0), 7), (time(18, 0, 0, 0), 3)], time(17, 0, 0, 0));
    let lunch = noon.filter(|_| draw.chance(600));
    WeeklyHours::workdays(opens, closes, lunch, draw.chance(450))
}
