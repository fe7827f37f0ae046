//! Who may do what, derived from the running system: every route with every role, and every route with the ids of
//! another organisation (lesson 12; P6 and P7). `docs/permissions.md` holds the same table; a new route without a row
//! there fails here. `UPDATE_PERMISSIONS=1` writes it anew.

use std::collections::BTreeMap;
use std::path::Path;

use aloe_domain::permission::{OrganisationKind, Role};
use aloe_testkit::{Furnished, Member, TestDb};
use aloe_web::routes::{self, Access, Route};
use axum::http::StatusCode;
use serde_json::json;

use crate::support::{Page, TestApp};

/// A path of the table with the ids of an organisation, under some organisation's address.
pub fn path(of: &Furnished, template: &str, slug: &str) -> String {
    let consultation = |id: Option<_>| id.map(|id| format!("{id}")).unwrap_or_default();
    let id = if template.contains("/merge/{merge}") {
        of.kept.0.to_string()
    } else if template.contains("/patients/") {
        of.patient.to_string()
    } else if template.contains("/bookings/") {
        of.booking.to_string()
    } else if template.ends_with("/amend") {
        consultation(of.signed)
    } else if template.contains("/consultations/") {
        consultation(of.consultation)
    } else if template.contains("/identifiers/") {
        of.identifier.to_string()
    } else if template.ends_with("/lost-factor") {
        of.colleague.to_string()
    } else if template.contains("/invitations/") {
        of.invitation.0.to_string()
    } else if template.contains("/team/") {
        of.owner.membership.id.to_string()
    } else if template.contains("/diaries/") {
        of.at.resources[1].to_string()
    } else if template.contains("/services/") {
        of.at.service.to_string()
    } else if template.contains("/blocks/") {
        of.block.to_string()
    } else if template.contains("/closures/") {
        of.closure.to_string()
    } else {
        of.at.location.to_string()
    };
    let token = of.link.to_text();
    template
        .replace("{org}", slug)
        .replace("{id}", &id)
        .replace("{merge}", &of.kept.1.to_string())
        .replace("{token}", token.expose())
}

/// A body that an operation of the API takes, with the ids of this organisation.
fn body(of: &Furnished, template: &str) -> String {
    let at = json!({
        "resource": of.at.resources[0].to_string(), "location": of.at.location.to_string(),
        "starts_at": "2027-02-01T09:00:00Z", "minutes": 20,
    });
    let with = |more: serde_json::Value| {
        let mut body = at.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body.to_string()
    };
    match template.rsplit('/').next() {
        Some("move") => with(json!({ "version": 1 })),
        Some("status") => json!({ "version": 1, "status": "arrived" }).to_string(),
        Some("search") => json!({ "query": "Persontwo" }).to_string(),
        Some("bookings") => with(json!({ "service": of.at.service.to_string(), "name": "Stolen" })),
        Some("patients") => json!({ "surname": "Stolen", "document": { "kind": "none_unknown" } }).to_string(),
        other => unreachable!("an operation without a body in this test: {other:?}"),
    }
}

/// What a form takes, with something of this organisation in every field that names anything.
fn fields(of: &Furnished, template: &str) -> Vec<(&'static str, String)> {
    let mut fields = common_fields(of);
    let mut set = |name: &'static str, value: &str| {
        fields.retain(|(there, _)| *there != name);
        fields.push((name, value.to_owned()));
    };
    match template.strip_prefix("/o/{org}").unwrap_or_default() {
        "/bookings/{id}/cancel" => set("reason", "The person asked"),
        "/patients/{id}/edit" => set("take_off", "1"),
        "/blocks" => {
            set("from", "13:00");
            set("to", "14:00");
        }
        "/patients/{id}/merge" => set("other", &of.kept.0.to_string()),
        "/patients/{id}/consult" => set("booking", &of.booking.to_string()),
        "/settings/diaries" | "/settings/diaries/{id}" => set("kind", "practitioner"),
        "/settings/closures" => {
            set("kind", "closed");
            set("to", "");
        }
        "/team/factors" => set("rule", "leaders"),
        // An organisation was saved once since it was made.
        "/team/reception" | "/settings/profile" | "/settings/booking" => set("version", "2"),
        _ => {}
    }
    fields
}

