//! The team: who belongs here, as what; invitations by e-mail. What is changed holds from the member's next click.

use aloe_db::agenda::{Agenda, profile};
use aloe_db::bookings;
use aloe_db::error::{DbError, Refusal};
use aloe_db::messages::{self, Channel, Message};
use aloe_db::settings;
use aloe_db::team::{self, FactorRule, Invitation, LastUse, TeamMember};
use aloe_domain::email::EmailAddress;
use aloe_domain::ids::{InvitationId, MembershipId, ResourceId};
use aloe_domain::name::PersonName;
use aloe_domain::permission::need::Team;
use aloe_domain::permission::{OrganisationKind, Permission, Role, RoleSet};
use aloe_vault::{Token, TokenDomain};
use askama::Template;
use axum::extract::Path;
use jiff::tz::TimeZone;

use super::matrix::{self, Row};
use crate::clock;
use crate::door::proof::Asked;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, conflict, html, refused, role_words, see_other_saying};
use crate::session::Staff;

/// One member on the page.
pub struct MemberLine {
    id: String,
    name: String,
    email: String,
    roles: String,
    diary_name: String,
    active: bool,
    since: String,
    signed_in: String,
    only_owner: bool,
    /// Whether it is the member who looks.
    is_self: bool,
    /// When its second factors are to be turned off, blank when nobody asked.
    factor_lost: String,
    /// Whether its form is shown at once.
    open: bool,
    f: Form,
}

/// One open invitation.
pub struct InvitationLine {
    id: String,
    name: String,
    email: String,
    roles: String,
    until: String,
    of_owner: bool,
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
    /// What is worth watching, in words; and each member with the day of their last use.
    watched: Vec<&'static str>,
    uses: Vec<(String, Vec<String>)>,
    owner: bool,
    practice: bool,
    reception_may_reveal: bool,
    rule: &'static str,
    rules: Vec<(&'static str, &'static str)>,
    f: Form,
}

/// The page, with the form of a new invitation and, where something is wrong with it, that of one member.
async fn page(staff: &Staff<Team>, f: Form, change: Option<(MembershipId, Form)>) -> Result<TeamPage, Failure> {
    let mut tx = staff.begin_as_member().await?;
    let members = team::members(&mut tx).await?;
    let agenda = Agenda::load(&mut tx, staff.today()).await?;
    let rule = team::factor_rule(&mut tx).await?;
    let last = team::last_uses(&mut tx).await?;
    tx.done().await?;
    let mut tx = staff.begin().await?;
    let invitations = team::invitations(&mut tx).await?;
    let removals = team::factor_removals(&mut tx).await?;
    tx.done().await?;
    let owners = members
        .iter()
        .filter(|m| m.active && m.roles.contains(Role::Owner))
        .count();
    let kind = staff.member.kind;
    Ok(TeamPage {
        shell: Shell::new(staff),
        members: members
            .iter()
            .map(|m| {
                let typed = change.as_ref().filter(|(id, _)| *id == m.id).map(|(_, f)| f.clone());
                let due = removals.iter().find(|(id, _)| *id == m.id).map(|(_, due)| *due);
                let mut line = member_line(m, owners, staff.zone(), typed);
                line.is_self = m.id == staff.member.id;
                line.factor_lost = due
                    .map(|due| clock::plain_moment(due, staff.zone()))
                    .unwrap_or_default();
                line
            })
            .collect(),
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
        watched: watched(kind).map(|(words, _)| words).collect(),
        uses: members
            .iter()
            .filter(|m| m.active)
            .map(|m| (m.name.clone(), uses_of(m, &last, staff)))
            .collect(),
        owner: staff.may(Permission::Owners),
        practice: kind == OrganisationKind::Practice,
        reception_may_reveal: agenda.profile.reception_may_reveal,
        rule: rule.code(),
        rules: FactorRule::of(kind)
            .iter()
            .map(|r| (r.code(), rule_words(*r)))
            .collect(),
        f,
    })
}

