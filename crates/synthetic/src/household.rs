//! Households: people who share an address, a surname, papers, cover and sometimes a phone.

use crate::address::Address;
use crate::age;
use crate::civil::{days_before, years};
use crate::document::{Document, Papers};
use crate::draw::{Draw, Purpose};
use crate::email;
use crate::health::{Allergy, Chronic};
use crate::language::Language;
use crate::medical_aid::MedicalAid;
use crate::names::{self, Background};
use crate::person::{Person, Sex};
use crate::phone::Mobile;
use crate::province::Province;
use crate::sa_id::{SaId, Serials};
use jiff::civil::Date;

/// Members of a household, with per mille of households.
const SIZES: [(i32, u16); 7] = [(1, 280), (2, 190), (3, 180), (4, 160), (5, 100), (6, 60), (7, 30)];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Head,
    Partner,
    Child,
    Parent,
}

/// What the members of one household have in common.
struct Home {
    background: Background,
    language: Language,
    surname: String,
    papers: Papers,
    address: Address,
    phone: Option<Mobile>,
    cover: Option<MedicalAid>,
    head_age: i32,
    head_sex: Sex,
}

/// Draws households one after another.
#[derive(Clone, Debug)]
pub(crate) struct Households {
    seed: u64,
    today: Date,
    serials: Serials,
    households: u64,
    people: u64,
}

impl Households {
    pub(crate) fn new(seed: u64, today: Date) -> Self {
        let mut draw = Draw::new(seed, Purpose::Household, u64::MAX);
        Self {
            seed,
            today,
            serials: Serials::new(&mut draw),
            households: 0,
            people: 0,
        }
    }

    /// The members of the next household, appended to `members`.
    pub(crate) fn next_into(&mut self, members: &mut impl Extend<Person>) {
        let mut draw = Draw::new(self.seed, Purpose::Household, self.households);
        let home = Home::drawn(&mut draw);
        let size = draw.weighted(&SIZES, 1);
        let mut role = Role::Head;
        for place in 0..size {
            let place = u8::try_from(place).unwrap_or(u8::MAX);
            members.extend([self.member(&mut draw, &home, role, place)]);
            role = next_role(&mut draw, place);
        }
        self.households += 1;
    }

    fn member(&mut self, draw: &mut Draw, home: &Home, role: Role, place: u8) -> Person {
        let sex = home.sex_of(draw, role);
        let years_old = home.age_of(draw, role);
        let birth_date = age::birth_date(draw, years_old, self.today);
        let age = years(birth_date, self.today);
        let given_names = names::given_names(draw, home.background, sex);
        let surname = home.surname_of(draw, role);
        let document = self.document(draw, home.papers, sex, birth_date);
        let person = Person {
            index: self.people,
            household: self.households,
            background: home.background,
            sex,
            birth_date,
            language: home.language,
            document,
            phone: home.phone_of(draw, role, age),
            email: email_of(draw, home, age, &given_names, &surname),
            address: home.address.clone(),
            medical_aid: home.cover_of(draw, role, place),
            allergies: Allergy::drawn(draw),
            chronic: Chronic::drawn(draw, age),
            given_names,
            surname,
        };
        self.people += 1;
        person
    }

    fn document(&mut self, draw: &mut Draw, papers: Papers, sex: Sex, birth: Date) -> Document {
        let newborn = birth > days_before(self.today, 60);
        let arrived = self.today.year() - i16::try_from(draw.between(0, 12)).unwrap_or(0);
        match papers {
            Papers::Citizen | Papers::PermanentResident if newborn && draw.chance(600) => {
                Document::NewbornWithoutNumber
            }
            Papers::Citizen => self.sa_id(birth, sex, false),
            Papers::PermanentResident => self.sa_id(birth, sex, true),
            Papers::Passport(country) => Document::passport(draw, country),
            Papers::Asylum => Document::AsylumPermit {
                number: Document::reference(draw, "ASY", arrived),
            },
            Papers::Refugee => Document::RefugeePermit {
                number: Document::reference(draw, "REF", arrived),
            },
        }
    }

    fn sa_id(&mut self, birth: Date, sex: Sex, resident: bool) -> Document {
        Document::SaId(SaId::assemble(birth, sex, self.serials.next(birth, sex), resident))
    }
}

impl Home {
    fn drawn(draw: &mut Draw) -> Self {
        let background = Background::drawn(draw);
        let province = draw.weighted(background.homes(), Province::Gauteng);
        Self {
            background,
            language: background.home_language(draw),
            surname: names::surname(draw, background),
            papers: Papers::drawn(draw, background),
            address: Address::of_home(draw, province),
            phone: draw.chance(930).then(|| Mobile::drawn(draw)),
            cover: MedicalAid::of_household(draw, background),
            head_age: age::of_head(draw),
            head_sex: either_sex(draw),
        }
    }

    fn sex_of(&self, draw: &mut Draw, role: Role) -> Sex {
        match (role, self.head_sex) {
            (Role::Head, sex) => sex,
            (Role::Partner, sex) if draw.chance(20) => sex,
            (Role::Partner, Sex::Female) => Sex::Male,
            (Role::Partner, Sex::Male) => Sex::Female,
            (Role::Parent, _) if draw.chance(650) => Sex::Female,
            _ => either_sex(draw),
        }
    }

    fn age_of(&self, draw: &mut Draw, role: Role) -> i32 {
        let child = |draw: &mut Draw| age::of_child(draw, self.head_age);
        match role {
            Role::Head => self.head_age,
            Role::Partner => age::of_partner(draw, self.head_age),
            Role::Child => child(draw),
            Role::Parent => age::of_parent(draw, self.head_age).unwrap_or_else(|| child(draw)),
        }
    }

    fn surname_of(&self, draw: &mut Draw, role: Role) -> String {
        let own = match role {
            Role::Head => 0,
            Role::Partner => 350,
            Role::Child => 120,
            Role::Parent => 300,
        };
        if draw.chance(own) {
            names::surname(draw, self.background)
        } else {
            self.surname.clone()
        }
    }

    fn phone_of(&self, draw: &mut Draw, role: Role, age: u8) -> Option<Mobile> {
        let own = match (role, age) {
            (Role::Head, _) | (_, 0..12) => 0,
            (_, 12..16) => 350,
            (Role::Parent, _) => 700,
            _ => 880,
        };
        if draw.chance(own) {
            Some(Mobile::drawn(draw))
        } else {
            self.phone.clone()
        }
    }

    /// Parents and grown children of the head are seldom dependants.
    fn cover_of(&self, draw: &mut Draw, role: Role, place: u8) -> Option<MedicalAid> {
        let covered = if role == Role::Parent { 150 } else { 970 };
        let cover = self.cover.as_ref()?;
        (role == Role::Head || draw.chance(covered)).then(|| cover.for_place(place))
    }
}

fn next_role(draw: &mut Draw, place: u8) -> Role {
    match place {
        0 if draw.chance(560) => Role::Partner,
        _ if draw.chance(90) => Role::Parent,
        _ => Role::Child,
    }
}

fn either_sex(draw: &mut Draw) -> Sex {
    if draw.chance(512) { Sex::Female } else { Sex::Male }
}

fn email_of(draw: &mut Draw, home: &Home, age: u8, given: &str, surname: &str) -> Option<String> {
    let permille = match age {
        0..16 => 0,
        16..60 if home.cover.is_some() => 850,
        16..60 => 380,
        _ => 200,
    };
    draw.chance(permille).then(|| email::address(draw, given, surname))
}