fn common_fields(of: &Furnished) -> Vec<(&'static str, String)> {
    let [patient, booking, service] = [of.patient.to_string(), of.online.to_string(), of.at.service.to_string()];
    let [diary, place] = [of.at.resources[0].to_string(), of.at.location.to_string()];
    let sent = [
        ("version", "1"),
        ("key", "5f0c2a0e-6a52-4f43-9b33-0a4c77e3a001"),
        ("once", "5f0c2a0e-6a52-4f43-9b33-0a4c77e3a002"),
        // Ids.
        ("patient", &patient),
        ("other", &patient),
        ("booking", &booking),
        ("service", &service),
        ("resource", &diary),
        ("diary", &diary),
        ("location", &place),
        ("place", &place),
        // What a booking takes.
        ("date", "2027-02-01"),
        ("start", "11:00"),
        ("minutes", "20"),
        ("channel", "desk"),
        ("to", "arrived"),
        ("reason", "person_asked"),
        ("phone", "0825550199"),
        ("tell", "1"),
        // What a file takes.
        ("name", "Stolen"),
        ("surname", "Stolen"),
        ("given_names", "Stolen"),
        ("kind", "none_unknown"),
        ("language", "en"),
        ("sex", "female"),
        ("purpose", "identity"),
        ("q", "Persontwo"),
        ("not_the_same", "1"),
        // What a program takes.
        ("may", "bookings"),
        ("days", "30"),
        // What a note takes.
        ("plan", "Stolen"),
        ("text", "Stolen"),
        // What settings take.
        ("email", "stolen@example.org"),
        ("role", "owner"),
        ("from", ""),
        ("standing", "active"),
        ("active", "1"),
        ("time_zone", "Africa/Johannesburg"),
        ("address", "Stolen"),
        ("capacity", "1"),
        ("step", "20"),
        ("buffer_before", "0"),
        ("buffer_after", "0"),
        ("lead_minutes", "0"),
        ("horizon_days", "30"),
        ("first", "2027-04-01"),
        ("last", "2027-04-01"),
        ("notice", "1"),
        ("welcome", "Stolen"),
        ("practice_number", ""),
        ("may", "1"),
        ("live", "1"),
    ];
    sent.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
}

const ROLES: [(OrganisationKind, Role); 7] = [
    (OrganisationKind::Practice, Role::Reception),
    (OrganisationKind::Practice, Role::Practitioner),
    (OrganisationKind::Practice, Role::Administrator),
    (OrganisationKind::Practice, Role::Owner),
    (OrganisationKind::PublicOffice, Role::Counter),
    (OrganisationKind::PublicOffice, Role::Manager),
    (OrganisationKind::PublicOffice, Role::Owner),
];

/// Drives one route as one member: whether the roles let them past.
async fn passes(app: &TestApp, member: &Member, slug: &str, method: &str, path: &str) -> bool {
    let mut browser = app.signed_in(member);
    let page = if method == "GET" {
        browser.get(path).await
    } else if path.starts_with("/api/") {
        browser.post_json(path, "{}").await
    } else {
        browser.post(&format!("/o/{slug}/trail"), path, &[]).await
    };
    assert_ne!(page.status, StatusCode::INTERNAL_SERVER_ERROR, "{method} {path}");
    assert_ne!(page.status, StatusCode::UNAUTHORIZED, "{method} {path}");
    !page.is_denied()
}

#[tokio::test(flavor = "multi_thread")]
async fn p7_every_route_with_every_role_is_as_documented() {
    let app = TestApp::start().await;
    let practice = app.db.furnished("practice", "8001015009087").await;
    let office = app.db.organisation("office", OrganisationKind::PublicOffice).await;
    let mut members = Vec::new();
    for (kind, role) in ROLES {
        let at = if kind == OrganisationKind::Practice {
            &practice.at
        } else {
            &office
        };
        members.push((app.db.member(at, role).await, at.slug.clone()));
    }
    let mut lines = Vec::new();
    for route in routes::table() {
        if matches!(route.access, Access::Anybody | Access::Visitor | Access::SignedIn) {
            lines.push(format!(
                "| {} | `{}` | {:?} | | | | | | | |",
                route.method, route.path, route.access
            ));
            continue;
        }
        let mut cells = Vec::new();
        for (member, slug) in &members {
            let path = path(&practice, route.path, slug);
            cells.push(if passes(&app, member, slug, route.method, &path).await {
                "yes"
            } else {
                "no"
            });
        }
        let need = match route.access {
            Access::Needs(permission) => permission.code().to_owned(),
            other => format!("{other:?}"),
        };
        lines.push(format!(
            "| {} | `{}` | {need} | {} |",
            route.method,
            route.path,
            cells.join(" | ")
        ));
    }
    compare(&lines.join("\n"));
}

