//! Names by community, and the communities' shares, languages and provinces.

mod afrikaans;
mod background;
mod cape;
mod congolese;
mod english;
mod homes;
mod indian;
mod khoe;
mod ndebele;
mod portuguese;
mod sepedi;
mod sesotho;
mod setswana;
mod somali;
mod swati;
mod tsonga;
mod venda;
mod xhosa;
mod zimbabwean;
mod zulu;

pub use background::Background;

use crate::draw::Draw;
use crate::person::Sex;

/// The names of one community.
#[derive(Debug)]
pub(crate) struct NameSet {
    pub(crate) female: &'static [&'static str],
    pub(crate) male: &'static [&'static str],
    pub(crate) surnames: &'static [&'static str],
}

/// Per mille of people whose given names hold a second name.
const SECOND_NAME: u32 = 450;
/// Per mille of people of African-language communities with an English second name.
const ENGLISH_SECOND_NAME: u32 = 350;
/// Per mille of surnames that join two families' names with a hyphen.
const DOUBLE_BARRELLED: u32 = 12;

impl NameSet {
    fn given(&self, sex: Sex) -> &'static [&'static str] {
        match sex {
            Sex::Female => self.female,
            Sex::Male => self.male,
        }
    }
}

/// One or two given names, separated by a space.
pub(crate) fn given_names(draw: &mut Draw, background: Background, sex: Sex) -> String {
    let own = background.names().given(sex);
    let first = draw.word(own);
    if !draw.chance(SECOND_NAME) {
        return first.to_owned();
    }
    let english = draw.chance(ENGLISH_SECOND_NAME);
    let second = draw.word(if english { english::NAMES.given(sex) } else { own });
    if second == first {
        return first.to_owned();
    }
    [first, " ", second].concat()
}

/// A family's surname, now and then two joined with a hyphen.
pub(crate) fn surname(draw: &mut Draw, background: Background) -> String {
    let list = background.names().surnames;
    let first = draw.word(list);
    let joins = draw.chance(DOUBLE_BARRELLED);
    let second = draw.word(list);
    if joins && first != second && !first.contains(['-', ' ']) && !second.contains(['-', ' ']) {
        return [first, "-", second].concat();
    }
    first.to_owned()
}

#[cfg(test)]
mod tests;
