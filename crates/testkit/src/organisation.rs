//! Organisations with people in them, made the way the operator makes them.

use std::net::{IpAddr, Ipv4Addr};

use aloe_db::accounts::{Account, KnownPassword, TokenPair};
use aloe_db::agenda::{Location, Resource, Service};
use aloe_db::membership::Membership;
use aloe_db::organisations::{self, SyntheticMember};
use aloe_db::patients::{self, Contact, Registration};
use aloe_db::settings;
use aloe_db::team;
use aloe_db::visit::Visit;
use aloe_domain::email::EmailAddress;
use aloe_domain::identity::{IdentityDocument, IdentityType};
use aloe_domain::ids::{
    InvitationId, LocationId, MembershipId, OrganisationId, PatientId, ResourceId, ServiceId, UserId,
};
use aloe_domain::language::Language;
use aloe_domain::name::PersonName;
use aloe_domain::permission::need::{Patients, Team};
use aloe_domain::permission::{OrganisationKind, Role, RoleSet};
use aloe_domain::phone::PhoneNumber;
use aloe_vault::{Password, PasswordHasher, PasswordParameters, Token, TokenDomain, TokenHash};

use crate::TestDb;

/// The password of every member in tests.
pub const PASSWORD: &str = "only-synthetic-people";

/// An organisation with a place, two diaries and a service.
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// The part of its address.
    pub slug: String,
    /// Its place.
    pub location: LocationId,
    /// Its diaries.
    pub resources: Vec<ResourceId>,
    /// Its service: twenty minutes.
    pub service: ServiceId,
}

/// A member who is signed in.
pub struct Member {
    /// The membership as the session answered it.
    pub membership: Membership,
    /// The access token.
    pub access: Token,
    /// The refresh token.
    pub refresh: Token,
    /// The sign-in address.
    pub email: String,
}

/// A request from nowhere in particular.
pub fn visit() -> Visit {
    Visit::from(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)))
}

fn fresh_pair() -> (TokenPair, Token, Token) {
    let (access, refresh) = (Token::random().unwrap(), Token::random().unwrap());
    let pair = TokenPair {
        access: access.hash(TokenDomain::SESSION),
        refresh: refresh.hash(TokenDomain::SESSION),
    };
    (pair, access, refresh)
}

/// For whoever knows the password that an account was made with.
pub fn first_password(user: UserId) -> KnownPassword {
    KnownPassword { user, version: 1 }
}

impl TestDb {
    /// Makes a practice that takes bookings every day from eight to five.
    pub async fn practice(&self, slug: &str) -> Organisation {
        self.organisation(slug, OrganisationKind::Practice).await
    }

