//! Roles are given and taken, and an organisation keeps an owner (P7).

use aloe_db::error::{DbError, Refusal};
use aloe_db::team;
use aloe_domain::email::EmailAddress;
use aloe_domain::permission::{Role, RoleSet, need::Team};
use aloe_testkit::{Member, TestDb, visit};
use aloe_vault::{Token, TokenDomain};

pub async fn change(db: &TestDb, by: &Member, whom: &Member, roles: RoleSet, active: bool) -> Result<(), DbError> {
    let scope = by.membership.scope::<Team>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await?;
    team::change(&mut tx, whom.membership.id, 1, roles, None, active).await?;
    tx.commit().await
}

fn only(role: Role) -> RoleSet {
    RoleSet::EMPTY.with(role)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_owner_cannot_be_removed_or_demoted() {
    let db = TestDb::fresh().await;
    let practice = db.practice("last").await;
    let owner = db.member(&practice, Role::Owner).await;
    for (roles, active) in [(only(Role::Administrator), true), (only(Role::Owner), false)] {
        let refused = change(&db, &owner, &owner, roles, active).await;
        assert!(
            matches!(refused, Err(DbError::Refused(Refusal::LastOwner))),
            "{refused:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_owners_who_remove_each_other_at_once_leave_one() {
    let db = TestDb::fresh().await;
    let practice = db.practice("duel").await;
    let (one, two) = (
        db.member(&practice, Role::Owner).await,
        db.member(&practice, Role::Owner).await,
    );
    let (a, b) = tokio::join!(
        change(&db, &one, &two, only(Role::Administrator), true),
        change(&db, &two, &one, only(Role::Administrator), true)
    );
    assert!(a.is_ok() != b.is_ok() || (a.is_err() && b.is_err()), "{a:?} {b:?}");
    let query = "SELECT count(*) FROM aloe.memberships WHERE active AND 'owner' = ANY (roles)";
    assert!(
        db.superuser()
            .await
            .query_one(query, &[])
            .await
            .unwrap()
            .get::<_, i64>(0)
            >= 1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_makes_no_owner_by_role_or_by_invitation() {
    let db = TestDb::fresh().await;
    let practice = db.practice("admin").await;
    db.member(&practice, Role::Owner).await;
    let (admin, reception) = (
        db.member(&practice, Role::Administrator).await,
        db.member(&practice, Role::Reception).await,
    );
    let refused = change(&db, &admin, &reception, only(Role::Owner), true).await;
    assert!(
        matches!(refused, Err(DbError::Refused(Refusal::OnlyOwners))),
        "{refused:?}"
    );
    let scope = admin.membership.scope::<Team>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let email = EmailAddress::parse("new@example.org").unwrap();
    let token = Token::random().unwrap().hash(TokenDomain::INVITATION);
    let refused = team::invite(&mut tx, &email, "New", only(Role::Owner), &token, &admin.membership).await;
    assert!(
        matches!(refused, Err(DbError::Refused(Refusal::OnlyOwners))),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_role_holds_from_the_very_next_request() {
    let db = TestDb::fresh().await;
    let practice = db.practice("taken").await;
    let (owner, doctor) = (
        db.member(&practice, Role::Owner).await,
        db.member(&practice, Role::Practitioner).await,
    );
    change(&db, &owner, &doctor, only(Role::Reception), true).await.unwrap();
    let seen = db
        .doors
        .look_up(&doctor.access.hash(TokenDomain::SESSION))
        .await
        .unwrap()
        .unwrap();
    let membership = seen.membership(practice.id).unwrap();
    assert!(membership.scope::<aloe_domain::permission::need::Clinical>().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_accepted_once() {
    let db = TestDb::fresh().await;
    let practice = db.practice("invite").await;
    let owner = db.member(&practice, Role::Owner).await;
    let token = Token::random().unwrap().hash(TokenDomain::INVITATION);
    let scope = owner.membership.scope::<Team>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let email = EmailAddress::parse("new@example.org").unwrap();
    team::invite(&mut tx, &email, "New", only(Role::Reception), &token, &owner.membership)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(
        db.doors
            .accept_invitation(&visit(), &token, "New Person", "hash")
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        db.doors
            .accept_invitation(&visit(), &token, "New Person", "hash")
            .await
            .unwrap()
            .is_none()
    );
    assert!(db.doors.find_invitation(&visit(), &token).await.unwrap().is_none());
}

/// Invites an address as something, and answers what the link holds.
async fn invited(
    db: &TestDb,
    by: &Member,
    email: &str,
    role: Role,
) -> (aloe_domain::ids::InvitationId, aloe_vault::TokenHash) {
    let token = Token::random().unwrap().hash(TokenDomain::INVITATION);
    let scope = by.membership.scope::<Team>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let address = EmailAddress::parse(email).unwrap();
    let id = team::invite(&mut tx, &address, "Example", only(role), &token, &by.membership).await;
    tx.commit().await.unwrap();
    (id.unwrap(), token)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_invitation_neither_readmits_nor_demotes_anybody() {
    let db = TestDb::fresh().await;
    let practice = db.practice("older").await;
    let owner = db.member(&practice, Role::Owner).await;
    let accept = async |token: &aloe_vault::TokenHash| {
        let accepted = db.doors.accept_invitation(&visit(), token, "Bob", "hash").await;
        accepted.unwrap().is_some()
    };
    let (_, older) = invited(&db, &owner, "bob@older.example", Role::Administrator).await;
    let (_, newer) = invited(&db, &owner, "bob@older.example", Role::Reception).await;
    assert!(accept(&newer).await);
    assert!(!accept(&older).await, "the others end with the one that was accepted");
    // One that is given to a member changes nothing while they belong here, and ends when they no longer do.
    let (_, later) = invited(&db, &owner, "bob@older.example", Role::Administrator).await;
    assert!(!accept(&later).await, "a member is changed on the team page");
    let scope = owner.membership.any_scope();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let members = team::members(&mut tx).await.unwrap();
    tx.done().await.unwrap();
    let bob = members.iter().find(|m| m.email == "bob@older.example").unwrap();
    assert!(bob.roles.contains(Role::Reception) && !bob.roles.contains(Role::Administrator));
    let scope = owner.membership.scope::<Team>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    team::change(&mut tx, bob.id, bob.version, bob.roles, None, false)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(
        !accept(&later).await,
        "whoever was let go does not come back by an old link"
    );
    let (_, again) = invited(&db, &owner, "bob@older.example", Role::Reception).await;
    assert!(accept(&again).await, "a new one lets them in again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_takes_back_no_owners_invitation() {
    let db = TestDb::fresh().await;
    let practice = db.practice("back").await;
    let owner = db.member(&practice, Role::Owner).await;
    let administrator = db.member(&practice, Role::Administrator).await;
    let (id, _) = invited(&db, &owner, "carol@back.example", Role::Owner).await;
    let withdraw = async |by: &Member| {
        let scope = by.membership.scope::<Team>().unwrap();
        let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
        team::withdraw(&mut tx, id).await?;
        tx.commit().await
    };
    let refused = withdraw(&administrator).await;
    assert!(
        matches!(refused, Err(DbError::Refused(Refusal::OnlyOwners))),
        "{refused:?}"
    );
    withdraw(&owner).await.unwrap();
}
