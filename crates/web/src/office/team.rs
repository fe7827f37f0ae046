//! The team: who belongs here, as what; invitations by e-mail. What is changed holds from the member's next click.

use aloe_db::agenda::{Agenda, profile};
use aloe_db::messages::{self, Channel, Message};
use aloe_db::settings;
use aloe_db::team::{self, Invitation, TeamMember};
use aloe_domain::email::EmailAddress;
use aloe_domain::ids::{InvitationId, MembershipId};
use aloe_domain::name::PersonName;
use aloe_domain::permission::need::Team;
use aloe_domain::permission::{Permission, Role, RoleSet};
use aloe_vault::{Token, TokenDomain};
use askama::Template;
use axum::extract::Path;
use jiff::tz::TimeZone;

use super::matrix::{self, Row};
use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, html, refused, role_words, see_other_saying};
use crate::session::Staff;

/// One member on the page.
pub struct MemberLine {
    id: String,
    name: String,
    email: String,
    roles: String,
    codes: Vec<String>,
    diary: String,
    diary_name: String,
    active: bool,
    since: String,
    version: i32,
    only_owner: bool,
}

/// One open invitation.
pub struct InvitationLine {
    id: String,
    name: String,
    email: String,
    roles: String,
    until: String,
}

#[derive(Template)]
#[template(path = "office/team.html")]
struct TeamPage {
    shell: Shell,
    members: Vec<MemberLine>,
    invitations: Vec<InvitationLine>,
    choices: Vec<(String, &'static str, &'static str)>,
    diaries: Vec<(String, String)>,
    roles: Vec<&'static str>,
    matrix: Vec<Row>,
    owner: bool,
    practice: bool,
    reception_may_reveal: bool,
    organisation_version: i32,
    f: Form,
}

async fn page(staff: &Staff<Team>, f: Form) -> Result<TeamPage, Failure> {
    let mut tx = staff.begin_as_member().await?;
    let members = team::members(&mut tx).await?;
    let agenda = Agenda::load(&mut tx, staff.today()).await?;
    tx.done().await?;
    let mut tx = staff.begin().await?;
    let invitations = team::invitations(&mut tx).await?;
    tx.done().await?;
    let owners = members
        .iter()
        .filter(|m| m.active && m.roles.contains(Role::Owner))
        .count();
    let kind = staff.member.kind;
    Ok(TeamPage {
        shell: Shell::new(staff),
        members: members.iter().map(|m| member_line(m, owners, staff.zone())).collect(),
        invitations: invitations.iter().map(|i| invitation_line(i, staff.zone())).collect(),
        choices: matrix::choices(kind),
        diaries: agenda
            .resources
            .iter()
            .filter(|r| r.active)
            .map(|r| (r.id.to_string(), r.name.clone()))
            .collect(),
        roles: matrix::roles(kind).into_iter().map(role_words).collect(),
        matrix: matrix::rows(kind),
        owner: staff.may(Permission::Owners),
        practice: kind == aloe_domain::permission::OrganisationKind::Practice,
        reception_may_reveal: agenda.profile.reception_may_reveal,
        organisation_version: agenda.profile.version,
        f,
    })
}

fn member_line(m: &TeamMember, owners: usize, zone: &TimeZone) -> MemberLine {
    MemberLine {
        id: m.id.to_string(),
        name: m.name.clone(),
        email: m.email.clone(),
        roles: words(m.roles),
        codes: m.roles.iter().map(|r| r.code().to_owned()).collect(),
        diary: m.resource.map(|r| r.to_string()).unwrap_or_default(),
        diary_name: m.diary.clone().unwrap_or_default(),
        active: m.active,
        since: clock::plain_date(m.joined_at.to_zoned(zone.clone()).date()),
        version: m.version,
        only_owner: owners == 1 && m.active && m.roles.contains(Role::Owner),
    }
}

fn invitation_line(i: &Invitation, zone: &TimeZone) -> InvitationLine {
    InvitationLine {
        id: i.id.to_string(),
        name: i.name.clone(),
        email: i.email.clone(),
        roles: words(i.roles),
        until: clock::plain_date(i.expires_at.to_zoned(zone.clone()).date()),
    }
}

fn words(roles: RoleSet) -> String {
    roles.iter().map(role_words).collect::<Vec<_>>().join(", ")
}

/// Shows the team.
pub async fn show(staff: Staff<Team>) -> Answer {
    html(&page(&staff, Form::default()).await?)
}

fn roles_in(staff: &Staff<Team>, f: &mut Form) -> RoleSet {
    let roles = RoleSet::from_codes(f.all("role").iter().map(String::as_str)).unwrap_or(RoleSet::EMPTY);
    let fits = roles.iter().all(|role| role.belongs_to(staff.member.kind));
    if roles.is_empty() || !fits {
        f.complain("role", "Choose at least one role.");
    }
    roles
}

