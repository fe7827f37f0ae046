//! Real towns.

use crate::province::Province::{
    self, EasternCape as EC, FreeState as FS, Gauteng as GP, KwaZuluNatal as KZN, Limpopo as LP, Mpumalanga as MP,
    NorthWest as NW, NorthernCape as NC, WesternCape as WC,
};

/// A real town or city.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Town {
    /// Its name.
    pub name: &'static str,
    /// The province it lies in.
    pub province: Province,
}

const fn town(name: &'static str, province: Province) -> Town {
    Town { name, province }
}

pub(super) const TOWNS: [Town; 54] = [
    town("Mthatha", EC),
    town("Gqeberha", EC),
    town("East London", EC),
    town("Komani", EC),
    town("Graaff-Reinet", EC),
    town("Makhanda", EC),
    town("Bloemfontein", FS),
    town("Welkom", FS),
    town("Bethlehem", FS),
    town("Phuthaditjhaba", FS),
    town("Kroonstad", FS),
    town("Johannesburg", GP),
    town("Soweto", GP),
    town("Pretoria", GP),
    town("Benoni", GP),
    town("Vereeniging", GP),
    town("Krugersdorp", GP),
    town("Tembisa", GP),
    town("Durban", KZN),
    town("Pietermaritzburg", KZN),
    town("Newcastle", KZN),
    town("Richards Bay", KZN),
    town("Ulundi", KZN),
    town("Port Shepstone", KZN),
    town("Polokwane", LP),
    town("Thohoyandou", LP),
    town("Giyani", LP),
    town("Mokopane", LP),
    town("Tzaneen", LP),
    town("Musina", LP),
    town("Mbombela", MP),
    town("eMalahleni", MP),
    town("Ermelo", MP),
    town("Barberton", MP),
    town("Siyabuswa", MP),
    town("Mahikeng", NW),
    town("Rustenburg", NW),
    town("Klerksdorp", NW),
    town("Potchefstroom", NW),
    town("Vryburg", NW),
    town("Kimberley", NC),
    town("Upington", NC),
    town("Springbok", NC),
    town("De Aar", NC),
    town("Kuruman", NC),
    town("Cape Town", WC),
    town("Khayelitsha", WC),
    town("Paarl", WC),
    town("Worcester", WC),
    town("George", WC),
    town("Beaufort West", WC),
    town("Vredenburg", WC),
    town("Hermanus", WC),
    town("Oudtshoorn", WC),
];
