//! The people of a synthetic organisation, their bookings around today, and notes of those seen.

use aloe_db::bookings::synthetic::{SyntheticBooking, book};
use aloe_db::bulk::{self, Prepared};
use aloe_db::clinical::Sections;
use aloe_db::clinical_synthetic::{SyntheticConsultation, write};
use aloe_db::patients::{Contact, MedicalAid, Registration};
use aloe_domain::booking::Status;
use aloe_domain::identity::{IdentityDocument, IdentityType};
use aloe_domain::ids::ServiceId;
use aloe_domain::language::Language;
use aloe_domain::medical_aid::{DependantCode, MemberNumber};
use aloe_domain::name::PersonName;
use aloe_domain::phone::PhoneNumber;
use aloe_synthetic::{People, Person, Sex};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::organisation::{Ids, Stage};
use crate::commands::DemoOptions;
use crate::runtime::Trouble;

/// People written in one transaction.
const BATCH: usize = 2000;
/// Days before and after today with bookings.
const DAYS: i64 = 7;

/// Writes everyone.
///
/// # Errors
/// What the database or the keys answered.
pub async fn move_in(stage: &Stage<'_>, ids: &Ids, index: usize, options: &DemoOptions) -> Result<(), Trouble> {
    let seed = options.seed.wrapping_mul(1000).wrapping_add(index as u64);
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let mut people = People::as_of(seed, today).take(options.patients).peekable();
    let mut first = true;
    while people.peek().is_some() {
        let batch: Vec<Person> = people.by_ref().take(BATCH).collect();
        let prepared = write_batch(stage, ids, &batch, today).await?;
        if first {
            book_around_today(stage, ids, &batch, &prepared, seed).await?;
        }
        first = false;
    }
    Ok(())
}

async fn write_batch(stage: &Stage<'_>, ids: &Ids, batch: &[Person], today: Date) -> Result<Vec<Prepared>, Trouble> {
    let organisation = ids.organisation;
    let mut tx = stage
        .doors
        .operator(organisation, "demonstration", "adding synthetic people")
        .await?;
    let keys = stage.keys.of(&mut tx).await?;
    let registrations: Vec<Registration> = batch.iter().filter_map(|person| registration(person, today)).collect();
    let many = i32::try_from(registrations.len()).unwrap_or(i32::MAX);
    let from = bulk::take_file_numbers(&mut tx, many).await.map_err(trouble)?;
    let prepared: Result<Vec<Prepared>, _> = registrations
        .iter()
        .zip(from..)
        .map(|(person, number)| bulk::prepare(organisation.as_uuid(), &keys, person, number, None))
        .collect();
    let prepared = prepared.map_err(trouble)?;
    bulk::write(&mut tx, &prepared).await.map_err(trouble)?;
    tx.commit().await?;
    Ok(prepared)
}

fn trouble(error: impl std::fmt::Display) -> Trouble {
    Trouble::Plain(error.to_string())
}

/// A synthetic person as the forms would read them.
pub fn registration(person: &Person, today: Date) -> Option<Registration> {
    let kind = IdentityType::from_code(person.document.kind()).unwrap_or(IdentityType::NoneNewborn);
    let (country, number) = (
        person.document.country().unwrap_or_default(),
        person.document.number().unwrap_or_default(),
    );
    let country = if kind == IdentityType::Passport { country } else { "" };
    let document = IdentityDocument::parse(kind, country, number, today).unwrap_or(IdentityDocument::NoneUnknown);
    let medical_aid = person.medical_aid.as_ref().and_then(|aid| {
        Some(MedicalAid {
            scheme: aid.scheme.to_owned(),
            number: MemberNumber::parse(&aid.member_number).ok()?,
            dependant: DependantCode::parse(&aid.dependant_code).ok(),
        })
    });
    let a = &person.address;
    let address = [a.street.clone(), Some(a.suburb.clone()), Some(a.postal_code.clone())];
    let contact = Contact {
        given_names: PersonName::parse(&person.given_names).ok(),
        surname: PersonName::parse(&person.surname).ok()?,
        birth_date: Some(person.birth_date),
        sex: if person.sex == Sex::Female { "female" } else { "male" }.to_owned(),
        phone: person
            .phone
            .as_ref()
            .and_then(|phone| PhoneNumber::parse(phone.as_str()).ok()),
        email: person.email.clone().unwrap_or_default(),
        language: Language::from_code(person.language.code()).unwrap_or_default(),
        address: address.into_iter().flatten().collect::<Vec<_>>().join(", "),
        reception_note: String::new(),
    };
    Some(Registration {
        contact,
        document,
        medical_aid,
        notice_version: None,
    })
}

