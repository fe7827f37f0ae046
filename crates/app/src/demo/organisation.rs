//! One synthetic organisation: its places, diaries, services, hours, team, people, bookings and notes.

use aloe_db::agenda::{Location, Resource, Service};
use aloe_db::doors::{Doors, Operator};
use aloe_db::keys::Keys;
use aloe_db::organisations::{self, SyntheticMember};
use aloe_db::settings;
use aloe_db::tx::Tx;
use aloe_domain::email::EmailAddress;
use aloe_domain::ids::{LocationId, MembershipId, OrganisationId, ResourceId, ServiceId};
use aloe_domain::permission::{OrganisationKind, Role, RoleSet};
use aloe_synthetic::practice::Practice;
use aloe_vault::{Password, PasswordHasher, PasswordParameters, SealingKey, TotpSecret};

use super::{Filled, PASSWORD, PRIVACY_NOTICE, SignIn, people};
use crate::commands::DemoOptions;
use crate::runtime::Trouble;

/// What it takes to make one.
pub struct Stage<'a> {
    /// The doors.
    pub doors: &'a Doors,
    /// The keys.
    pub keys: &'a Keys,
    /// Seals second factors.
    pub factors: &'a SealingKey,
    /// The invented practice or office.
    pub practice: &'a Practice,
}

/// The ids that people, bookings and notes refer to.
pub struct Ids {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Places.
    pub locations: Vec<LocationId>,
    /// Diaries, in the order of practitioners or counters.
    pub resources: Vec<ResourceId>,
    /// Services, in the order of the practice's.
    pub services: Vec<ServiceId>,
    /// Practitioners who sign in, with their diaries.
    pub practitioners: Vec<(MembershipId, String)>,
}

impl Stage<'_> {
    /// Makes the organisation with everyone in it. The owner of the first one is an administrator of the second too, so
    /// that the switcher has something to switch.
    ///
    /// # Errors
    /// What the database or the keys answered.
    pub async fn make(&self, index: usize, first: Option<&Filled>, options: &DemoOptions) -> Result<Filled, Trouble> {
        let kind = if self.practice.kind.is_office() {
            OrganisationKind::PublicOffice
        } else {
            OrganisationKind::Practice
        };
        let organisation = OrganisationId::fresh();
        let mut tx = self
            .doors
            .operator(organisation, "demonstration", "filling with synthetic people")
            .await?;
        organisations::create(&mut tx, &self.practice.slug, kind, &self.practice.name, true).await?;
        self.keys.make_first(&mut tx).await?;
        settings::publish_notice(&mut tx, PRIVACY_NOTICE).await?;
        let mut ids = self.furnish(&mut tx, organisation).await?;
        let shared = if index == 1 {
            first.and_then(|f| f.members.first())
        } else {
            None
        };
        let members = self.staff(&mut tx, kind, &mut ids, shared).await?;
        organisations::open_synthetic(&mut tx).await?;
        tx.commit().await?;
        people::move_in(self, &ids, index, options).await?;
        Ok(Filled {
            name: self.practice.name.clone(),
            slug: self.practice.slug.clone(),
            kind: kind.code().to_owned(),
            booking: format!("{}/b/{}", options.origin, self.practice.slug),
            calendar: format!("{}/o/{}/calendar", options.origin, self.practice.slug),
            members,
        })
    }

    async fn furnish(&self, tx: &mut Tx<Operator>, organisation: OrganisationId) -> Result<Ids, Trouble> {
        let p = self.practice;
        let mut ids = Ids {
            organisation,
            locations: Vec::new(),
            resources: Vec::new(),
            services: Vec::new(),
            practitioners: Vec::new(),
        };
        for place in &p.locations {
            let location = location(place);
            ids.locations.push(location.id);
            settings::add_location(tx, &location).await?;
        }
        for resource in resources(p) {
            ids.resources.push(resource.id);
            settings::add_resource(tx, &resource).await?;
        }
        for (position, service) in p.services.iter().enumerate() {
            let service = service_of(service, position);
            ids.services.push(service.id);
            settings::add_service(tx, &service, &ids.resources).await?;
        }
        for (index, resource) in ids.resources.iter().enumerate() {
            // Each diary works at one place: the first ones at the first.
            let Some(place) = ids.locations.get(index % ids.locations.len().max(1)) else {
                continue;
            };
            for opening in p.hours.openings() {
                let weekday = i16::from(opening.day.to_monday_one_offset());
                let minutes = |t: jiff::civil::Time| i16::from(t.hour()) * 60 + i16::from(t.minute());
                settings::add_hours(
                    tx,
                    *resource,
                    *place,
                    (weekday, minutes(opening.opens), minutes(opening.closes)),
                )
                .await?;
            }
        }
        Ok(ids)
    }

    async fn staff(
        &self,
        tx: &mut Tx<Operator>,
        kind: OrganisationKind,
        ids: &mut Ids,
        shared: Option<&SignIn>,
    ) -> Result<Vec<SignIn>, Trouble> {
        let hash = demo_hash()?;
        let mut members = Vec::new();
        for (role, name, diary) in self.roles(kind, ids) {
            let email = format!("{}@{}.example", role.code(), self.practice.slug);
            let email = if diary.is_some_and(|d| Some(&d) != ids.resources.first()) {
                format!("{}.{email}", members.len())
            } else {
                email
            };
            let membership = MembershipId::fresh();
            let address = EmailAddress::parse(&email).map_err(|e| Trouble::Plain(e.to_string()))?;
            let member = SyntheticMember {
                email: &address,
                name: &name,
                roles: RoleSet::EMPTY.with(role),
                password_hash: &hash,
                membership,
                diary,
            };
            organisations::add_synthetic_member(tx, &member).await?;
            // As everybody with these roles: the page that asks for the code shows it in a demonstration.
            if matches!(role, Role::Owner | Role::Administrator | Role::Manager) {
                let secret = TotpSecret::random().map_err(|e| Trouble::Plain(e.to_string()))?;
                organisations::add_synthetic_factor(tx, &address, self.factors, &secret).await?;
            }
            if role == Role::Practitioner {
                ids.practitioners.push((membership, name.clone()));
            }
            members.push(SignIn {
                role: role.code().to_owned(),
                name,
                email,
                password: PASSWORD.to_owned(),
            });
        }
        if let Some(known) = shared {
            let address = EmailAddress::parse(&known.email).map_err(|e| Trouble::Plain(e.to_string()))?;
            let role = if kind == OrganisationKind::Practice {
                Role::Administrator
            } else {
                Role::Manager
            };
            let member = SyntheticMember {
                email: &address,
                name: &known.name,
                roles: RoleSet::EMPTY.with(role),
                password_hash: &hash,
                membership: MembershipId::fresh(),
                diary: None,
            };
            organisations::add_synthetic_member(tx, &member).await?;
        }
        Ok(members)
    }

    fn roles(&self, kind: OrganisationKind, ids: &Ids) -> Vec<(Role, String, Option<ResourceId>)> {
        let first = ids.resources.first().copied();
        if kind == OrganisationKind::PublicOffice {
            return vec![
                (Role::Owner, "Nomvula Radebe".to_owned(), None),
                (Role::Manager, "Willem Jacobs".to_owned(), None),
                (Role::Counter, "Lesedi Moagi".to_owned(), first),
            ];
        }
        let mut roles = vec![
            (Role::Owner, "Thandeka Mkhize".to_owned(), None),
            (Role::Administrator, "Riaan Botha".to_owned(), None),
            (Role::Reception, "Precious Mabaso".to_owned(), None),
        ];
        let practitioners = self.practice.practitioners.iter().zip(&ids.resources);
        roles.extend(
            practitioners.map(|(p, diary)| (Role::Practitioner, format!("{} {}", p.title, p.name), Some(*diary))),
        );
        roles
    }
}

