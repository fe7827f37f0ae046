//! What was verified must still be so when it is acted on (P10, P11, N13): passwords that were replaced meanwhile open nothing.

use aloe_db::accounts::{KnownPassword, TokenPair};
use aloe_db::error::{DbError, Refusal};
use aloe_domain::permission::Role;
use aloe_testkit::{Member, TestDb, first_password, visit};
use aloe_vault::{Token, TokenDomain, TokenHash, TotpSecret};

fn pair() -> TokenPair {
    let hash = || Token::random().unwrap().hash(TokenDomain::SESSION);
    TokenPair {
        access: hash(),
        refresh: hash(),
    }
}

fn browser() -> TokenHash {
    Token::random().unwrap().hash(TokenDomain::CEREMONY)
}

async fn colleague(db: &TestDb, slug: &str) -> (Member, KnownPassword) {
    let practice = db.practice(slug).await;
    let member = db.member(&practice, Role::Reception).await;
    let known = first_password(member.membership.user);
    (member, known)
}

async fn reset(db: &TestDb, known: &KnownPassword) {
    let link = Token::random().unwrap().hash(TokenDomain::RESET);
    let sql = "INSERT INTO aloe.password_resets (token_hash, user_id, expires_at) VALUES ($1, $2, now() + interval '5 minutes')";
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [&link.as_bytes().as_slice(), &known.user.as_uuid()];
    db.superuser().await.execute(sql, &params).await.unwrap();
    db.doors
        .use_reset(&visit(), &link, "the new hash")
        .await
        .unwrap()
        .unwrap();
}

async fn stored(db: &TestDb, known: &KnownPassword) -> String {
    let sql = "SELECT password_hash FROM aloe.users WHERE user_id = $1";
    db.superuser()
        .await
        .query_one(sql, &[&known.user.as_uuid()])
        .await
        .unwrap()
        .get(0)
}

/// Gives the account an authenticator app that works.
async fn add_app(db: &TestDb, member: &Member) {
    let key = TestDb::installation_key().await.factors();
    let who = db
        .doors
        .look_up(&member.access.hash(TokenDomain::SESSION))
        .await
        .unwrap()
        .unwrap();
    let secret = TotpSecret::random().unwrap();
    let app = db.doors.begin_app(&visit(), &who, &key, "App", &secret).await.unwrap();
    db.doors.confirm_app(&visit(), &who, app, 1).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn p10_a_password_that_was_replaced_while_it_was_compared_starts_no_session() {
    let db = TestDb::fresh().await;
    let (_, known) = colleague(&db, "compared").await;
    reset(&db, &known).await;
    let started = db.doors.start_session(&visit(), &known, "late", &pair()).await;
    assert!(matches!(started, Err(DbError::NotEntered)), "{started:?}");
    let begun = db.doors.begin_sign_in(&visit(), &known, &browser()).await;
    assert!(matches!(begun, Err(DbError::NotEntered)), "{begun:?}");
    let again = KnownPassword { version: 2, ..known };
    db.doors.start_session(&visit(), &again, "anew", &pair()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn p10_hashing_the_old_password_anew_does_not_bring_it_back() {
    let db = TestDb::fresh().await;
    let (_, known) = colleague(&db, "anew").await;
    let old = stored(&db, &known).await;
    db.doors
        .upgrade_password(&visit(), known.user, &old, "the same, stronger")
        .await
        .unwrap();
    assert_eq!(stored(&db, &known).await, "the same, stronger");
    // That was the same password: what was begun with it goes on.
    db.doors.start_session(&visit(), &known, "same", &pair()).await.unwrap();
    reset(&db, &known).await;
    db.doors
        .upgrade_password(&visit(), known.user, "the same, stronger", "the old one")
        .await
        .unwrap();
    assert_eq!(stored(&db, &known).await, "the new hash");
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_a_second_step_begun_with_the_old_password_ends_with_it() {
    let db = TestDb::fresh().await;
    let (member, known) = colleague(&db, "halfway").await;
    add_app(&db, &member).await;
    let halfway = browser();
    db.doors.begin_sign_in(&visit(), &known, &halfway).await.unwrap();
    assert!(db.doors.sign_in_of(&visit(), &halfway).await.unwrap().is_some());
    reset(&db, &known).await;
    assert!(db.doors.sign_in_of(&visit(), &halfway).await.unwrap().is_none());
    let (visit, pair) = (visit(), pair());
    let finished = db
        .doors
        .finish_sign_in(&visit, &halfway, known.user, "late", &pair)
        .await;
    assert!(!finished.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_an_account_with_a_second_factor_gets_no_session_by_password_alone() {
    let db = TestDb::fresh().await;
    let (member, known) = colleague(&db, "alone").await;
    add_app(&db, &member).await;
    let started = db.doors.start_session(&visit(), &known, "by password", &pair()).await;
    assert!(
        matches!(started, Err(DbError::Refused(Refusal::FactorOwed))),
        "{started:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn p10_an_invitation_opens_no_session_of_an_account_that_was_there() {
    let db = TestDb::fresh().await;
    let practice = db.practice("joined").await;
    let owner = db.member(&practice, Role::Owner).await;
    let (stranger, _) = colleague(&db, "elsewhere").await;
    let link = async |email: &str| {
        let token = Token::random().unwrap().hash(TokenDomain::INVITATION);
        db.invite(&owner, email, Role::Reception, &token).await;
        token
    };
    let fresh = link("fresh@joined.example").await;
    let (_, is_new) = db
        .doors
        .accept_invitation(&visit(), &fresh, "Fresh", "hash")
        .await
        .unwrap()
        .unwrap();
    assert!(is_new);
    let known = link(&stranger.email).await;
    let (user, is_new) = db
        .doors
        .accept_invitation(&visit(), &known, "Known", "hash")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((user, is_new), (stranger.membership.user, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_the_public_pages_login_cannot_fill_the_counts_of_sign_in() {
    let db = TestDb::fresh().await;
    let full = "SELECT fence.throttle($1, 1, interval '100 years')";
    let bucket = [7_u8; 32];
    let public = db.login("aloe_public").await;
    public.execute(full, &[&bucket.as_slice()]).await.unwrap();
    let auth = db.login("aloe_auth").await;
    let sql = "SELECT extract(epoch FROM fence.throttle($1, 1, interval '1 minute'))::float8";
    let wait: f64 = auth.query_one(sql, &[&bucket.as_slice()]).await.unwrap().get(0);
    assert!(wait.abs() < f64::EPSILON, "{wait}");
}
