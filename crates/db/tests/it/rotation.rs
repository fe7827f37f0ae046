//! Rotating an organisation's key: everything goes on opening and being found, and nothing opens under the old one any more.

use aloe_db::bulk;
use aloe_db::doors::Operator;
use aloe_db::keys::{KeyError, Keys};
use aloe_db::messages::{self, Channel, Message};
use aloe_db::patients;
use aloe_db::rotation::{Part, Rotation};
use aloe_db::tx::Tx;
use aloe_domain::ids::{EncounterId, PatientId};
use aloe_domain::permission::Role;
use aloe_domain::permission::need::{Patients, RevealToVerify, Settings};
use aloe_testkit::{Member, Organisation, TestDb, registration, visit};
use uuid::Uuid;

const NUMBER: &str = "8001015009087";
const LINE: &[u8] = b"Nkosi,1980-01-01";

/// A practice in which something of every kind is sealed.
struct House {
    db: TestDb,
    practice: Organisation,
    owner: Member,
    patient: PatientId,
    encounter: EncounterId,
}

impl House {
    async fn of(slug: &str) -> Self {
        let db = TestDb::fresh().await;
        let practice = db.practice(slug).await;
        let owner = db.member(&practice, Role::Owner).await;
        let patient = db.patient(&owner, "Dlamini", NUMBER).await;
        let encounter = crate::clinical::signed_consultation(&db, &owner, patient).await;
        let house = Self {
            db,
            practice,
            owner,
            patient,
            encounter,
        };
        house.import().await;
        house.send(&house.db.keys).await;
        house
    }

    async fn operator(&self) -> Tx<Operator> {
        self.db
            .doors
            .operator(self.practice.id, "test", "rotating the organisation's key")
            .await
            .unwrap()
    }