fn compare(found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/permissions.md");
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let (head, _) = text.split_once("<!-- routes -->").unwrap_or((&text, ""));
    let table = format!(
        "<!-- routes -->\n\n| method | path | needs | reception | practitioner | administrator | owner | counter (office) | manager (office) | owner (office) |\n|---|---|---|---|---|---|---|---|---|---|\n{found}\n"
    );
    if std::env::var("UPDATE_PERMISSIONS").is_ok() {
        std::fs::write(&path, format!("{head}{table}")).unwrap();
        return;
    }
    assert!(
        text.ends_with(&table),
        "docs/permissions.md is not what the system does: run with UPDATE_PERMISSIONS=1 and read the difference"
    );
}

/// Every form and operation takes what these tests send when all of it is one's own: so what is refused below is refused
/// because it is another's.
#[tokio::test(flavor = "multi_thread")]
async fn every_form_is_taken_with_ids_of_ones_own() {
    let app = TestApp::start().await;
    let routes = routes::table();
    let forms = routes
        .iter()
        .filter(|route| route.method == "POST" && route.path.contains("/o/{org}"));
    for (number, route) in forms.enumerate() {
        let slug: String = number
            .to_string()
            .bytes()
            .map(|b| char::from(b - b'0' + b'a'))
            .collect();
        let own = app.db.furnished(&format!("own{slug}"), "8001015009087").await;
        let page = send_foreign(&app, &own, &own, route, &own.at.slug).await;
        let taken = page.status.is_success() || page.status.is_redirection();
        assert!(taken, "{} is answered {}: {}", route.path, page.status, page.text);
    }
}

/// Every row that an organisation has anywhere, as text: no list of tables to forget one in.
pub async fn everything_of(db: &TestDb, of: &Furnished) -> BTreeMap<String, Vec<String>> {
    let superuser = db.superuser().await;
    let tables = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organisation_id'
        WHERE n.nspname = 'aloe' AND c.relkind = 'r'";
    let mut all = BTreeMap::new();
    for row in superuser.query(tables, &[]).await.unwrap() {
        let table: String = row.get(0);
        let query = format!("SELECT t::text FROM aloe.{table} t WHERE organisation_id = $1 ORDER BY 1");
        let rows = superuser.query(&query, &[&of.at.id.as_uuid()]).await.unwrap();
        all.insert(table, rows.iter().map(|row| row.get(0)).collect());
    }
    all
}

/// Every route, as the owner of one practice, with the ids of another in the path and in every field: under one's own
/// address, and under the other's. Nothing of the other is shown, changed, or tied to what is one's own.
async fn nothing_of_another_practice(app: &TestApp, one: &Furnished, two: &Furnished) {
    let before = everything_of(&app.db, two).await;
    for route in routes::table() {
        if !route.path.contains("{org}") {
            continue;
        }
        // The other's own public pages are anybody's: there is nothing to try but its ids under another's address.
        let public = route.path.contains("/b/{org}");
        for slug in [&one.at.slug, &two.at.slug]
            .into_iter()
            .take(if public { 1 } else { 2 })
        {
            let page = send_foreign(app, one, two, &route, slug).await;
            let what = format!("{} {} at {slug}", route.method, route.path);
            assert_ne!(page.status, StatusCode::INTERNAL_SERVER_ERROR, "{what}");
            for theirs in [
                "Persontwo",
                "8501016184086",
                "Stocktaking two",
                "Meeting two",
                "colleague@two",
                "Example two",
            ] {
                let typed = theirs == "Persontwo" && page.text.contains("value=\"Persontwo\"");
                assert!(
                    typed || !page.text.contains(theirs),
                    "{what} shows {theirs} of another practice"
                );
            }
            if slug == &two.at.slug {
                assert_eq!(page.status, StatusCode::NOT_FOUND, "{what}");
            }
        }
    }
    assert_eq!(
        everything_of(&app.db, two).await,
        before,
        "another practice was changed"
    );
    let theirs = [two.patient.to_string(), two.booking.to_string(), two.online.to_string()];
    let theirs = theirs.into_iter().chain([
        two.at.service.to_string(),
        two.at.location.to_string(),
        two.at.resources[0].to_string(),
    ]);
    let mut own = everything_of(&app.db, one).await;
    // Whose trail was asked for is recorded as it was asked, and says nothing about them.
    own.get_mut("audit_entries")
        .unwrap()
        .retain(|row| !row.contains(",read_trail,"));
    for id in theirs {
        for (table, rows) in &own {
            assert!(
                !rows.iter().any(|row| row.contains(&id)),
                "a row of {table} is tied to {id} of another practice"
            );
        }
    }
}