fn demo_hash() -> Result<String, Trouble> {
    let password = Password::typed(PASSWORD.to_owned()).map_err(|e| Trouble::Plain(e.to_string()))?;
    let hash = PasswordHasher::of(PasswordParameters::default()).hash(&password);
    Ok(hash.map_err(|e| Trouble::Plain(e.to_string()))?.as_str().to_owned())
}

fn location(place: &aloe_synthetic::practice::Location) -> Location {
    let a = &place.address;
    let lines = [a.street.clone(), Some(a.suburb.clone()), Some(a.postal_code.clone())];
    Location {
        id: LocationId::fresh(),
        name: place.name.to_owned(),
        address: lines.into_iter().flatten().collect::<Vec<_>>().join(", "),
        directions: a.landmark.map(str::to_owned).unwrap_or_default(),
        phone: String::new(),
        time_zone: "Africa/Johannesburg".to_owned(),
        opens_on_public_holidays: false,
        active: true,
        version: 1,
    }
}

fn resources(p: &Practice) -> Vec<Resource> {
    let resource =
        |kind: &str, name: String, discipline: String, registration_number: String, position: usize| Resource {
            id: ResourceId::fresh(),
            kind: kind.to_owned(),
            name,
            discipline,
            registration_number,
            capacity: 1,
            bookable_online: true,
            position: i32::try_from(position).unwrap_or(0),
            active: true,
            version: 1,
        };
    let practitioners = p.practitioners.iter().enumerate().map(|(i, who)| {
        let discipline = format!("{}, {}", who.discipline.name(), who.room);
        resource(
            "practitioner",
            format!("{} {}", who.title, who.name),
            discipline,
            who.registration.clone(),
            i,
        )
    });
    let counters = p
        .counters
        .iter()
        .enumerate()
        .map(|(i, name)| resource("counter", name.clone(), String::new(), String::new(), i));
    practitioners.chain(counters).collect()
}

fn service_of(s: &aloe_synthetic::practice::Service, position: usize) -> Service {
    let five = |n: u16| i32::from(n.div_ceil(5) * 5);
    Service {
        id: ServiceId::fresh(),
        name: s.name.to_owned(),
        description: String::new(),
        bring: "Your ID document or clinic card, if you have one.".to_owned(),
        minutes: five(s.minutes).max(5),
        buffer_before: five(s.buffer_before),
        buffer_after: five(s.buffer_after),
        step: five(s.minutes).clamp(10, 30),
        lead_minutes: 60,
        horizon_days: 30,
        daily_limit: None,
        online: true,
        position: i32::try_from(position).unwrap_or(0),
        active: true,
        version: 1,
    }
}