/// A diary filled to about two thirds: a booking every half hour, every third one left out, past ones settled.
async fn book_around_today(
    stage: &Stage<'_>,
    ids: &Ids,
    people: &[Person],
    prepared: &[Prepared],
    seed: u64,
) -> Result<(), Trouble> {
    let zone = TimeZone::get("Africa/Johannesburg").unwrap_or(TimeZone::UTC);
    let now = Timestamp::now();
    let today = now.to_zoned(zone.clone()).date();
    let mut tx = stage
        .doors
        .operator(ids.organisation, "demonstration", "booking synthetic people")
        .await?;
    let mut next = usize::try_from(seed % 7).unwrap_or(0);
    // Everybody comes once before anybody comes again, and not in the order of their files.
    let stride = [7, 11, 13]
        .into_iter()
        .find(|by| !people.len().is_multiple_of(*by))
        .unwrap_or(1);
    for offset in -DAYS..=DAYS {
        let Ok(day) = today.checked_add(offset.days()) else {
            continue;
        };
        for (diary, resource) in ids.resources.iter().enumerate() {
            for opening in stage.practice.hours.on(day) {
                let mut at = opening.opens;
                while at < opening.closes {
                    next += 1;
                    let slot = at;
                    let Ok(later) = at.checked_add(30.minutes()) else { break };
                    if later <= at {
                        break;
                    }
                    at = later;
                    let person = next * stride;
                    let who = people
                        .get(person % people.len())
                        .zip(prepared.get(person % prepared.len()));
                    let Some((who, prepared_who)) = who.filter(|_| next % 3 != 0) else {
                        continue;
                    };
                    let Some(starts_at) = day.to_datetime(slot).to_zoned(zone.clone()).ok().map(|z| z.timestamp())
                    else {
                        continue;
                    };
                    let visit = Visit {
                        diary,
                        resource: *resource,
                        starts_at,
                        now,
                        next,
                    };
                    one_visit(&mut tx, stage, ids, &visit, who, prepared_who).await?;
                }
            }
        }
    }
    tx.commit().await?;
    Ok(())
}

struct Visit {
    diary: usize,
    resource: aloe_domain::ids::ResourceId,
    starts_at: Timestamp,
    now: Timestamp,
    next: usize,
}

async fn one_visit(
    tx: &mut aloe_db::tx::Tx<aloe_db::doors::Operator>,
    stage: &Stage<'_>,
    ids: &Ids,
    visit: &Visit,
    who: &Person,
    prepared: &Prepared,
) -> Result<(), Trouble> {
    let date = visit.starts_at.to_zoned(TimeZone::UTC).date();
    let Some((service, minutes)) = service_for(stage, ids, who, date, visit.next) else {
        return Ok(());
    };
    let Some(location) = ids.locations.get(visit.diary % ids.locations.len().max(1)) else {
        return Ok(());
    };
    let status = match (visit.starts_at < visit.now, visit.next % 11) {
        (true, 0) => Status::NoShow,
        (true, _) => Status::Completed,
        (false, _) => Status::Confirmed,
    };
    let name = format!("{} {}", who.given_names, who.surname);
    let booking = SyntheticBooking {
        service,
        location: *location,
        resource: visit.resource,
        patient: prepared.id(),
        name: name.trim(),
        phone: who.phone.as_ref().map(|p| p.as_str()).unwrap_or_default(),
        starts_at: visit.starts_at,
        ends_at: visit.starts_at + SignedDuration::from_mins(minutes),
        status,
    };
    let id = book(tx, &booking).await.map_err(trouble)?;
    let practitioner = ids.practitioners.get(visit.diary % ids.practitioners.len().max(1));
    if let Some((membership, practitioner)) = practitioner.filter(|_| status == Status::Completed) {
        let Some(note) = aloe_synthetic::notes::note(visit.next as u64, who, date) else {
            return Ok(());
        };
        let sections = Sections {
            subjective: note.subjective,
            objective: note.objective,
            assessment: format!("{} ({})", note.assessment.text, note.assessment.icd10),
            plan: note.plan,
        };
        let consultation = SyntheticConsultation {
            patient: prepared.id(),
            subject: prepared.subject(),
            booking: Some(id),
            practitioner: *membership,
            name: practitioner,
            sections: &sections,
            at: visit.starts_at,
        };
        write(tx, &consultation).await.map_err(trouble)?;
    }
    Ok(())
}

/// What this person may come for, and its minutes: such as fit between two visits, half an hour apart.
fn service_for(stage: &Stage<'_>, ids: &Ids, who: &Person, date: Date, nth: usize) -> Option<(ServiceId, i64)> {
    let all = stage.practice.services.iter().zip(&ids.services);
    let suiting: Vec<_> = all.filter(|(s, _)| s.minutes <= 30 && s.suits(who, date)).collect();
    let (service, id) = suiting.get(nth % suiting.len().max(1))?;
    Some((**id, i64::from(service.minutes)))
}
