//! Guesses at passwords and codes (P12): slower and slower for whoever guesses, and no lock for whoever belongs here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use aloe_db::doors::Limit;
use aloe_db::visit::Visit;
use aloe_domain::email::EmailAddress;
use aloe_domain::permission::Role;
use aloe_testkit::{Member, TestDb, visit};
use aloe_vault::{Token, TokenDomain, TokenHash};

fn device() -> TokenHash {
    Token::random().unwrap().hash(TokenDomain::DEVICE)
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn from(n: u32) -> Visit {
    Visit::from(IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + n)))
}

fn with(device: TokenHash, visit: Visit) -> Visit {
    Visit {
        device: Some(device),
        ..visit
    }
}

impl Desk {
    async fn open(slug: &str) -> Self {
        let db = TestDb::fresh().await;
        let practice = db.practice(slug).await;
        let member = db.member(&practice, Role::Reception).await;
        Self { db, member }
    }

    /// Signed in once with a browser, from a network.
    async fn known(&self, visit: Visit) -> Visit {
        let browser = device();
        let key = TestDb::installation_key().await.mails();
        let user = self.member.membership.user;
        let told = self
            .db
            .doors
            .remember_device(&visit, user, &browser, &key, ("New", "New"));
        told.await.unwrap();
        with(browser, visit)
    }

    /// Seconds to wait.
    async fn guess(&self, visit: &Visit, email: &str) -> u64 {
        self.db.doors.admit_password(visit, &address(email)).await.unwrap().wait
    }
}