async fn send_foreign(app: &TestApp, one: &Furnished, two: &Furnished, route: &Route, slug: &str) -> Page {
    let mut browser = app.signed_in(&one.owner);
    let path = path(two, route.path, slug);
    if route.method == "GET" {
        let separator = if path.contains('?') { '&' } else { '?' };
        let (patient, booking) = (two.patient, two.booking);
        let (diary, service, place) = (two.at.resources[0], two.at.service, two.at.location);
        let query = format!(
            "patient={patient}&booking={booking}&with={patient}&diary={diary}&resource={diary}&r={diary}&s={service}&l={place}"
        );
        return browser.get(&format!("{path}{separator}{query}")).await;
    }
    if route.path.starts_with("/api/") {
        let key = uuid::Uuid::new_v4().to_string();
        browser.headers.push(("idempotency-key", key));
        return browser.post_json(&path, &body(two, route.path)).await;
    }
    let fields = fields(two, route.path);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let from = if route.path.starts_with("/b/") {
        format!("/b/{}", one.at.slug)
    } else {
        format!("/o/{}/trail", one.at.slug)
    };
    browser.post(&from, &path, &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn p6_no_route_reaches_another_practice() {
    let app = TestApp::start().await;
    let (one, two) = (
        app.db.furnished("one", "8001015009087").await,
        app.db.furnished("two", "8501016184086").await,
    );
    nothing_of_another_practice(&app, &one, &two).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p6_the_application_alone_keeps_every_route_to_its_own_practice() {
    let app = TestApp::start().await;
    let (one, two) = (
        app.db.furnished("one", "8001015009087").await,
        app.db.furnished("two", "8501016184086").await,
    );
    app.db.switch_policies_off().await;
    nothing_of_another_practice(&app, &one, &two).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_attempt_is_in_the_trail() {
    let app = TestApp::start().await;
    let practice = app.db.practice("refused").await;
    let reception = app.db.member(&practice, Role::Reception).await;
    let page = app.signed_in(&reception).get("/o/refused/team").await;
    assert!(page.is_denied());
    let query =
        "SELECT count(*) FROM aloe.audit_entries WHERE action = 'denied' AND outcome = 'denied' AND user_id = $1";
    let rows = app
        .db
        .superuser()
        .await
        .query_one(query, &[&reception.membership.user.as_uuid()])
        .await
        .unwrap();
    assert_eq!(rows.get::<_, i64>(0), 1);
}

/// What the database refuses is an attempt as well, and so is what only an owner may do.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_database_refuses_is_in_the_trail_too() {
    let app = TestApp::start().await;
    let practice = app.db.practice("inside").await;
    let administrator = app.db.member(&practice, Role::Administrator).await;
    let other = app.db.member(&practice, Role::Reception).await;
    let mut browser = app.signed_in(&administrator);
    let change = format!("/o/inside/team/{}", other.membership.id);
    let fields = [("version", "1"), ("role", "owner"), ("standing", "active")];
    let page = browser.post("/o/inside/team", &change, &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
    let query = "SELECT count(*) FROM aloe.audit_entries WHERE action = 'denied' AND user_id = $1";
    let ask = async |who: &Member| -> i64 {
        let superuser = app.db.superuser().await;
        superuser
            .query_one(query, &[&who.membership.user.as_uuid()])
            .await
            .unwrap()
            .get(0)
    };
    assert_eq!(ask(&administrator).await, 1);
    let mut browser = app.signed_in(&other);
    let denied = browser.get("/api/o/inside/audit-entries").await;
    let before = ask(&other).await;
    assert_eq!(before, i64::from(denied.status == StatusCode::FORBIDDEN));
    let denied = browser.get("/o/inside/settings").await;
    assert!(denied.is_denied());
    assert_eq!(ask(&other).await, before + 1, "once, not twice");
}
