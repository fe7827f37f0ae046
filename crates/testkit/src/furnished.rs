//! An organisation with one of everything that a request can name, so that whoever tries to reach it from elsewhere has
//! something to reach in every table.

use aloe_db::agenda::Agenda;
use aloe_db::bookings::{self, DeskBooking, IdempotencyKey, PersonBooking};
use aloe_db::clinical::{self, Sections};
use aloe_db::messages::{self, Channel as MessageChannel, Message};
use aloe_db::programs::{self, NewProgram};
use aloe_db::settings::{self, NewClosure};
use aloe_db::{patients, proofs, team};
use aloe_domain::booking::Channel;
use aloe_domain::ids::{BookingId, EncounterId, InvitationId, MembershipId, PatientId};
use aloe_domain::language::Language;
use aloe_domain::name::PersonName;
use aloe_domain::permission::{OrganisationKind, Role, need};
use aloe_domain::phone::PhoneNumber;
use aloe_domain::scheduling::{MinuteOfDay, Period};
use aloe_vault::{Pin, Token, TokenDomain, TokenHash, TotpSecret};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{Member, Organisation, TestDb, visit};

/// One organisation with one of everything.
pub struct Furnished {
    /// The organisation.
    pub at: Organisation,
    /// Its owner, signed in.
    pub owner: Member,
    /// A patient named `Person` and the organisation's slug, with an SA ID number.
    pub patient: PatientId,
    /// That number's row.
    pub identifier: Uuid,
    /// A file that another was merged into, and the merge.
    pub kept: (PatientId, Uuid),
    /// A booking of the desk for the patient, on 1 February 2027 at 07:00 UTC, at version 1.
    pub booking: BookingId,
    /// A booking that a person with a proven phone made.
    pub online: BookingId,
    /// The link that opens it.
    pub link: Token,
    /// The proof of the phone that made it.
    pub proof: Token,
    /// A consultation with a draft, nothing at an office.
    pub consultation: Option<EncounterId>,
    /// A consultation with a signed note, nothing at an office.
    pub signed: Option<EncounterId>,
    /// A closure.
    pub closure: Uuid,
    /// Time that is blocked in the first diary.
    pub block: Uuid,
    /// An invitation that nobody has accepted, and what its link holds.
    pub invitation: (InvitationId, Token),
    /// A colleague with a second factor that is said to be lost.
    pub colleague: MembershipId,
}

impl TestDb {
    /// Makes a practice with one of everything.
    pub async fn furnished(&self, slug: &str, sa_id: &str) -> Furnished {
        self.furnished_as(slug, OrganisationKind::Practice, sa_id).await
    }

    /// Makes an organisation with one of everything that its kind has.
    pub async fn furnished_as(&self, slug: &str, kind: OrganisationKind, sa_id: &str) -> Furnished {
        let at = self.organisation(slug, kind).await;
        let owner = self.member(&at, Role::Owner).await;
        let patient = self.patient(&owner, &format!("Person{slug}"), sa_id).await;
        let (identifier, kept) = self.files(&owner, patient).await;
        let booking = self.desk_booking(&at, &owner, patient).await;
        let proof = self.proven_phone(&at, "0825550177").await;
        let (online, link) = self.online_booking(&at, &proof).await;
        let (consultation, signed) = if kind == OrganisationKind::Practice {
            let both = self.consultations(&owner, patient).await;
            (Some(both.0), Some(both.1))
        } else {
            (None, None)
        };
        let closure = self.closure(&at, &owner).await;
        let block = self.block(&at, &owner).await;
        let invitation = self.invitation(&at, &owner).await;
        let colleague = self.colleague(&at, &owner).await;
        self.program(&owner).await;
        let visit = visit();
        let alarmed = self.doors.alarm_sms(&visit, slug, "a limit", "+2772000");
        alarmed.await.unwrap();
        Furnished {
            at,
            owner,
            patient,
            identifier,
            kept,
            booking,
            online,
            link,
            proof,
            consultation,
            signed,
            closure,
            block,
            invitation,
            colleague,
        }
    }

