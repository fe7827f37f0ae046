//! Invented suburbs, villages and streets.

use crate::draw::Draw;
use crate::words::words;

/// First parts of invented suburb names.
pub(crate) const STEMS: &[&str] = words!(
    "Kraanveer, Maanskyn, Sandkat, Kokerblom, Spekwind, Duikerhoek, Wagterbos, Silverthorn, \
     Marulafall, Heronmere, Lourieden, Quivermoor, Aloewick, Tortoisedale, Hoopoeham, Sunbirdly, \
     Umthunzi, Inkanyezi-Ntsha, Ubumnandi, Lwandlekazi, Isivunguvungu, Amabibi, Qhakuvela, \
     Ntabazimnyama, Lesedingwe, Pulamaswe, Thabanalepe, Metsweding-Letlha, Nalediphuthi, \
     Morulanala, Tshikwarani, Mvulafhasi, Xihlovonyana, Ndlopfuxi, Vutlharinene, Sibanekazi, \
     Ilangalitsha, Rooikransie, Bergkwikkie, Vlakwater, Driefonteinjie"
);

/// Second parts of invented suburb names.
pub(crate) const ENDINGS: &[&str] = words!(
    "Park, Heights, View, Extension 3, North, Ridge, Gardens, Estate, Village, Glen, Proper, \
     East, Section B, Unit 7, Hills, Outlook"
);

const STREETS: &[&str] = words!(
    "Fever Tree, Wild Fig, Weaver, Sugarbird, Kiepersol, Karee, Kudu Horn, Moonrise, Blue Crane, \
     Paper Kite, Rain Drum, Basket, Copper Pot, Grinding Stone, Mielie, Sorghum, Wagon Wheel, \
     Windpump, Kraal Gate, Lantern, Thandanani, Siyakhula, Masibambane, Kopanang, Tirisano, \
     Vukuzenzele, Lentswe, Pholoso, Umfula, Ukukhanya, Impendulo, Rivoni, Tshedza, Mutale Stone, \
     Akkerdop, Bloekombos, Hartebees, Kweper, Vygie, Sonneblom, Windpomp, Kruidjie"
);
const STREET_KINDS: &[&str] = words!("Street, Road, Avenue, Crescent, Close, Lane, Drive, Straat");

const VILLAGES: &[&str] = words!(
    "Ga-Pulamaswe, Ha-Mvulafhasi, KwaNtabezimbili, eMthunzini Omkhulu, Esivungwini, Qhakuveni, \
     Lwandlekazini, Tshikwarani, Xihlovonyaneni, Sibanekazini, Morulanaleng, Thabanalepeng, \
     Bergkwikkie, Kwa-Inkanyezi, Ga-Lesedingwe, Ha-Tshipembanya, Ndlopfuxini, eLangeni Elitsha, \
     Metswedinyane, Kokerblomkuil"
);
const LANDMARKS: &[&str] = words!(
    "behind the clinic, next to the primary school, past the cattle dip, second house after the \
     water tank, at the tarred road turn-off, near the tribal office, above the river crossing, \
     opposite the spaza with the green roof, beside the church hall, below the reservoir"
);

/// An invented suburb.
pub(crate) fn suburb(draw: &mut Draw) -> String {
    [draw.word(STEMS), " ", draw.word(ENDINGS)].concat()
}

/// An invented street without a number.
pub(crate) fn street(draw: &mut Draw) -> String {
    [draw.word(STREETS), " ", draw.word(STREET_KINDS)].concat()
}

/// An invented village.
pub(crate) fn village(draw: &mut Draw) -> String {
    draw.word(VILLAGES).to_owned()
}

/// How to find a house that has no street.
pub(crate) fn landmark(draw: &mut Draw) -> &'static str {
    draw.word(LANDMARKS)
}

#[cfg(test)]
mod tests {
    use super::{ENDINGS, STEMS};
    use std::collections::HashSet;

    #[test]
    fn stems_and_endings_are_distinct() {
        for list in [STEMS, ENDINGS] {
            let distinct: HashSet<_> = list.iter().collect();
            assert_eq!(distinct.len(), list.len());
        }
    }
}
