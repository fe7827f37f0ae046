//! What is noticed at the door and inside (P12): who raises an alert, who sees it, and who gets mail.

use std::net::{IpAddr, Ipv4Addr};

use aloe_db::alerts::{self, Alert, AlertMail};
use aloe_db::visit::Visit;
use aloe_domain::email::EmailAddress;
use aloe_domain::permission::{Role, need};
use aloe_testkit::{Member, TestDb, visit};

fn from(n: u32) -> Visit {
    Visit::from(IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + n)))
}

/// A wrong password, from a network.
async fn wrong(db: &TestDb, from: Visit, email: &str) {
    let email = EmailAddress::parse(email).unwrap();
    db.doors.note_wrong_password(&from, &email, false).await.unwrap();
}

async fn seen_by(db: &TestDb, owner: &Member) -> Vec<Alert> {
    db.doors.watch_door(&visit()).await.unwrap();
    let scope = owner.membership.scope::<need::Team>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let seen = alerts::alerts(&mut tx, 50).await.unwrap();
    tx.commit().await.unwrap();
    // Whatever the hour at which the tests run.
    seen.into_iter().filter(|alert| alert.kind != "unusual_hours").collect()
}

async fn operators(db: &TestDb) -> Vec<(String, String)> {
    db.doors.watch_door(&visit()).await.unwrap();
    let alerts = db.doors.operator_alerts(50).await.unwrap();
    alerts.into_iter().map(|a| (a.kind, a.subject)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_many_networks_against_one_account_are_told_to_its_owners_and_nobody_elses() {
    let db = TestDb::fresh().await;
    let (mine, other) = (db.practice("mine").await, db.practice("other").await);
    let (owner, stranger) = (
        db.member(&mine, Role::Owner).await,
        db.member(&other, Role::Owner).await,
    );
    let colleague = db.member(&mine, Role::Reception).await;
    for n in 0..4 {
        wrong(&db, from(n), &colleague.email).await;
    }
    assert!(seen_by(&db, &owner).await.is_empty(), "four may be mistakes");
    wrong(&db, from(5), &colleague.email).await;
    let alerts = seen_by(&db, &owner).await;
    let [alert] = alerts.as_slice() else {
        panic!("{alerts:?}")
    };
    assert_eq!(
        (alert.kind.as_str(), alert.about.as_str()),
        ("account_guessed", colleague.membership.name.as_str())
    );
    assert_eq!(alert.detail["networks"], 5);
    assert!(seen_by(&db, &stranger).await.is_empty());

    // What goes on is the same alert; once somebody has seen it, the next is another.
    wrong(&db, from(6), &colleague.email).await;
    assert_eq!(seen_by(&db, &owner).await.len(), 1);
    let scope = owner.membership.scope::<need::Team>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    assert!(alerts::see_alert(&mut tx, alert.id, &owner.membership).await.unwrap());
    assert!(!alerts::see_alert(&mut tx, alert.id, &owner.membership).await.unwrap());
    tx.commit().await.unwrap();
    wrong(&db, from(7), "nobody@elsewhere.example").await;
    assert_eq!(seen_by(&db, &owner).await.len(), 1, "what was seen is no news");
    for n in 0..5 {
        wrong(&db, from(70 + n), &colleague.email).await;
    }
    let alerts = seen_by(&db, &owner).await;
    assert_eq!(alerts.len(), 2);
    assert!(alerts[0].seen.is_none());
    assert_eq!(alerts[1].seen.as_ref().unwrap().1, owner.membership.name);
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_many_accounts_from_few_networks_or_from_strangers_alarm_the_operator() {
    let db = TestDb::fresh().await;
    for n in 0..14 {
        wrong(&db, from(1), &format!("somebody-{n}@example.org")).await;
    }
    assert_eq!(operators(&db).await, []);
    wrong(&db, from(1), "somebody-14@example.org").await;
    let both = [("stuffing", "10.0.0.1"), ("stuffing", "strangers")];
    let mut found = operators(&db).await;
    found.sort();
    assert_eq!(found, both.map(|(kind, subject)| (kind.to_owned(), subject.to_owned())));
    let spread = TestDb::fresh().await;
    for n in 0..15 {
        wrong(&spread, from(n), &format!("somebody-{n}@example.org")).await;
    }
    assert_eq!(
        operators(&spread).await,
        [("stuffing".to_owned(), "strangers".to_owned())]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_links_for_new_passwords_by_the_dozen_alarm_the_operator() {
    let db = TestDb::fresh().await;
    let key = TestDb::installation_key().await.mails();
    for n in 0..10 {
        assert_eq!(operators(&db).await, []);
        let email = EmailAddress::parse(&format!("somebody-{n}@example.org")).unwrap();
        db.doors.ask_reset(&from(3), &key, &email).await.unwrap();
    }
    assert_eq!(
        operators(&db).await,
        [("reset_abuse".to_owned(), "10.0.0.3".to_owned())]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_a_sign_in_at_night_is_told_unless_it_is_usual() {
    let db = TestDb::fresh().await;
    let practice = db.practice("night").await;
    let owner = db.member(&practice, Role::Owner).await;
    let nights = async || {
        db.doors.watch_door(&visit()).await.unwrap();
        let count = "SELECT count(*) FROM aloe.alerts WHERE kind = 'unusual_hours'";
        db.superuser()
            .await
            .query_one(count, &[])
            .await
            .unwrap()
            .get::<_, i64>(0)
    };
    nights().await;
    let superuser = db.superuser().await;
    superuser
        .batch_execute("DELETE FROM aloe.alerts; UPDATE aloe.sessions SET started_at = now() - interval '60 days'")
        .await
        .unwrap();
    // Eleven at night in South Africa is nine in the evening, UTC.
    let at = async |days: i32, hour: i32| {
        db.sign_in(&practice, &owner.email).await;
        let moved = "UPDATE aloe.sessions SET watched = false, started_at = date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
            - make_interval(days => $1) + make_interval(hours => $2) WHERE started_at > now() - interval '1 minute'";
        superuser.execute(moved, &[&days, &hour]).await.unwrap();
    };
    at(10, 10).await;
    assert_eq!(nights().await, 0, "noon is no night");
    at(9, 21).await;
    assert_eq!(nights().await, 1);
    superuser.batch_execute("DELETE FROM aloe.alerts").await.unwrap();
    at(3, 22).await;
    assert_eq!(nights().await, 0, "nine days later it is usual");
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_each_owner_is_mailed_once_and_the_operator_too() {
    let db = TestDb::fresh().await;
    let practice = db.practice("mailed").await;
    let owner = db.member(&practice, Role::Owner).await;
    db.member(&practice, Role::Owner).await;
    let key = TestDb::installation_key().await.mails();
    for n in 0..6 {
        wrong(&db, from(n), &owner.email).await;
    }
    db.doors
        .alarm_sms(&visit(), "mailed", "two hundred an hour", "+2772123")
        .await
        .unwrap();
    seen_by(&db, &owner).await;
    db.superuser()
        .await
        .batch_execute("DELETE FROM aloe.alerts WHERE kind = 'unusual_hours'")
        .await
        .unwrap();
    let write = |mail: &AlertMail| (format!("{} {}", mail.organisation, mail.kind), mail.about.clone());
    for _ in 0..2 {
        let (visit, to) = (visit(), Some("operator@aloe.example"));
        db.doors.mail_alerts(&visit, &key, to, write).await.unwrap();
    }
    let mut mails: Vec<_> = db.doors.recent_mails(&visit(), &key, 50).await.unwrap();
    mails.sort_by(|a, b| a.subject.cmp(&b.subject));
    let subjects: Vec<_> = mails.iter().map(|m| m.subject.as_str()).collect();
    let (guessed, pumped) = ("Example mailed account_guessed", "Example mailed sms_pumping");
    assert_eq!(subjects, [" sms_pumping", guessed, guessed, pumped, pumped]);
    assert_eq!(mails[0].to, "operator@aloe.example");
    assert_ne!(mails[1].to, mails[2].to);
}
