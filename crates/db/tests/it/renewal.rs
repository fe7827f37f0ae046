//! P11: a family of session tokens has one living end, ends when a thief shows, and when nobody uses it.

use std::sync::Arc;

use aloe_db::accounts::{Asking, Renewal, TokenPair};
use aloe_domain::permission::{Role, RoleSet};
use aloe_testkit::{Member, TestDb, first_password, visit};
use aloe_vault::{RenewalKey, Token, TokenDomain};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// The pair that follows from a token, as the server derives it.
fn after(key: &RenewalKey, spent: &Token) -> (Token, TokenPair) {
    let (access, refresh) = key.after(spent);
    let pair = TokenPair {
        access: access.hash(TokenDomain::SESSION),
        refresh: refresh.hash(TokenDomain::SESSION),
    };
    (refresh, pair)
}

async fn renew(db: &TestDb, spent: &Token, asking: Asking) -> Renewal {
    let (_, pair) = after(&TestDb::renewals().await, spent);
    let spent = spent.hash(TokenDomain::SESSION);
    db.doors.renew(&visit(), &spent, &pair, asking).await.unwrap()
}

/// Lets time pass for every session and token.
async fn wait(db: &TestDb, seconds: i64) {
    let back = format!("interval '{seconds} seconds'");
    let passed = format!(
        "UPDATE aloe.sessions SET started_at = started_at - {back}, last_used_at = last_used_at - {back}, expires_at = expires_at - {back};
         UPDATE aloe.session_tokens SET expires_at = expires_at - {back}, spent_at = spent_at - {back}, used_at = used_at - {back}"
    );
    db.superuser().await.batch_execute(&passed).await.unwrap();
}

async fn number(db: &TestDb, query: &str) -> i64 {
    db.superuser().await.query_one(query, &[]).await.unwrap().get(0)
}

/// Whether the access token that follows from `spent` opens something.
async fn opens(db: &TestDb, spent: &Token, asking: Asking) -> bool {
    let (_, pair) = after(&TestDb::renewals().await, spent);
    db.doors.look_up_for(&pair.access, asking).await.unwrap().is_some()
}