    /// Makes an organisation that takes bookings every day from eight to five.
    pub async fn organisation(&self, slug: &str, kind: OrganisationKind) -> Organisation {
        let id = OrganisationId::fresh();
        let mut tx = self.doors.operator(id, "test", "a test").await.unwrap();
        organisations::create(&mut tx, slug, kind, &format!("Example {slug}"), true)
            .await
            .unwrap();
        self.keys.make_first(&mut tx).await.unwrap();
        settings::publish_notice(&mut tx, "We keep what we need.")
            .await
            .unwrap();
        let location = location();
        settings::add_location(&mut tx, &location).await.unwrap();
        let diaries = [resource("Dr Example One"), resource("Dr Example Two")];
        for diary in &diaries {
            settings::add_resource(&mut tx, diary).await.unwrap();
            for weekday in 1..=7 {
                settings::add_hours(&mut tx, diary.id, location.id, (weekday, 480, 1020))
                    .await
                    .unwrap();
            }
        }
        let service = service();
        let resources: Vec<ResourceId> = diaries.iter().map(|d| d.id).collect();
        settings::add_service(&mut tx, &service, &resources).await.unwrap();
        organisations::open_synthetic(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        Organisation {
            id,
            slug: slug.to_owned(),
            location: location.id,
            resources,
            service: service.id,
        }
    }

    /// Adds a member with a role and signs them in.
    pub async fn member(&self, at: &Organisation, role: Role) -> Member {
        let email = format!("{}-{}@{}.example", role.code(), uuid::Uuid::new_v4().simple(), at.slug);
        let diary = if matches!(role, Role::Practitioner | Role::Counter) {
            at.resources.first().copied()
        } else {
            None
        };
        let address = EmailAddress::parse(&email).unwrap();
        let mut tx = self.doors.operator(at.id, "test", "a test").await.unwrap();
        let member = SyntheticMember {
            email: &address,
            name: &format!("Example {}", role.code()),
            roles: RoleSet::EMPTY.with(role),
            password_hash: password_hash(),
            membership: MembershipId::fresh(),
            diary,
        };
        organisations::add_synthetic_member(&mut tx, &member).await.unwrap();
        tx.commit().await.unwrap();
        self.sign_in(at, &email).await
    }

    /// Starts a session of an account that showed a second factor, and finds its membership.
    pub async fn sign_in(&self, at: &Organisation, email: &str) -> Member {
        let account = self.account(email).await;
        let browser = Token::random().unwrap().hash(TokenDomain::CEREMONY);
        let (pair, access, refresh) = fresh_pair();
        let (doors, visit) = (&self.doors, visit());
        doors
            .begin_sign_in_by_passkey(&visit, account.user, &browser)
            .await
            .unwrap();
        let started = doors.finish_sign_in(&visit, &browser, account.user, "test", &pair);
        assert!(started.await.unwrap());
        self.held(at, email, &pair, access, refresh).await
    }

    /// Starts a session of an account that knew the password and no more.
    pub async fn sign_in_by_password(&self, at: &Organisation, email: &str) -> Member {
        let known = self.account(email).await.known_password();
        let (pair, access, refresh) = fresh_pair();
        let visit = visit();
        let started = self.doors.start_session(&visit, &known, "test", &pair);
        started.await.unwrap();
        self.held(at, email, &pair, access, refresh).await
    }

    async fn account(&self, email: &str) -> Account {
        let address = EmailAddress::parse(email).unwrap();
        self.doors.find_account(&visit(), &address).await.unwrap().unwrap()
    }

    async fn held(&self, at: &Organisation, email: &str, pair: &TokenPair, access: Token, refresh: Token) -> Member {
        let signed_in = self.doors.look_up(&pair.access).await.unwrap().unwrap();
        let membership = signed_in.membership(at.id).unwrap().clone();
        Member {
            membership,
            access,
            refresh,
            email: email.to_owned(),
        }
    }

    /// Invites somebody, by the hash of their link.
    pub async fn invite(&self, by: &Member, email: &str, role: Role, link: &TokenHash) -> InvitationId {
        let (email, roles) = (EmailAddress::parse(email).unwrap(), RoleSet::EMPTY.with(role));
        let scope = by.membership.scope::<Team>().unwrap();
        let mut tx = self.doors.member(&visit(), &scope).await.unwrap();
        let id = team::invite(&mut tx, &email, "Example Colleague", roles, link, &by.membership)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Registers a patient with an SA ID number.
    pub async fn patient(&self, by: &Member, surname: &str, sa_id: &str) -> PatientId {
        let scope = by.membership.scope::<Patients>().unwrap();
        let mut tx = self.doors.member(&visit(), &scope).await.unwrap();
        let id = patients::register(&mut tx, &self.keys, &registration(surname, sa_id))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }
}

/// A person to register.
pub fn registration(surname: &str, sa_id: &str) -> Registration {
    let today = jiff::civil::date(2026, 11, 22);
    let kind = if sa_id.is_empty() {
        IdentityType::NoneUnknown
    } else {
        IdentityType::SaId
    };
    Registration {
        contact: Contact {
            given_names: Some(PersonName::parse("Example").unwrap()),
            surname: PersonName::parse(surname).unwrap(),
            birth_date: Some(jiff::civil::date(1980, 1, 1)),
            sex: "female".to_owned(),
            phone: Some(PhoneNumber::parse("0825550142").unwrap()),
            email: String::new(),
            language: Language::English,
            address: String::new(),
            reception_note: String::new(),
        },
        document: IdentityDocument::parse(kind, "", sa_id, today).unwrap(),
        medical_aid: None,
        notice_version: None,
    }
}

fn password_hash() -> &'static str {
    static HASH: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    HASH.get_or_init(|| {
        let password = Password::typed(PASSWORD.to_owned()).unwrap();
        PasswordHasher::of(PasswordParameters::default())
            .hash(&password)
            .unwrap()
            .as_str()
            .to_owned()
    })
}

fn location() -> Location {
    Location {
        id: LocationId::fresh(),
        name: "Main rooms".to_owned(),
        address: "1 Example Street".to_owned(),
        directions: String::new(),
        phone: String::new(),
        time_zone: "Africa/Johannesburg".to_owned(),
        opens_on_public_holidays: true,
        active: true,
        version: 1,
    }
}

fn resource(name: &str) -> Resource {
    Resource {
        id: ResourceId::fresh(),
        kind: "practitioner".to_owned(),
        name: name.to_owned(),
        discipline: String::new(),
        registration_number: "MP0123456".to_owned(),
        capacity: 1,
        bookable_online: true,
        position: 0,
        active: true,
        version: 1,
    }
}

fn service() -> Service {
    Service {
        id: ServiceId::fresh(),
        name: "Consultation".to_owned(),
        description: String::new(),
        bring: String::new(),
        minutes: 20,
        buffer_before: 0,
        buffer_after: 0,
        step: 20,
        lead_minutes: 0,
        horizon_days: 60,
        daily_limit: None,
        online: true,
        position: 0,
        active: true,
        version: 1,
    }
}
