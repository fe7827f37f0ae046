use std::num::NonZeroUsize;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use aloe_vault::{
    BcryptCost, Busy, HashScheme, NotChosen, Password, PasswordError, PasswordHasher, PasswordParameters,
    PasswordWorkers, StoredPassword, Verdict, WeakPassword,
};

const RIGHT: &str = "four words in a row";
const WRONG: &str = "four words in a raw";

/// Made with Argon2id, 8 MiB, one pass, by the reference implementation's parameters of old days.
fn weak_hash_of(password: &str) -> StoredPassword {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
    let params = Params::new(8 * 1024, 1, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let phc = argon2.hash_password_with_salt(password.as_bytes(), &[7; 16]).unwrap();
    StoredPassword::from_stored(phc.to_string())
}

fn typed(text: &str) -> Password {
    Password::typed(text.to_owned()).unwrap()
}

fn hasher() -> PasswordHasher {
    PasswordHasher::of(PasswordParameters::default())
}

fn workers(threads: usize, waiting: usize) -> PasswordWorkers {
    let count = |number| NonZeroUsize::new(number).unwrap();
    PasswordWorkers::start(hasher(), count(threads), count(waiting)).unwrap()
}

#[test]
fn a_hash_is_a_phc_string_that_verifies_its_password_only() {
    let stored = hasher().hash(&typed(RIGHT)).unwrap();
    assert!(
        stored.as_str().starts_with("$argon2id$v=19$m=47104,t=1,p=1$"),
        "{}",
        stored.as_str()
    );
    let verify = |text| hasher().verify(&typed(text), Some(&stored)).unwrap();
    assert_eq!(verify(RIGHT), Verdict::Matches);
    assert_eq!(verify(WRONG), Verdict::Differs);
    assert_eq!(format!("{stored:?}"), "StoredPassword");
}

#[test]
fn the_same_password_is_hashed_with_another_salt_each_time() {
    let [one, two] = [(); 2].map(|()| hasher().hash(&typed(RIGHT)).unwrap());
    assert_ne!(one.as_str(), two.as_str());
}

#[test]
fn a_weaker_hash_of_old_days_verifies_and_asks_for_an_upgrade() {
    let stored = weak_hash_of(RIGHT);
    let verify = |text| hasher().verify(&typed(text), Some(&stored)).unwrap();
    assert_eq!(verify(RIGHT), Verdict::NeedsUpgrade);
    assert_eq!(verify(WRONG), Verdict::Differs);
}

fn with_bcrypt() -> PasswordHasher {
    PasswordHasher::with(HashScheme::Bcrypt(BcryptCost::LEAST))
}

#[test]
fn a_bcrypt_hash_from_elsewhere_verifies_and_asks_for_an_upgrade() {
    let made = with_bcrypt().hash(&typed(RIGHT)).unwrap();
    assert!(made.as_str().starts_with("$2b$10$"), "{}", made.as_str());
    // The spellings of PHP, Python and old crypt are the same hash.
    for spelling in ["$2a$", "$2b$", "$2y$"] {
        let stored = StoredPassword::from_stored(made.as_str().replace("$2b$", spelling));
        let verify = |text| hasher().verify(&typed(text), Some(&stored)).unwrap();
        assert_eq!(verify(RIGHT), Verdict::NeedsUpgrade);
        assert_eq!(verify(WRONG), Verdict::Differs);
    }
}

#[test]
fn a_bcrypt_hash_of_a_long_password_verifies_as_it_does_elsewhere_and_is_not_made_here() {
    let long = "0123456789".repeat(8);
    let stored = StoredPassword::from_stored(bcrypt::hash(&long, 4).unwrap());
    let verify = |text: &str| hasher().verify(&typed(text), Some(&stored)).unwrap();
    assert_eq!(verify(&long), Verdict::NeedsUpgrade);
    assert_eq!(verify(&long[..72]), Verdict::NeedsUpgrade);
    assert_eq!(verify(&long[..71]), Verdict::Differs);
    assert_eq!(
        with_bcrypt().hash(&typed(&long)).unwrap_err(),
        PasswordError::TooLongForBcrypt
    );
}

#[test]
fn where_bcrypt_is_asked_for_it_is_made_and_argon2id_stays() {
    let made = with_bcrypt().hash(&typed(RIGHT)).unwrap();
    assert_eq!(with_bcrypt().verify(&typed(RIGHT), Some(&made)), Ok(Verdict::Matches));
    let argon = hasher().hash(&typed(RIGHT)).unwrap();
    assert_eq!(with_bcrypt().verify(&typed(RIGHT), Some(&argon)), Ok(Verdict::Matches));
    assert_eq!(with_bcrypt().verify(&typed(RIGHT), None), Ok(Verdict::Differs));
}

#[test]
fn a_chosen_password_is_judged_before_it_is_hashed() {
    let chosen = |text: &str, about: &[&str]| {
        let (tell, told) = mpsc::channel();
        let about = about.iter().map(|&fact| fact.to_owned()).collect();
        let done = move |result| tell.send(result).unwrap();
        workers(1, 1).choose_then(typed(text), about, done).unwrap();
        told.recv().unwrap()
    };
    assert!(chosen(RIGHT, &[]).is_ok());
    let weak = |result: Result<StoredPassword, NotChosen>| match result {
        Err(NotChosen::Weak(weak)) => weak,
        other => panic!("{other:?}"),
    };
    assert_eq!(weak(chosen("qwertyuiop123", &[])), WeakPassword::Common);
    assert_eq!(
        weak(chosen("thandeka.mokoena", &["Thandeka Mokoena"])),
        WeakPassword::Guessable
    );
}

#[test]
fn a_hash_stronger_than_asked_for_needs_no_upgrade() {
    let stronger = PasswordParameters::of(47_104, 2, 1).unwrap();
    let stored = PasswordHasher::of(stronger).hash(&typed(RIGHT)).unwrap();
    assert_eq!(hasher().verify(&typed(RIGHT), Some(&stored)), Ok(Verdict::Matches));
    let upgraded = PasswordHasher::of(PasswordParameters::of(47_104, 3, 1).unwrap());
    assert_eq!(upgraded.verify(&typed(RIGHT), Some(&stored)), Ok(Verdict::NeedsUpgrade));
}

#[test]
fn strings_that_are_no_argon2id_hash_or_cost_too_much_are_refused_without_work() {
    let good = weak_hash_of(RIGHT).as_str().to_owned();
    for stored in [
        String::new(),
        "plain".into(),
        good.replace("argon2id", "argon2i"),
        "$2b$31$C6UzMDM.H6dfI/f/IKcEeO7ZTQ5ZS0Z1Yb4oWqQf0Uqk1Yb4oWqQf".into(),
        "$2b$10$short".into(),
        good.replace("v=19", "v=16"),
        good.replace("m=8192", "m=4194304"),
        good.replace("t=1", "t=4000000000"),
        good[..good.len() - 20].into(),
    ] {
        let stored = StoredPassword::from_stored(stored);
        let verdict = hasher().verify(&typed(RIGHT), Some(&stored));
        assert_eq!(verdict, Err(PasswordError::Unreadable), "{}", stored.as_str());
    }
}

/// How long verifying a wrong password takes.
fn time_of(stored: Option<&StoredPassword>) -> Duration {
    let start = Instant::now();
    let verdict = hasher().verify(&typed(WRONG), stored);
    assert_eq!(verdict, Ok(Verdict::Differs));
    start.elapsed()
}

#[test]
fn an_unknown_account_takes_about_the_same_time_as_a_known_one() {
    let stored = hasher().hash(&typed(RIGHT)).unwrap();
    // Other tests take the cores meanwhile, so the fastest of each is compared, taken in turns
    // until both have had a quiet moment. An answer without the work would stay far faster.
    let (mut known, mut unknown) = (Duration::MAX, Duration::MAX);
    let alike = (0..60).any(|round| {
        known = known.min(time_of(Some(&stored)));
        unknown = unknown.min(time_of(None));
        round >= 4 && unknown * 3 > known * 2 && known * 3 > unknown * 2
    });
    assert!(alike, "{known:?} {unknown:?}");
}

#[test]
fn workers_hash_and_verify() {
    let workers = workers(2, 4);
    let stored = workers.hash(typed(RIGHT)).unwrap().recv().unwrap().unwrap();
    let known = workers.verify(typed(RIGHT), Some(stored)).unwrap();
    let unknown = workers.verify(typed(RIGHT), None).unwrap();
    assert_eq!(known.recv().unwrap(), Ok(Verdict::Matches));
    assert_eq!(unknown.recv().unwrap(), Ok(Verdict::Differs));
}

#[test]
fn a_full_queue_answers_busy_and_loses_nothing_it_took() {
    let workers = workers(1, 1);
    let (started, has_started) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let hold = move |_| {
        started.send(()).unwrap();
        released.recv().unwrap();
    };
    workers.verify_then(typed(WRONG), None, hold).unwrap();
    has_started.recv().unwrap();
    let waiting = workers.verify(typed(WRONG), None).unwrap();
    assert_eq!(workers.verify(typed(WRONG), None).unwrap_err(), Busy);
    assert_eq!(workers.hash(typed(WRONG)).unwrap_err(), Busy);
    release.send(()).unwrap();
    assert_eq!(waiting.recv().unwrap(), Ok(Verdict::Differs));
    assert!(workers.verify(typed(WRONG), None).is_ok());
}

#[test]
fn a_callback_that_panics_does_not_take_the_thread_with_it() {
    let workers = workers(1, 4);
    workers
        .verify_then(typed(WRONG), None, |_| panic!("tried on purpose"))
        .unwrap();
    let after = workers.verify(typed(WRONG), None).unwrap();
    assert_eq!(
        after.recv_timeout(Duration::from_secs(60)).unwrap(),
        Ok(Verdict::Differs)
    );
}

#[test]
fn dropping_the_workers_finishes_what_is_queued() {
    let workers = workers(1, 4);
    let (sender, receiver) = mpsc::channel();
    for _ in 0..2 {
        let sender = sender.clone();
        workers
            .verify_then(typed(WRONG), None, move |_| sender.send(()).unwrap())
            .unwrap();
    }
    drop((workers, sender));
    assert_eq!(receiver.iter().count(), 2);
}
