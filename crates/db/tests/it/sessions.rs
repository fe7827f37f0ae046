//! P11 and P12: sessions end at once, tokens are spent once, tries are counted.

use aloe_db::accounts::{Renewal, TokenPair};
use aloe_domain::permission::{Role, need::Schedule};
use aloe_testkit::{TestDb, visit};
use aloe_vault::{Token, TokenDomain};

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
async fn a_refresh_token_renews_once_and_two_tabs_at_once_both_go_on() {
    let db = TestDb::fresh().await;
    let practice = db.practice("renew").await;
    let member = db.member(&practice, Role::Reception).await;
    let spent = member.refresh.hash(TokenDomain::SESSION);
    let (one, two) = (fresh_pair(), fresh_pair());
    assert_eq!(db.doors.renew(&visit(), &spent, &one).await.unwrap(), Renewal::Renewed);
    assert_eq!(db.doors.renew(&visit(), &spent, &two).await.unwrap(), Renewal::Renewed);
    assert!(db.doors.look_up(&one.access).await.unwrap().is_some());
    assert!(db.doors.look_up(&two.access).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_token_that_comes_back_late_ends_the_session() {
    let db = TestDb::fresh().await;
    let practice = db.practice("late").await;
    let member = db.member(&practice, Role::Reception).await;
    let spent = member.refresh.hash(TokenDomain::SESSION);
    let good = fresh_pair();
    db.doors.renew(&visit(), &spent, &good).await.unwrap();
    let later = "UPDATE aloe.session_tokens SET spent_at = now() - interval '11 seconds' WHERE spent_at IS NOT NULL";
    db.superuser().await.batch_execute(later).await.unwrap();
    assert_eq!(
        db.doors.renew(&visit(), &spent, &fresh_pair()).await.unwrap(),
        Renewal::Reused
    );
    assert!(db.doors.look_up(&good.access).await.unwrap().is_none());
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