async fn one(role: Role, name: &str) -> (TestDb, Member) {
    let db = TestDb::fresh().await;
    let practice = db.practice(name).await;
    let member = db.member(&practice, role).await;
    (db, member)
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_a_lost_answer_is_given_again_however_late_and_an_answer_in_use_is_not() {
    let (db, member) = one(Role::Reception, "lost").await;
    assert_eq!(renew(&db, &member.refresh, Asking::Person).await, Renewal::Renewed);
    wait(&db, 20 * 60).await;
    assert_eq!(renew(&db, &member.refresh, Asking::Person).await, Renewal::Renewed);
    assert!(opens(&db, &member.refresh, Asking::Person).await);
    // Now the pair is in use: a second tab that was slow is forgiven, what comes later is not.
    wait(&db, 20 * 60).await;
    assert_eq!(renew(&db, &member.refresh, Asking::Person).await, Renewal::Reused);
    assert!(
        !opens(&db, &member.refresh, Asking::Person).await,
        "the whole family ends"
    );
    assert_eq!(renew(&db, &member.refresh, Asking::Person).await, Renewal::Unknown);
    let told = "SELECT count(*) FROM aloe.account_notices WHERE what = 'token_reused' AND told_at IS NULL";
    assert_eq!(number(&db, told).await, 1, "its owner is told");
    let user = member.membership.user;
    assert_eq!(db.doors.tell_notices(&visit(), user).await.unwrap(), ["token_reused"]);
    assert!(db.doors.tell_notices(&visit(), user).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_a_thousand_double_renewals_at_once_leave_one_living_end_each_and_sign_nobody_out() {
    let (db, member) = one(Role::Reception, "double").await;
    let db = Arc::new(db);
    let user = member.membership.user;
    let mut refreshes = Vec::new();
    for _ in 0..1_000 {
        let (access, refresh) = (Token::random().unwrap(), Token::random().unwrap());
        let pair = TokenPair {
            access: access.hash(TokenDomain::SESSION),
            refresh: refresh.hash(TokenDomain::SESSION),
        };
        db.doors
            .start_session(&visit(), &first_password(user), "a tab", &pair)
            .await
            .unwrap();
        refreshes.push(Arc::new(refresh));
    }
    let tasks = refreshes.iter().flat_map(|refresh| {
        [Arc::clone(refresh), Arc::clone(refresh)].map(|refresh| {
            let db = Arc::clone(&db);
            tokio::spawn(async move {
                let verdict = renew(&db, &refresh, Asking::Person).await;
                (verdict, opens(&db, &refresh, Asking::Person).await)
            })
        })
    });
    let tasks: Vec<_> = tasks.collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), (Renewal::Renewed, true));
    }
    let ends =
        "SELECT count(*) FROM (SELECT session_id FROM aloe.session_tokens WHERE use = 'refresh' AND spent_at IS NULL
        GROUP BY session_id HAVING count(*) <> 1) more_or_fewer";
    assert_eq!(number(&db, ends).await, 0);
    let over = "SELECT count(*) FROM aloe.sessions WHERE ended_at IS NOT NULL";
    assert_eq!(number(&db, over).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_a_session_that_nobody_uses_ends_although_its_page_is_open() {
    let (db, member) = one(Role::Reception, "idle").await;
    let access = member.access.hash(TokenDomain::SESSION);
    wait(&db, 9 * 60).await;
    assert!(db.doors.look_up_for(&access, Asking::Page).await.unwrap().is_some());
    assert_eq!(renew(&db, &member.refresh, Asking::Page).await, Renewal::Renewed);
    wait(&db, 22 * 60).await;
    assert!(!opens(&db, &member.refresh, Asking::Page).await);
    let (next, _) = after(&TestDb::renewals().await, &member.refresh);
    assert_eq!(renew(&db, &next, Asking::Person).await, Renewal::Unknown);
    let scope = member.membership.any_scope();
    assert!(db.doors.member(&visit(), &scope).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_whoever_works_stays_signed_in_until_the_longest_time_of_the_roles() {
    let (db, member) = one(Role::Reception, "working").await;
    let mut refresh = Token::parse(member.refresh.to_text().expose()).unwrap();
    let mut minutes = 0;
    while renew(&db, &refresh, Asking::Person).await == Renewal::Renewed {
        refresh = after(&TestDb::renewals().await, &refresh).0;
        wait(&db, 9 * 60).await;
        minutes += 9;
    }
    assert!((12 * 60..12 * 60 + 9).contains(&minutes), "{minutes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_the_shortest_limit_of_the_roles_counts_from_the_moment_they_are_given() {
    let db = TestDb::fresh().await;
    let practice = db.practice("limits").await;
    let owner = db.member(&practice, Role::Owner).await;
    let member = db.member(&practice, Role::Reception).await;
    let limits = async || -> (f64, f64) {
        let query = "SELECT extract(epoch FROM idle)::float8, extract(epoch FROM expires_at - started_at)::float8 FROM aloe.sessions
            WHERE user_id = $1";
        let user = member.membership.user.as_uuid();
        let row = db.superuser().await.query_one(query, &[&user]).await.unwrap();
        (row.get(0), row.get(1))
    };
    assert_eq!(limits().await, (1_800.0, 43_200.0));
    let both = RoleSet::EMPTY.with(Role::Reception).with(Role::Administrator);
    crate::team::change(&db, &owner, &member, both, true).await.unwrap();
    assert_eq!(limits().await, (1_200.0, 36_000.0));
}

/// What may happen to one session.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The browser renews with its newest refresh token, and gets the answer or not.
    Renew { answered: bool },
    /// It asks for a page with its newest access token.
    Use,
    /// A refresh token of so many renewals ago comes back.
    Replay(usize),
    /// So many seconds pass.
    Wait(i64),
    /// Its owner signs out.
    SignOut,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => any::<bool>().prop_map(|answered| Step::Renew { answered }),
        4 => Just(Step::Use),
        2 => (1_usize..4).prop_map(Step::Replay),
        3 => prop_oneof![Just(3_i64), Just(12), Just(400), Just(700), Just(1_700)].prop_map(Step::Wait),
        1 => Just(Step::SignOut),
    ];
    proptest::collection::vec(step, 1..25)
}

/// What the session should be, kept by hand.
struct Model {
    /// Every refresh token in order; the last is the living end.
    chain: Vec<Token>,
    /// For each renewal, when it happened and whether what followed was used.
    spent: Vec<(i64, bool)>,
    /// When the access token of each renewal runs out.
    access_until: Vec<i64>,
    /// Which of the chain the browser holds.
    held: usize,
    now: i64,
    used: i64,
    alive: bool,
}

impl Model {
    fn is_live(&self) -> bool {
        self.alive && self.now - self.used < 1_800 && self.now < 43_200
    }

    /// What renewing with the token at `place` must answer.
    fn renewal(&mut self, place: usize, key: &RenewalKey) -> Renewal {
        if !self.is_live() {
            return Renewal::Unknown;
        }
        if place + 1 == self.chain.len() {
            let (next, _) = after(key, &self.chain[place]);
            self.chain.push(next);
            self.spent.push((self.now, false));
            self.access_until.push(self.now + 600);
        } else {
            let (at, in_use) = self.spent[place];
            let next_is_spent = place + 2 < self.chain.len();
            if next_is_spent || in_use && self.now - at > 10 {
                self.alive = false;
                return Renewal::Reused;
            }
            if self.access_until[place] <= self.now {
                self.access_until[place] = self.now + 600;
            }
        }
        self.used = self.now;
        Renewal::Renewed
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_the_session_does_what_its_model_does_over_random_lives() {
    let (db, member) = one(Role::Reception, "model").await;
    let key = TestDb::renewals().await;
    let mut runner = TestRunner::deterministic();
    for life in 0..60 {
        let steps = steps().new_tree(&mut runner).unwrap().current();
        let (access, first) = (Token::random().unwrap(), Token::random().unwrap());
        let pair = TokenPair {
            access: access.hash(TokenDomain::SESSION),
            refresh: first.hash(TokenDomain::SESSION),
        };
        db.doors
            .start_session(&visit(), &first_password(member.membership.user), "model", &pair)
            .await
            .unwrap();
        let mut model = Model {
            chain: vec![first],
            spent: vec![],
            access_until: vec![],
            held: 0,
            now: 0,
            used: 0,
            alive: true,
        };
        for (n, step) in steps.iter().enumerate() {
            let told = format!("life {life}, step {n} of {steps:?}");
            match *step {
                Step::Wait(seconds) => {
                    wait(&db, seconds).await;
                    model.now += seconds;
                }
                Step::Renew { answered } => {
                    let place = model.held;
                    let verdict = renew(&db, &model.chain[place], Asking::Person).await;
                    assert_eq!(verdict, model.renewal(place, &key), "{told}");
                    if answered && verdict == Renewal::Renewed {
                        model.held = place + 1;
                    }
                }
                Step::Use => {
                    let Some(place) = model.held.checked_sub(1) else {
                        continue;
                    };
                    let expected = model.is_live() && model.now < model.access_until[place];
                    assert_eq!(
                        opens(&db, &model.chain[place], Asking::Person).await,
                        expected,
                        "{told}"
                    );
                    if expected {
                        model.spent[place].1 = true;
                        if model.now - model.used >= 60 {
                            model.used = model.now;
                        }
                    }
                }
                Step::Replay(back) => {
                    let Some(place) = model.held.checked_sub(back) else {
                        continue;
                    };
                    let verdict = renew(&db, &model.chain[place], Asking::Person).await;
                    assert_eq!(verdict, model.renewal(place, &key), "{told}");
                }
                Step::SignOut => {
                    db.doors
                        .end_session(&visit(), &model.chain[model.held].hash(TokenDomain::SESSION))
                        .await
                        .unwrap();
                    model.alive = false;
                }
            }
        }
    }
}