/// Permissions whose last use is shown, in words.
const WATCHED: [(&str, Permission); 5] = [
    ("Revealed a number", Permission::Reveal),
    ("Opened a file", Permission::Clinical),
    ("Read the trail", Permission::AuditAll),
    ("Changed the team", Permission::Team),
    ("Changed settings", Permission::Settings),
];

fn watched(kind: OrganisationKind) -> impl Iterator<Item = (&'static str, Permission)> {
    let office = kind == OrganisationKind::PublicOffice;
    WATCHED
        .into_iter()
        .filter(move |(_, permission)| !(office && *permission == Permission::Clinical))
}

/// The day on which a member last used each, blank for never.
fn uses_of(m: &TeamMember, last: &[LastUse], staff: &Staff<Team>) -> Vec<String> {
    let day = |permission: Permission| {
        let used = last.iter().find(|u| u.user == m.user && u.permission == permission);
        used.map(|u| clock::short_moment(u.at, staff.zone()))
            .unwrap_or_default()
    };
    watched(staff.member.kind)
        .map(|(_, permission)| day(permission))
        .collect()
}

/// What a member's form holds on file.
fn on_file(m: &TeamMember) -> Form {
    let standing = if m.active { "active" } else { "ended" };
    let diary = m.resource.map(|r| r.to_string()).unwrap_or_default();
    let own = [
        ("version", m.version.to_string()),
        ("diary", diary),
        ("standing", standing.to_owned()),
    ];
    Form::filled(
        own.into_iter()
            .chain(m.roles.iter().map(|r| ("role", r.code().to_owned()))),
    )
}

fn member_line(m: &TeamMember, owners: usize, zone: &TimeZone, typed: Option<Form>) -> MemberLine {
    let open = typed.is_some();
    let f = typed.unwrap_or_else(|| on_file(m));
    MemberLine {
        id: m.id.to_string(),
        name: m.name.clone(),
        email: m.email.clone(),
        roles: words(m.roles),
        diary_name: m.diary.clone().unwrap_or_default(),
        active: m.active,
        since: clock::plain_date(m.joined_at.to_zoned(zone.clone()).date()),
        signed_in: m
            .signed_in_at
            .map_or_else(|| "Not yet".to_owned(), |at| clock::plain_moment(at, zone)),
        is_self: false,
        factor_lost: String::new(),
        only_owner: owners == 1 && m.active && m.roles.contains(Role::Owner),
        open,
        f,
    }
}

fn invitation_line(i: &Invitation, zone: &TimeZone) -> InvitationLine {
    InvitationLine {
        id: i.id.to_string(),
        name: i.name.clone(),
        email: i.email.clone(),
        roles: words(i.roles),
        until: clock::plain_date(i.expires_at.to_zoned(zone.clone()).date()),
        of_owner: i.roles.contains(Role::Owner),
    }
}

fn words(roles: RoleSet) -> String {
    roles.iter().map(role_words).collect::<Vec<_>>().join(", ")
}

fn rule_words(rule: FactorRule) -> &'static str {
    match rule {
        FactorRule::Owners => "Owners",
        FactorRule::Leaders => "Owners, administrators and managers",
        FactorRule::Everybody => "Everybody",
    }
}