struct Desk {
    db: TestDb,
    member: Member,
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_guessing_waits_longer_each_time_and_a_known_browser_goes_on() {
    let desk = Desk::open("longer").await;
    let mine = desk.known(from(1)).await;
    let email = desk.member.email.clone();
    for n in 0..5 {
        assert_eq!(desk.guess(&from(100 + n), &email).await, 0, "guess {n}");
    }
    let mut waits = Vec::new();
    let sql = "UPDATE fence.guesses SET free_at = now()";
    for n in 0..10 {
        waits.push(desk.guess(&from(200 + n), &email).await);
        desk.db.superuser().await.batch_execute(sql).await.unwrap();
        assert_eq!(desk.guess(&from(300 + n), &email).await, 0, "the wait is over");
    }
    assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
    assert!(desk.guess(&from(400), &email).await > 800);
    // Whoever works here all day is not slowed down, and neither is a browser of theirs in another network.
    assert_eq!(desk.guess(&mine, &email).await, 0);
    assert_eq!(desk.guess(&with(mine.device.unwrap(), from(2)), &email).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_a_known_browser_waits_for_its_own_wrong_guesses() {
    let desk = Desk::open("own").await;
    let mine = desk.known(from(1)).await;
    let email = desk.member.email.clone();
    for _ in 0..5 {
        assert_eq!(desk.guess(&mine, &email).await, 0);
    }
    assert!(desk.guess(&mine, &email).await > 0);
    // It is known to its own account only, and its guesses slow nobody else.
    let colleague = desk
        .db
        .doors
        .admit_password(&mine, &address("else@longer.example"))
        .await
        .unwrap();
    assert!(!colleague.known && colleague.wait == 0);
    assert_eq!(desk.guess(&from(7), &email).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_of_many_guesses_at_once_five_are_looked_at() {
    let desk = Arc::new(Desk::open("atonce").await);
    desk.known(from(1)).await;
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..200_u32 {
        let desk = Arc::clone(&desk);
        tries.spawn(async move { desk.guess(&from(1 + n % 12), &desk.member.email).await == 0 });
    }
    let let_through = tries.join_all().await.into_iter().filter(|through| *through).count();
    assert_eq!(let_through, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_a_thousand_accounts_from_five_hundred_networks_are_thirty_guesses() {
    let desk = Desk::open("stuffed").await;
    let office = desk.known(from(1)).await;
    let mut evaluated = 0;
    for n in 0..1_000 {
        let wait = desk
            .guess(&from(1_000 + n % 500), &format!("somebody-{n}@example.org"))
            .await;
        evaluated += usize::from(wait == 0);
    }
    assert!((30..=32).contains(&evaluated), "{evaluated}");
    // New browsers where one works, and known ones anywhere, go on.
    let next_desk = Visit { device: None, ..office };
    assert_eq!(desk.guess(&next_desk, &desk.member.email).await, 0);
    assert_eq!(
        desk.guess(&with(office.device.unwrap(), from(5_000)), &desk.member.email)
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_one_provider_customer_is_one_source_whatever_its_address() {
    let desk = Desk::open("sixty-four").await;
    let six = |n: u128| Visit::from(IpAddr::V6(Ipv6Addr::from(0x2001_0db8_0000_0001_u128 << 64 | n)));
    let mut evaluated = 0;
    for n in 0..60 {
        let wait = desk.guess(&six(n << 8), &format!("somebody-{n}@example.org")).await;
        evaluated += usize::from(wait == 0);
    }
    assert_eq!(evaluated, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_right_passwords_count_for_nothing() {
    let desk = Desk::open("morning").await;
    for n in 0..120 {
        let email = address(&format!("colleague-{n}@morning.example"));
        let admitted = desk.db.doors.admit_password(&visit(), &email).await.unwrap();
        assert_eq!(admitted.wait, 0, "colleague {n}");
        desk.db
            .doors
            .forgive_password(&visit(), &email, admitted.known)
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_codes_wait_as_passwords_do() {
    let desk = Desk::open("codes").await;
    let mine = desk.known(from(1)).await;
    let user = desk.member.membership.user;
    for _ in 0..5 {
        assert_eq!(desk.db.doors.admit_code(&from(9), user).await.unwrap(), 0);
    }
    assert!(desk.db.doors.admit_code(&from(10), user).await.unwrap() > 0);
    assert_eq!(desk.db.doors.admit_code(&mine, user).await.unwrap(), 0);
    desk.db.doors.forgive_code(&from(9), user).await.unwrap();
    assert_eq!(desk.db.doors.admit_code(&from(10), user).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_a_clock_that_was_put_back_locks_nobody_out() {
    let desk = Desk::open("clock").await;
    let email = desk.member.email.clone();
    for n in 0..6 {
        desk.guess(&from(n), &email).await;
    }
    // As an hour that was taken back leaves them.
    let ahead = "UPDATE fence.guesses SET free_at = now() + interval '1 hour', last_at = now() + interval '1 hour';
        UPDATE fence.throttles SET next_free = next_free + interval '1 hour'";
    desk.db.superuser().await.batch_execute(ahead).await.unwrap();
    // Limits of networks are full then, for as long as one more takes; the account's count holds nobody.
    let wait = desk.guess(&from(7), &email).await;
    assert!(wait <= 30, "{wait}");
    let wait = desk.db.doors.throttle("clock", "x", 2, 30.0).await.unwrap();
    assert_eq!(wait, 0);
    desk.db.superuser().await.batch_execute(ahead).await.unwrap();
    let wait = desk.db.doors.throttle("clock", "x", 2, 30.0).await.unwrap();
    assert!(wait <= 30, "{wait}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_browser_beside_others_is_told_of_and_twenty_are_kept() {
    let desk = Desk::open("browsers").await;
    let key = TestDb::installation_key().await.mails();
    let mails = async || desk.db.doors.recent_mails(&visit(), &key, 100).await.unwrap().len();
    let first = desk.known(from(1)).await;
    assert_eq!(mails().await, 0, "the first is nothing new");
    for n in 0..25 {
        desk.known(from(n)).await;
    }
    assert_eq!(mails().await, 25);
    let admitted = desk
        .db
        .doors
        .admit_password(&first, &address(&desk.member.email))
        .await
        .unwrap();
    assert!(!admitted.known, "the one unused for longest is forgotten");
    let count = "SELECT count(*) FROM aloe.known_devices";
    let kept: i64 = desk.db.superuser().await.query_one(count, &[]).await.unwrap().get(0);
    assert_eq!(kept, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_a_network_that_one_account_knows_is_strange_to_every_other() {
    let desk = Desk::open("botnet").await;
    let mut evaluated = 0;
    for n in 0..60 {
        // Whoever holds one account signs in from everywhere, and guesses at others from there.
        desk.known(from(n)).await;
        let wait = desk.guess(&from(n), &format!("somebody-{n}@example.org")).await;
        evaluated += usize::from(wait == 0);
    }
    assert!((30..=31).contains(&evaluated), "{evaluated}");
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_of_several_limits_all_count_or_none() {
    let db = TestDb::fresh().await;
    let limits = |source: &str| {
        let limit = |act, key: &str, burst| Limit {
            act,
            key: key.to_owned(),
            burst,
            period: 600.0,
        };
        [limit("number", "0825550142", 3), limit("source", source, 1)]
    };
    let doors = &db.doors;
    assert_eq!(doors.throttle_all(&limits("thief")).await.unwrap(), (0, None));
    for _ in 0..5 {
        let (wait, met) = doors.throttle_all(&limits("thief")).await.unwrap();
        assert!(wait > 0 && met == Some(1));
    }
    // What was refused by its own limit left the number alone.
    assert_eq!(doors.throttle_all(&limits("owner")).await.unwrap(), (0, None));
    assert_eq!(doors.throttle_all(&limits("owner at home")).await.unwrap(), (0, None));
    let (wait, met) = doors.throttle_all(&limits("somebody else")).await.unwrap();
    assert!(wait > 0 && met == Some(0));
}
