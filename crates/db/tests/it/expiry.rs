//! What opens something is over when its time is, though nobody has tidied it away: PINs, proofs, links, invitations, sessions.

use aloe_db::accounts::{Asking, Renewal, TokenPair};
use aloe_db::error::DbError;
use aloe_db::proofs::{self, Verdict};
use aloe_domain::permission::need::Schedule;
use aloe_domain::phone::PhoneNumber;
use aloe_testkit::{TestDb, visit};
use aloe_vault::{Pin, Token, TokenDomain};

/// Lets the time of some rows run out, past the triggers.
async fn run_out(db: &TestDb, table: &str, column: &str) {
    let over = format!(
        "SET session_replication_role = replica; UPDATE aloe.{table} SET {column} = now() - interval '1 second'"
    );
    db.superuser().await.batch_execute(&over).await.unwrap();
}

/// The longest time to come in a column, in seconds.
async fn longest(db: &TestDb, table: &str, column: &str) -> f64 {
    let query = format!("SELECT max(extract(epoch FROM {column} - now()))::float8 FROM aloe.{table}");
    db.superuser().await.query_one(&query, &[]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_works_for_five_minutes() {
    let db = TestDb::fresh().await;
    let practice = db.practice("pin").await;
    let pins = TestDb::installation_key().await.pins();
    let phone = PhoneNumber::parse("0825550142").unwrap();
    let (proof, pin) = (uuid::Uuid::now_v7(), Pin::random().unwrap());
    let mut tx = db.doors.public(&visit(), &practice.slug).await.unwrap();
    proofs::begin(&mut tx, proof, &phone, &pins.pin_mac(proof, phone.e164(), &pin))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let lasts = longest(&db, "phone_proofs", "pin_expires_at").await;
    assert!((290.0..=300.0).contains(&lasts), "{lasts} s");
    run_out(&db, "phone_proofs", "pin_expires_at").await;
    let token = Token::random().unwrap().hash(TokenDomain::SESSION);
    let mut tx = db.doors.public(&visit(), &practice.slug).await.unwrap();
    let verdict = proofs::guess(&mut tx, &pins, proof, pin.to_text().expose(), &token).await;
    tx.commit().await.unwrap();
    assert_eq!(verdict.unwrap(), Verdict::Expired);
    let entered = db.doors.person(&visit(), &practice.slug, &token).await;
    assert!(matches!(entered.err(), Some(DbError::NotEntered)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proven_phone_and_a_link_open_nothing_after_their_time() {
    let db = TestDb::fresh().await;
    let at = db.furnished("over", "8001015009087").await;
    let (proof, link) = (
        at.proof.hash(TokenDomain::SESSION),
        at.link.hash(TokenDomain::MANAGE_LINK),
    );
    db.doors.person(&visit(), &at.at.slug, &proof).await.unwrap();
    db.doors.link(&visit(), &at.at.slug, &link).await.unwrap();
    run_out(&db, "phone_proofs", "expires_at").await;
    run_out(&db, "booking_links", "expires_at").await;
    let person = db.doors.person(&visit(), &at.at.slug, &proof).await;
    assert!(matches!(person.err(), Some(DbError::NotEntered)));
    let opened = db.doors.link(&visit(), &at.at.slug, &link).await;
    assert!(matches!(opened.err(), Some(DbError::NotEntered)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_stands_for_seven_days_and_its_link_for_half_an_hour() {
    let db = TestDb::fresh().await;
    let at = db.furnished("invited", "8001015009087").await;
    let token = at.invitation.1.hash(TokenDomain::INVITATION);
    assert!(db.doors.find_invitation(&visit(), &token).await.unwrap().is_some());
    let lasts = longest(&db, "invitations", "expires_at").await / 86_400.0;
    assert!((6.99..=7.0).contains(&lasts), "{lasts} days");
    let lasts = longest(&db, "invitations", "link_expires_at").await / 60.0;
    assert!((29.9..=30.0).contains(&lasts), "{lasts} minutes");
    run_out(&db, "invitations", "link_expires_at").await;
    assert!(
        db.doors
            .find_invitation(&visit(), &token)
            .await
            .unwrap()
            .unwrap()
            .link_is_over
    );
    let joined = db.doors.accept_invitation(&visit(), &token, "Example", "hash").await;
    assert!(matches!(joined, Ok(None)), "{joined:?}");
    run_out(&db, "invitations", "expires_at").await;
    assert!(db.doors.find_invitation(&visit(), &token).await.unwrap().is_none());
    let joined = db.doors.accept_invitation(&visit(), &token, "Example", "hash").await;
    assert!(matches!(joined, Ok(None)), "{joined:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_a_session_ends_when_its_time_is_over_and_its_access_token_long_before() {
    let db = TestDb::fresh().await;
    let at = db.furnished("session", "8001015009087").await;
    let (access, refresh) = (
        at.owner.access.hash(TokenDomain::SESSION),
        at.owner.refresh.hash(TokenDomain::SESSION),
    );
    let fresh = || TokenPair {
        access: Token::random().unwrap().hash(TokenDomain::SESSION),
        refresh: Token::random().unwrap().hash(TokenDomain::SESSION),
    };
    let scope = at.owner.membership.scope::<Schedule>().unwrap();
    let of_access = "session_tokens t WHERE t.use = 'access' AND now() + interval '16 minutes' < t.expires_at";
    let query = format!("SELECT count(*) FROM aloe.{of_access}");
    let long: i64 = db.superuser().await.query_one(&query, &[]).await.unwrap().get(0);
    assert_eq!(long, 0, "an access token lasts minutes");
    let minutes_later = "UPDATE aloe.session_tokens SET expires_at = now() - interval '1 second' WHERE use = 'access'";
    db.superuser().await.batch_execute(minutes_later).await.unwrap();
    assert!(db.doors.look_up(&access).await.unwrap().is_none());
    assert!(db.doors.member(&visit(), &scope).await.is_err());
    let next = fresh();
    assert_eq!(
        db.doors.renew(&visit(), &refresh, &next, Asking::Person).await.unwrap(),
        Renewal::Renewed
    );
    assert!(db.doors.look_up(&next.access).await.unwrap().is_some());
    run_out(&db, "sessions", "expires_at").await;
    assert!(
        db.doors.look_up(&next.access).await.unwrap().is_none(),
        "no token outlives its session"
    );
    assert_ne!(
        db.doors
            .renew(&visit(), &next.refresh, &fresh(), Asking::Person)
            .await
            .unwrap(),
        Renewal::Renewed
    );
}

/// Tidying takes what is over and leaves what is not.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_long_over_is_tidied_away() {
    let db = TestDb::fresh().await;
    let at = db.furnished("tidy", "8001015009087").await;
    let superuser = db.superuser().await;
    let count = async |table: &str| -> i64 {
        let query = format!("SELECT count(*) FROM aloe.{table}");
        superuser.query_one(&query, &[]).await.unwrap().get(0)
    };
    let before = (count("booking_links").await, count("phone_proofs").await);
    db.doors.tidy().await.unwrap();
    assert_eq!((count("booking_links").await, count("phone_proofs").await), before);
    let long_over = "SET session_replication_role = replica;
        UPDATE aloe.booking_links SET expires_at = now() - interval '25 hours';
        UPDATE aloe.phone_proofs SET expires_at = now() - interval '25 hours'; RESET session_replication_role";
    superuser.batch_execute(long_over).await.unwrap();
    db.doors.tidy().await.unwrap();
    assert_eq!((count("booking_links").await, count("phone_proofs").await), (0, 0));
    assert!(count("bookings").await > 0, "{}", at.online);
}