    async fn program(&self, owner: &Member) {
        let scope = owner.membership.scope::<need::Settings>().unwrap();
        let mut tx = self.doors.member(&visit(), &scope).await.unwrap();
        let new = NewProgram {
            name: "Example program",
            permissions: programs::GRANTABLE,
            credential: &Token::random().unwrap().hash(TokenDomain::PROGRAM),
            days: 30,
        };
        programs::make(&mut tx, &new).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn colleague(&self, at: &Organisation, owner: &Member) -> MembershipId {
        let role = match owner.membership.kind {
            OrganisationKind::Practice => Role::Reception,
            OrganisationKind::PublicOffice => Role::Manager,
        };
        let colleague = self.member(at, role).await;
        let (doors, visit, key) = (&self.doors, visit(), Self::installation_key().await.factors());
        let access = colleague.access.hash(TokenDomain::SESSION);
        let who = doors.look_up(&access).await.unwrap().unwrap();
        let secret = TotpSecret::random().unwrap();
        let app = doors.begin_app(&visit, &who, &key, "App", &secret).await.unwrap();
        doors.confirm_app(&visit, &who, app, 1).await.unwrap();
        let scope = owner.membership.scope::<need::Team>().unwrap();
        let mut tx = doors.member(&visit, &scope).await.unwrap();
        let due = team::ask_factor_removal(&mut tx, colleague.membership.id)
            .await
            .unwrap();
        assert!(due.is_some());
        tx.commit().await.unwrap();
        colleague.membership.id
    }

    async fn files(&self, owner: &Member, patient: PatientId) -> (Uuid, (PatientId, Uuid)) {
        let (keep, other) = (
            self.patient(owner, "Kept", "").await,
            self.patient(owner, "Merged", "").await,
        );
        let scope = owner.membership.scope::<need::AllPatients>().unwrap();
        let mut tx = self.doors.member(&visit(), &scope).await.unwrap();
        let merge = patients::merge(&mut tx, keep, other).await.unwrap();
        tx.commit().await.unwrap();
        let scope = owner.membership.scope::<need::Patients>().unwrap();
        let mut tx = self.doors.member(&visit(), &scope).await.unwrap();
        let identifier = patients::identifiers(&mut tx, patient).await.unwrap().remove(0).id;
        tx.commit().await.unwrap();
        (identifier, (keep, merge))
    }

    async fn agenda_of(&self, at: &Organisation) -> Agenda {
        let mut tx = self.doors.public(&visit(), &at.slug).await.unwrap();
        let agenda = Agenda::offered(&mut tx, jiff::civil::date(2020, 1, 1)).await.unwrap();
        tx.done().await.unwrap();
        agenda
    }

    async fn desk_booking(&self, at: &Organisation, owner: &Member, patient: PatientId) -> BookingId {
        let wanted = DeskBooking {
            service: at.service,
            location: at.location,
            resource: at.resources[0],
            starts_at: "2027-02-01T07:00:00Z".parse().unwrap(),
            minutes: None,
            patient: Some(patient),
            name: format!("Person{}", at.slug),
            phone: String::new(),
            note: String::new(),
            channel: Channel::Desk,
            language: "en".into(),
            overbook_reason: String::new(),
            booked_by: "test".into(),
        };
        let agenda = self.agenda_of(at).await;
        let scope = owner.membership.scope::<need::Schedule>().unwrap();
        let mut tx = self.doors.member(&visit(), &scope).await.unwrap();
        let booking = bookings::book_at_desk(&mut tx, &agenda, &wanted, &idempotency_key())
            .await
            .unwrap();
        let message = Message {
            channel: MessageChannel::Sms,
            template: "booked",
            language: "en",
            to: "+27825550177",
            subject: "",
            body: "You are booked.",
            booking: Some(booking),
            dedupe_key: "furnished",
        };
        messages::queue(&mut tx, &self.keys, &message).await.unwrap();
        tx.commit().await.unwrap();
        booking
    }

    /// Proves a phone number with its PIN, and answers what proves it from then on.
    pub async fn proven_phone(&self, at: &Organisation, phone: &str) -> Token {
        let phone = PhoneNumber::parse(phone).unwrap();
        let pins = Self::installation_key().await.pins();
        let (proof, pin, token) = (Uuid::now_v7(), Pin::random().unwrap(), Token::random().unwrap());
        let mut tx = self.doors.public(&visit(), &at.slug).await.unwrap();
        proofs::begin(&mut tx, proof, &phone, &pins.pin_mac(proof, phone.e164(), &pin))
            .await
            .unwrap();
        let hash = token.hash(TokenDomain::SESSION);
        let verdict = proofs::guess(&mut tx, &pins, proof, pin.to_text().expose(), &hash)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(verdict, proofs::Verdict::Proven);
        token
    }

    async fn online_booking(&self, at: &Organisation, proof: &Token) -> (BookingId, Token) {
        let wanted = PersonBooking {
            service: at.service,
            location: at.location,
            resource: at.resources.first().copied(),
            starts_at: in_three_days(),
            name: PersonName::parse("Example Person").unwrap(),
            for_whom: None,
            language: Language::English,
            notice_version: Some(1),
            hold: None,
        };
        let agenda = self.agenda_of(at).await;
        let link = Token::random().unwrap();
        let hash = proof.hash(TokenDomain::SESSION);
        let (mut tx, phone) = self.doors.person(&visit(), &at.slug, &hash).await.unwrap();
        let hash: TokenHash = link.hash(TokenDomain::MANAGE_LINK);
        let key = idempotency_key();
        bookings::book_with_proof(&mut tx, &agenda, &phone, &wanted, &key, &hash, Timestamp::now())
            .await
            .unwrap();
        let booking = bookings::of_person(&mut tx, &phone).await.unwrap().remove(0).id;
        tx.commit().await.unwrap();
        (booking, link)
    }

    async fn consultations(&self, owner: &Member, patient: PatientId) -> (EncounterId, EncounterId) {
        let scope = owner.membership.scope::<need::Clinical>().unwrap();
        let mut tx = self.doors.member(&visit(), &scope).await.unwrap();
        let rest = Sections {
            plan: "Rest.".to_owned(),
            ..Sections::default()
        };
        let mut begun = Vec::new();
        for _ in 0..2 {
            let id = clinical::begin(&mut tx, patient, None, &owner.membership)
                .await
                .unwrap();
            let encounter = clinical::encounter(&mut tx, &self.keys, id).await.unwrap();
            clinical::save_draft(&mut tx, &encounter, 0, &rest, &owner.membership)
                .await
                .unwrap();
            begun.push(encounter);
        }
        clinical::sign(&mut tx, &begun[1], 1, &owner.membership, "MP0123456")
            .await
            .unwrap();
        tx.commit().await.unwrap();
        (begun[0].id, begun[1].id)
    }

    async fn closure(&self, at: &Organisation, owner: &Member) -> Uuid {
        let day = jiff::civil::date(2027, 3, 1);
        let closure = NewClosure {
            location: at.location,
            resource: None,
            days: (day, day),
            part: None,
            opens: false,
            reason: format!("Stocktaking {}", at.slug),
        };
        let scope = owner.membership.scope::<need::Settings>().unwrap();
        let mut tx = self.doors.member(&visit(), &scope).await.unwrap();
        settings::add_closure(&mut tx, &closure).await.unwrap();
        tx.commit().await.unwrap();
        let query = "SELECT closure_id FROM aloe.closures WHERE organisation_id = $1";
        let superuser = self.superuser().await;
        superuser.query_one(query, &[&at.id.as_uuid()]).await.unwrap().get(0)
    }

    async fn block(&self, at: &Organisation, owner: &Member) -> Uuid {
        let minute = |n| MinuteOfDay::new(n).unwrap();
        let block = bookings::Block {
            location: at.location,
            resource: at.resources[0],
            day: jiff::civil::date(2027, 3, 2),
            part: Period::new(minute(780), minute(840)).unwrap(),
            reason: format!("Meeting {}", at.slug),
        };
        let scope = owner.membership.scope::<need::Schedule>().unwrap();
        let mut tx = self.doors.member(&visit(), &scope).await.unwrap();
        let id = bookings::block(&mut tx, &block).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn invitation(&self, at: &Organisation, owner: &Member) -> (InvitationId, Token) {
        let token = Token::random().unwrap();
        let email = format!("colleague@{}.example", at.slug);
        let hash = token.hash(TokenDomain::INVITATION);
        (self.invite(owner, &email, Role::Owner, &hash).await, token)
    }
}

fn idempotency_key() -> IdempotencyKey {
    IdempotencyKey::parse(&Uuid::new_v4().to_string()).unwrap()
}

/// Nine in the morning, South African time, three days from now.
fn in_three_days() -> Timestamp {
    let zone = jiff::tz::TimeZone::get("Africa/Johannesburg").unwrap();
    let then = Timestamp::now() + SignedDuration::from_hours(72);
    let day = then.to_zoned(zone.clone()).date();
    day.at(9, 0, 0, 0).to_zoned(zone).unwrap().timestamp()
}