/// Shows the team.
pub async fn show(staff: Staff<Team>) -> Answer {
    html(&page(&staff, Form::default(), None).await?)
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
    let asked = Asked::member(&staff, "/team", "make somebody an owner");
    if let Some(page) = asked.take(&mut f).await? {
        return Ok(page);
    }
    let id: MembershipId = id.parse().map_err(|_| Failure::Missing)?;
    let version = f.number("version", 1, i32::MAX).ok_or(Failure::Malformed)?;
    let roles = roles_in(&staff, &mut f);
    if !f.is_fine() {
        return refused(&page(&staff, Form::default(), Some((id, f))).await?);
    }
    let active = f.get("standing") != "ended";
    let mut tx = staff.begin().await?;
    match team::change(&mut tx, id, version, roles, f.get("diary").parse().ok(), active).await {
        Err(DbError::Conflict) => return overtaken(&staff, id, f).await,
        Err(DbError::Refused(Refusal::LastOwner)) => {
            f.complain("role", Refusal::LastOwner);
            return refused(&page(&staff, Form::default(), Some((id, f))).await?);
        }
        changed => {
            if let Err(page) = asked.ask(changed, &f).await? {
                return Ok(page);
            }
        }
    }
    tx.commit().await?;
    let diary: Option<ResourceId> = f.get("diary").parse().ok();
    let left = match diary.filter(|_| !active) {
        Some(diary) => bookings::to_come(&mut staff.begin_for().await?, diary).await?,
        None => 0,
    };
    let said = match left {
        0 => "Saved. It holds from their next click.".to_owned(),
        n => format!(
            "Saved. It holds from their next click. Their diary still takes bookings and has {n} to come: see to it under Settings, Diaries."
        ),
    };
    Ok(see_other_saying(&staff.app, &staff.link("/team"), &said))
}