    async fn import(&self) {
        let mut tx = self.operator().await;
        let keys = self.db.keys.of(&mut tx).await.unwrap();
        let name = bulk::import_keys(&keys, LINE).unwrap().current;
        let number = bulk::take_file_numbers(&mut tx, 1).await.unwrap();
        let person = registration("Nkosi", "");
        let prepared = bulk::prepare(self.practice.id.as_uuid(), &keys, &person, number, Some(name)).unwrap();
        bulk::write(&mut tx, &[prepared]).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn send(&self, keys: &Keys) {
        let scope = self.owner.membership.scope::<Settings>().unwrap();
        let mut tx = self.db.doors.member(&visit(), &scope).await.unwrap();
        let message = Message {
            channel: Channel::Sms,
            template: "test",
            language: "en",
            to: "+27825550142",
            subject: "",
            body: "Your booking stands.",
            booking: None,
            dedupe_key: &Uuid::now_v7().to_string(),
        };
        messages::queue(&mut tx, keys, &message).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Everything that was sealed opens, and everything that was indexed is found, with these keys.
    async fn is_whole(&self, keys: &Keys) {
        assert_eq!(
            crate::clinical::plans(&self.db, &self.owner, self.encounter).await,
            ["Rest."]
        );
        let found = crate::patients::find_all(&self.db, &self.owner, NUMBER).await;
        assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [self.patient]);
        let scope = self.owner.membership.scope::<Patients>().unwrap();
        let mut tx = self.db.doors.member(&visit(), &scope).await.unwrap();
        let identifier = patients::identifiers(&mut tx, self.patient).await.unwrap().remove(0);
        tx.done().await.unwrap();
        let scope = self.owner.membership.scope::<RevealToVerify>().unwrap();
        let mut tx = self.db.doors.member(&visit(), &scope).await.unwrap();
        let revealed = patients::reveal(&mut tx, keys, identifier.id, "a test").await.unwrap();
        assert_eq!(revealed.expose(), NUMBER);
        tx.commit().await.unwrap();
        let scope = self.owner.membership.scope::<Settings>().unwrap();
        let mut tx = self.db.doors.member(&visit(), &scope).await.unwrap();
        let sent = messages::recent(&mut tx, keys, 10).await.unwrap();
        assert!(sent.iter().all(|message| message.body == "Your booking stands."));
        assert!(!sent.is_empty());
        tx.done().await.unwrap();
        let mut tx = self.operator().await;
        let names = bulk::import_keys(&keys.of(&mut tx).await.unwrap(), LINE).unwrap();
        let names: Vec<&[u8]> = names.all.iter().map(Vec::as_slice).collect();
        assert_eq!(bulk::imported_before(&mut tx, &names).await.unwrap().len(), 1);
    }

    async fn begin(&self) -> Rotation {
        let mut tx = self.operator().await;
        let rotation = Rotation::begin(&mut tx, &self.db.keys).await.unwrap();
        tx.commit().await.unwrap();
        rotation
    }

    /// One row at a time, as many as `steps`, and answers whether that was all.
    async fn carry_over(&self, rotation: Rotation, mut steps: usize) -> bool {
        for part in Part::ALL {
            let mut after = Uuid::nil();
            loop {
                if steps == 0 {
                    return false;
                }
                steps -= 1;
                let mut tx = self.operator().await;
                let step = rotation.step(&mut tx, &self.db.keys, part, after, 1).await.unwrap();
                tx.commit().await.unwrap();
                match step {
                    Some(step) => after = step.last,
                    None => break,
                }
            }
        }
        true
    }

    async fn finish(&self, rotation: Rotation) -> bool {
        let mut tx = self.operator().await;
        let finished = rotation.finish(&mut tx, &self.db.keys).await.unwrap();
        tx.commit().await.unwrap();
        finished
    }

    async fn ask(&self, query: &str) -> i64 {
        self.db.superuser().await.query_one(query, &[]).await.unwrap().get(0)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p5_a_rotated_key_opens_and_finds_all_and_the_old_one_is_retired() {
    let house = House::of("rotate").await;
    for version in 2..4_u32 {
        let rotation = house.begin().await;
        assert_eq!(rotation.to().number(), version);
        house.is_whole(&house.db.keys).await;
        assert!(!house.finish(rotation).await, "something is under the old key yet");
        assert!(house.carry_over(rotation, usize::MAX).await);
        assert!(house.finish(rotation).await);
        house.is_whole(&house.db.keys).await;
        house.db.patient(&house.owner, "Mokoena", "").await;
        house.send(&house.db.keys).await;
        house.is_whole(&house.db.keys).await;
    }
    let old = "SELECT (SELECT count(*) FROM aloe.patients WHERE aloe.sealed_under(subject_key) < 3)
        + (SELECT count(*) FROM aloe.identifiers WHERE key_version < 3)
        + (SELECT count(*) FROM aloe.messages WHERE key_version < 3 OR aloe.sealed_under(sealed) < 3)";
    assert_eq!(house.ask(old).await, 0);
    let retired = "SELECT count(*) FROM aloe.organisation_keys WHERE retired_at IS NOT NULL";
    assert_eq!(house.ask(retired).await, 2);
    let mut tx = house.operator().await;
    let keys = house.db.keys.of(&mut tx).await.unwrap();
    assert!(matches!(keys.version(1), Err(KeyError::Missing)));
    assert!(keys.version(3).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn p5_a_rotation_cut_short_anywhere_leaves_all_whole_and_goes_on() {
    let house = House::of("cutshort").await;
    let rotation = house.begin().await;
    for steps in 0.. {
        let all = house.carry_over(rotation, steps).await;
        house.is_whole(&house.db.keys).await;
        if all {
            break;
        }
    }
    let mut tx = house.operator().await;
    assert!(matches!(
        Rotation::begin(&mut tx, &house.db.keys).await,
        Err(KeyError::Unfinished)
    ));
    let under_way = Rotation::under_way(&mut tx, &house.db.keys).await.unwrap();
    assert_eq!(under_way, Some(rotation));
    drop(tx);
    assert!(house.finish(rotation).await);
    house.is_whole(&house.db.keys).await;
    let mut tx = house.operator().await;
    assert_eq!(Rotation::under_way(&mut tx, &house.db.keys).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_has_not_heard_of_a_rotation_loses_nothing() {
    let house = House::of("unaware").await;
    let unaware = Keys::within(house.db.keys.master().clone());
    house.is_whole(&unaware).await;
    let rotation = house.begin().await;
    house.send(&unaware).await;
    house.is_whole(&house.db.keys).await;
    assert!(house.carry_over(rotation, usize::MAX).await);
    assert!(house.finish(rotation).await);
    house.is_whole(&house.db.keys).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_under_a_retired_key_after_all_is_carried_over_by_going_on() {
    let house = House::of("late").await;
    let late = Keys::within(house.db.keys.master().clone());
    house.is_whole(&late).await;
    let rotation = house.begin().await;
    assert!(house.carry_over(rotation, usize::MAX).await && house.finish(rotation).await);
    house.send(&late).await;
    let mut tx = house.operator().await;
    let again = Rotation::under_way(&mut tx, &house.db.keys).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(again, Some(rotation));
    house.is_whole(&house.db.keys).await;
    assert!(house.carry_over(rotation, usize::MAX).await && house.finish(rotation).await);
    house.is_whole(&house.db.keys).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_stands_in_the_trail_and_makes_no_open_form_stale() {
    let house = House::of("quiet").await;
    let versions = "SELECT pg_catalog.sum(version)::bigint FROM aloe.patients";
    let entries = "SELECT count(*) FROM aloe.audit_entries WHERE entity IN ('patients', 'identifiers', 'messages')";
    let before = (house.ask(versions).await, house.ask(entries).await);
    let rotation = house.begin().await;
    assert!(house.carry_over(rotation, usize::MAX).await);
    assert!(house.finish(rotation).await);
    assert_eq!((house.ask(versions).await, house.ask(entries).await), before);
    let made = "SELECT count(*) FROM aloe.audit_entries WHERE entity = 'organisation_keys' AND action = 'insert'";
    let retired = "SELECT count(*) FROM aloe.audit_entries WHERE entity = 'organisation_keys' AND action = 'update'";
    assert_eq!((house.ask(made).await, house.ask(retired).await), (2, 1));
}