/// Gives and takes roles, the diary, or the membership.
pub async fn change(staff: Staff<Team>, Path((_, id)): Path<(String, String)>, mut f: Form) -> Answer {
    let id: MembershipId = id.parse().map_err(|_| Failure::Missing)?;
    let version = f.number("version", 1, i32::MAX).ok_or(Failure::Malformed)?;
    let roles = roles_in(&staff, &mut f);
    if !f.is_fine() {
        return refused(&page(&staff, f).await?);
    }
    let active = f.get("standing") != "ended";
    let mut tx = staff.begin().await?;
    team::change(&mut tx, id, version, roles, f.get("diary").parse().ok(), active).await?;
    tx.commit().await?;
    Ok(see_other_saying(
        &staff.app,
        &staff.link("/team"),
        "Saved. It holds from their next click.",
    ))
}

/// Whether somebody with this address is an active member.
async fn is_member(staff: &Staff<Team>, email: &EmailAddress) -> Result<bool, Failure> {
    let mut tx = staff.begin_as_member().await?;
    let members = team::members(&mut tx).await?;
    tx.done().await?;
    let same = |text: &str| EmailAddress::parse(text).is_ok_and(|other| other.canonical() == email.canonical());
    Ok(members.iter().any(|m| m.active && same(&m.email)))
}

/// Invites someone by e-mail.
pub async fn invite(staff: Staff<Team>, mut f: Form) -> Answer {
    let email = f.parse("email", EmailAddress::parse);
    let name = f.parse("name", PersonName::parse);
    let roles = roles_in(&staff, &mut f);
    if let Some(email) = &email
        && is_member(&staff, email).await?
    {
        f.complain(
            "email",
            "This person works here already. Change their roles in the list above.",
        );
    }
    let (Some(email), Some(name), true) = (email, name, f.is_fine()) else {
        return refused(&page(&staff, f).await?);
    };
    let token = Token::random()?;
    let mut tx = staff.begin().await?;
    if !staff.is_first(&mut tx, &f).await? {
        return Ok(staff.sent_twice("/team"));
    }
    let id = team::invite(
        &mut tx,
        &email,
        name.as_str(),
        roles,
        &token.hash(TokenDomain::INVITATION),
        &staff.member,
    )
    .await?;
    let link = format!("{}/invitation/{}", staff.app.config.origin, token.to_text().expose());
    let organisation = &staff.member.organisation_name;
    let body = format!(
        "{name}, {by} invites you to work in {organisation} as {roles}.\n\nOpen this link within seven days, then choose your password:\n{link}\n\nIf you did not expect this, do nothing.",
        name = name.as_str(),
        by = staff.member.name,
        roles = words(roles),
    );
    let message = Message {
        channel: Channel::Email,
        template: "invitation",
        language: "en",
        to: email.as_str(),
        subject: &format!("Join {organisation}"),
        body: &body,
        booking: None,
        dedupe_key: &format!("invitation {id}"),
    };
    messages::queue(&mut tx, &staff.app.keys, &message).await?;
    tx.commit().await?;
    let said = format!(
        "{} is invited. The link in the e-mail works for seven days, once.",
        name.as_str()
    );
    Ok(see_other_saying(&staff.app, &staff.link("/team"), &said))
}

/// Withdraws an invitation.
pub async fn withdraw(staff: Staff<Team>, Path((_, id)): Path<(String, String)>, _f: Form) -> Answer {
    let id: InvitationId = id.parse().map_err(|_| Failure::Missing)?;
    let mut tx = staff.begin().await?;
    team::withdraw(&mut tx, id).await?;
    tx.commit().await?;
    Ok(see_other_saying(
        &staff.app,
        &staff.link("/team"),
        "The invitation is withdrawn. Its link does nothing now.",
    ))
}

/// Lets reception reveal identifiers, or no longer: an owner's decision.
pub async fn let_reception_reveal(staff: Staff<aloe_domain::permission::need::Owners>, mut f: Form) -> Answer {
    let version = f.number("version", 1, i32::MAX).ok_or(Failure::Malformed)?;
    let mut tx = staff.begin().await?;
    let before = profile(&mut tx).await?;
    if before.version != version {
        return Err(Failure::Stale);
    }
    settings::let_reception_reveal(&mut tx, version, f.ticked("may")).await?;
    tx.commit().await?;
    Ok(see_other_saying(
        &staff.app,
        &staff.link("/team"),
        "Saved. It holds from reception's next click.",
    ))
}