async fn overtaken(staff: &Staff<Team>, id: MembershipId, mut f: Form) -> Answer {
    let mut tx = staff.begin_as_member().await?;
    let members = team::members(&mut tx).await?;
    let agenda = Agenda::load(&mut tx, staff.today()).await?;
    tx.done().await?;
    let newer = on_file(members.iter().find(|m| m.id == id).ok_or(Failure::Missing)?);
    let role = |code: &str| Role::from_code(code).map(role_words).unwrap_or_default().to_owned();
    let diary = |id: &str| {
        let known = id.parse().ok().and_then(|id| agenda.resource(id));
        known.map_or_else(|| "none".to_owned(), |r| r.name.clone())
    };
    let standing = |code: &str| {
        if code == "ended" {
            "no longer belongs here"
        } else {
            "belongs here"
        }
        .to_owned()
    };
    f.overtake(&newer, &[]);
    f.overtake_choices(&newer, "role", "Roles", role);
    f.overtake_choices(&newer, "diary", "Own diary", diary);
    f.overtake_choices(&newer, "standing", "Standing", standing);
    conflict(&page(staff, Form::default(), Some((id, f))).await?)
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
    let asked = Asked::member(&staff, "/team", "invite an owner");
    if let Some(page) = asked.take(&mut f).await? {
        return Ok(page);
    }
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
        return refused(&page(&staff, f, None).await?);
    };
    let token = Token::random()?;
    let mut tx = staff.begin().await?;
    if !staff.is_first(&mut tx, &f).await? {
        return Ok(staff.sent_twice("/team"));
    }
    let hash = token.hash(TokenDomain::INVITATION);
    let invited = team::invite(&mut tx, &email, name.as_str(), roles, &hash, &staff.member).await;
    let id = match asked.ask(invited, &f).await? {
        Ok(id) => id,
        Err(page) => return Ok(page),
    };
    let link = format!("{}/invitation/{}", staff.app.config.origin, token.to_text().expose());
    let organisation = &staff.member.organisation_name;
    let body = format!(
        "{name}, {by} invites you to work in {organisation} as {roles}.\n\nOpen this link within thirty minutes, then choose your password:\n{link}\n\nLater than that it sends you a new one, for seven days. If you did not expect this, do nothing.",
        name = name.as_str(),
        by = staff.member.name,
        roles = words(roles),
    );
    let message = Message {
        channel: Channel::Email,
        template: if roles.contains(Role::Owner) {
            "owner_invitation"
        } else {
            "invitation"
        },
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
        "{} is invited. The link in the e-mail works for thirty minutes; for seven days it can be asked for again.",
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

/// Asks that the second factors of a colleague who lost them be turned off: a day later, and the colleague is told at once.
pub async fn lost_factor(staff: Staff<Team>, Path((_, id)): Path<(String, String)>, mut f: Form) -> Answer {
    let id: MembershipId = id.parse().map_err(|_| Failure::Missing)?;
    let asked = Asked::member(&staff, "/team", "turn off a colleague's second factor");
    if let Some(page) = asked.take(&mut f).await? {
        return Ok(page);
    }
    let mut tx = staff.begin_as_member().await?;
    let members = team::members(&mut tx).await?;
    tx.done().await?;
    let colleague = members.iter().find(|m| m.id == id).ok_or(Failure::Missing)?;
    let mut tx = staff.begin().await?;
    let due = match asked.ask(team::ask_factor_removal(&mut tx, id).await, &f).await? {
        Ok(due) => due,
        Err(page) => return Ok(page),
    };
    let Some(due) = due else {
        return Err(Failure::Refused(
            "This colleague has no second factor that could be lost.".into(),
        ));
    };
    let when = clock::plain_moment(due, staff.zone());
    let body = format!(
        "{name}, {by} says that you lost your second factor. It is turned off on {when}; then you sign in with your password and add another.\n\nIf you did not ask for that, sign in with your app, a passkey or a recovery code before then: that stops it. Then tell an owner of {organisation}.",
        name = colleague.name,
        by = staff.member.name,
        organisation = staff.member.organisation_name,
    );
    let message = Message {
        channel: Channel::Email,
        template: "factor_lost",
        language: "en",
        to: &colleague.email,
        subject: "Your second factor is to be turned off",
        body: &body,
        booking: None,
        dedupe_key: &format!("factor lost {id} {due}"),
    };
    messages::queue(&mut tx, &staff.app.keys, &message).await?;
    tx.commit().await?;
    let said = format!(
        "{} is told, and signs in with the password alone from {when} on.",
        colleague.name
    );
    Ok(see_other_saying(&staff.app, &staff.link("/team"), &said))
}

/// Takes back what somebody asked for when a colleague had lost the second factor.
pub async fn factor_found(staff: Staff<Team>, Path((_, id)): Path<(String, String)>, _f: Form) -> Answer {
    let id: MembershipId = id.parse().map_err(|_| Failure::Missing)?;
    let mut tx = staff.begin().await?;
    let was_open = team::withdraw_factor_removal(&mut tx, id).await?;
    tx.commit().await?;
    let said = match was_open {
        true => "Taken back. The second factor stays as it is.",
        false => "Nothing was to be turned off any more.",
    };
    Ok(see_other_saying(&staff.app, &staff.link("/team"), said))
}

/// Says who needs a second factor besides those who always do: an owner's decision, with a fresh proof.
pub async fn require_factors(staff: Staff<aloe_domain::permission::need::Owners>, mut f: Form) -> Answer {
    let asked = Asked::member(&staff, "/team", "change who needs a second factor");
    if let Some(page) = asked.take(&mut f).await? {
        return Ok(page);
    }
    let Some(rule) = FactorRule::from_code(f.get("rule")) else {
        return Err(Failure::Malformed);
    };
    let mut tx = staff.begin().await?;
    let saved = team::require_factors(&mut tx, rule).await;
    if let Err(page) = asked.ask(saved, &f).await? {
        return Ok(page);
    }
    tx.commit().await?;
    let said = "Saved. Whoever needs a second factor now and has none is asked to add one at the next click.";
    Ok(see_other_saying(&staff.app, &staff.link("/team"), said))
}

/// Lets reception reveal identifiers, or no longer: an owner's decision.
pub async fn let_reception_reveal(staff: Staff<aloe_domain::permission::need::Owners>, mut f: Form) -> Answer {
    let asked = Asked::member(&staff, "/team", "change what reception may reveal");
    if let Some(page) = asked.take(&mut f).await? {
        return Ok(page);
    }
    let mut tx = staff.begin().await?;
    // One box with nothing else in the form: the last word holds, whatever else was saved meanwhile.
    let version = profile(&mut tx).await?.version;
    let saved = settings::let_reception_reveal(&mut tx, version, f.ticked("may")).await;
    if let Err(page) = asked.ask(saved, &f).await? {
        return Ok(page);
    }
    tx.commit().await?;
    Ok(see_other_saying(
        &staff.app,
        &staff.link("/team"),
        "Saved. It holds from reception's next click.",
    ))
}
