//! P11 and P12: sessions end at once, tokens are spent once, tries are counted.

use aloe_db::accounts::TokenPair;
use aloe_domain::permission::{Role, need::Schedule};
use aloe_testkit::{Member, TestDb, first_password, visit};
use aloe_vault::{Token, TokenDomain, TokenHash};

fn fresh_pair() -> TokenPair {
    let hash = || Token::random().unwrap().hash(TokenDomain::SESSION);
    TokenPair {
        access: hash(),
        refresh: hash(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_signing_out_ends_the_session_on_the_next_statement() {
    let db = TestDb::fresh().await;
    let practice = db.practice("out").await;
    let member = db.member(&practice, Role::Reception).await;
    let access = member.access.hash(TokenDomain::SESSION);
    db.doors.end_session(&visit(), &access).await.unwrap();
    assert!(db.doors.look_up(&access).await.unwrap().is_none());
    let scope = member.membership.scope::<Schedule>().unwrap();
    assert!(db.doors.member(&visit(), &scope).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_an_open_transaction_sees_nothing_once_its_session_has_ended() {
    let db = TestDb::fresh().await;
    let practice = db.practice("open").await;
    let member = db.member(&practice, Role::Owner).await;
    let raw = db.raw_member(&practice, &member).await.0;
    let count = "SELECT count(organisation_id) FROM aloe.services";
    assert_eq!(raw.query_one(count, &[]).await.unwrap().get::<_, i64>(0), 1);
    db.doors
        .end_session(&visit(), &member.access.hash(TokenDomain::SESSION))
        .await
        .unwrap();
    assert_eq!(raw.query_one(count, &[]).await.unwrap().get::<_, i64>(0), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_five_hundred_tries_at_once_let_exactly_the_burst_through() {
    let db = std::sync::Arc::new(TestDb::fresh().await);
    let tasks = (0..500).map(|_| {
        let db = std::sync::Arc::clone(&db);
        tokio::spawn(async move { db.doors.throttle("test", "one source", 5, 60.0).await.unwrap() == 0 })
    });
    let mut allowed = 0;
    for task in tasks.collect::<Vec<_>>() {
        allowed += usize::from(task.await.unwrap());
    }
    assert_eq!(allowed, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_kept_as_hashes_only() {
    let db = TestDb::fresh().await;
    let practice = db.practice("hash").await;
    let member = db.member(&practice, Role::Reception).await;
    let text = member.access.to_text();
    let rows = db
        .superuser()
        .await
        .query("SELECT to_jsonb(t)::text FROM aloe.session_tokens t", &[])
        .await
        .unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| !row.get::<_, &str>(0).contains(text.expose())));
}

/// Lesson 17: what one transaction was entered as does not survive into the next one on a pooled connection, however it ended.
#[tokio::test(flavor = "multi_thread")]
async fn no_context_survives_on_a_pooled_connection() {
    let db = TestDb::fresh().await;
    let practice = db.practice("pooled").await;
    let owner = db.member(&practice, Role::Owner).await;
    let scope = owner.membership.scope::<Schedule>().unwrap();
    let enter = async || db.doors.member(&visit(), &scope).await.unwrap();
    enter().await.commit().await.unwrap();
    enter().await.roll_back().await.unwrap();
    drop(enter().await);
    let unknown = Token::random().unwrap().hash(TokenDomain::SESSION);
    assert!(db.doors.look_up(&unknown).await.unwrap().is_none());
    // Whatever connections there are now: outside a transaction none of them has a context, nor a transaction left open.
    let left = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'aloe_member' AND state <> 'idle'";
    let superuser = db.superuser().await;
    for _ in 0..50 {
        if superuser.query_one(left, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(superuser.query_one(left, &[]).await.unwrap().get::<_, i64>(0), 0);
    // A context is local to its transaction: each entering begins from nothing, or the second would be refused.
    for _ in 0..40 {
        enter().await.done().await.unwrap();
    }
}

/// Signs somebody in once more, on another device, and answers the hash of the access token.
async fn signed_in_again(db: &TestDb, member: &Member, device: &str) -> TokenHash {
    let pair = fresh_pair();
    let started = db
        .doors
        .start_session(&visit(), &first_password(member.membership.user), device, &pair)
        .await;
    started.unwrap();
    pair.access
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_ones_other_sessions_are_listed_and_ended_and_nobody_elses() {
    let db = TestDb::fresh().await;
    let practice = db.practice("own").await;
    let (member, other) = (
        db.member(&practice, Role::Reception).await,
        db.member(&practice, Role::Owner).await,
    );
    let phone = signed_in_again(&db, &member, "phone").await;
    let tablet = signed_in_again(&db, &member, "tablet").await;
    let who = db.doors.look_up(&phone).await.unwrap().unwrap();
    let listed = db.doors.own_sessions(&visit(), &who).await.unwrap();
    assert_eq!(listed.len(), 3);
    assert!(listed[0].is_this && listed[0].device == "phone" && listed[0].id == who.session);
    assert!(listed[1..].iter().all(|s| !s.is_this));

    let theirs = db
        .doors
        .look_up(&other.access.hash(TokenDomain::SESSION))
        .await
        .unwrap()
        .unwrap();
    for not_mine in [theirs.session, who.session] {
        let ended = db.doors.end_own_sessions(&visit(), &who, Some(not_mine)).await.unwrap();
        assert_eq!(ended, 0, "somebody else's, and the one that asks, stay");
    }
    assert!(
        db.doors
            .look_up(&other.access.hash(TokenDomain::SESSION))
            .await
            .unwrap()
            .is_some()
    );

    let on_tablet = db.doors.look_up(&tablet).await.unwrap().unwrap();
    let ended = db
        .doors
        .end_own_sessions(&visit(), &who, Some(on_tablet.session))
        .await
        .unwrap();
    assert_eq!(ended, 1);
    assert!(db.doors.look_up(&tablet).await.unwrap().is_none());
    assert_eq!(db.doors.end_own_sessions(&visit(), &who, None).await.unwrap(), 1);
    assert!(
        db.doors
            .look_up(&member.access.hash(TokenDomain::SESSION))
            .await
            .unwrap()
            .is_none()
    );
    assert!(db.doors.look_up(&phone).await.unwrap().is_some());
    let entries = "SELECT count(*) FROM aloe.audit_entries WHERE action = 'session_ended' AND user_id = $1";
    let row = db
        .superuser()
        .await
        .query_one(entries, &[&member.membership.user.as_uuid()])
        .await
        .unwrap();
    assert_eq!(row.get::<_, i64>(0), 2);
    // Whoever was ended lists and ends nothing any more.
    assert!(db.doors.own_sessions(&visit(), &on_tablet).await.is_err());
    assert!(db.doors.end_own_sessions(&visit(), &on_tablet, None).await.is_err());
    assert!(db.doors.change_password(&visit(), &on_tablet, "stolen").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_a_changed_password_ends_every_other_session() {
    let db = TestDb::fresh().await;
    let practice = db.practice("changed").await;
    let member = db.member(&practice, Role::Reception).await;
    let phone = signed_in_again(&db, &member, "phone").await;
    let who = db.doors.look_up(&phone).await.unwrap().unwrap();
    db.doors.change_password(&visit(), &who, "$argon2id$new").await.unwrap();
    assert!(
        db.doors
            .look_up(&member.access.hash(TokenDomain::SESSION))
            .await
            .unwrap()
            .is_none()
    );
    assert!(db.doors.look_up(&phone).await.unwrap().is_some());
    let entries = "SELECT count(*) FROM aloe.audit_entries WHERE action = 'password_changed' AND after IS NULL AND before IS NULL";
    let row = db.superuser().await.query_one(entries, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 1, "the trail says that, and not to what");
}
