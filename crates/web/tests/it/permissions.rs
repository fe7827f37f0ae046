//! Who may do what, derived from the running system: every route with every role, and every route with the ids of
//! another organisation (lesson 12; P6 and P7). `docs/permissions.md` holds the same table; a new route without a row
//! there fails here. `UPDATE_PERMISSIONS=1` writes it anew.

use std::path::Path;

use aloe_db::bookings::{self, DeskBooking, IdempotencyKey};
use aloe_db::clinical;
use aloe_domain::booking::Channel;
use aloe_domain::permission::{OrganisationKind, Role, need};
use aloe_testkit::{Member, Organisation, TestDb, visit};
use aloe_web::routes::{self, Access};
use axum::http::StatusCode;
use serde_json::json;

use crate::support::TestApp;

/// One organisation with one of everything that a path can name.
struct Furnished {
    at: Organisation,
    owner: Member,
    patient: String,
    booking: String,
    consultation: String,
    identifier: String,
}

async fn furnish(db: &TestDb, slug: &str, sa_id: &str) -> Furnished {
    let at = db.practice(slug).await;
    let owner = db.member(&at, Role::Owner).await;
    let patient = db.patient(&owner, &format!("Person{slug}"), sa_id).await;
    let mut tx = db.doors.public(&visit(), &at.slug).await.unwrap();
    let agenda = aloe_db::agenda::Agenda::load(&mut tx, jiff::civil::date(2020, 1, 1))
        .await
        .unwrap();
    tx.done().await.unwrap();
    let wanted = DeskBooking {
        service: at.service,
        location: at.location,
        resource: at.resources[0],
        starts_at: "2027-02-01T07:00:00Z".parse().unwrap(),
        minutes: None,
        patient: Some(patient),
        name: format!("Person{slug}"),
        phone: String::new(),
        note: String::new(),
        channel: Channel::Desk,
        language: "en".into(),
        overbook_reason: String::new(),
        booked_by: "test".into(),
    };
    let scope = owner.membership.scope::<need::Schedule>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let key = IdempotencyKey::parse(&uuid::Uuid::new_v4().to_string()).unwrap();
    let booking = bookings::book_at_desk(&mut tx, &agenda, &wanted, &key).await.unwrap();
    tx.commit().await.unwrap();
    let scope = owner.membership.scope::<need::Clinical>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let consultation = clinical::begin(&mut tx, patient, None, &owner.membership)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let scope = owner.membership.scope::<need::Patients>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let identifier = aloe_db::patients::identifiers(&mut tx, patient)
        .await
        .unwrap()
        .remove(0)
        .id;
    tx.done().await.unwrap();
    Furnished {
        at,
        owner,
        patient: patient.to_string(),
        booking: booking.to_string(),
        consultation: consultation.to_string(),
        identifier: identifier.to_string(),
    }
}

impl Furnished {
    /// A path of the table with the ids of this organisation, under some organisation's address.
    fn path(&self, template: &str, slug: &str) -> String {
        let id = if template.contains("/patients/") {
            &self.patient
        } else if template.contains("/bookings/") {
            &self.booking
        } else if template.contains("/consultations/") {
            &self.consultation
        } else if template.contains("/identifiers/") {
            &self.identifier
        } else if template.contains("/team/") {
            return template
                .replace("{org}", slug)
                .replace("{id}", &self.owner.membership.id.to_string());
        } else if template.contains("/diaries/") {
            return template
                .replace("{org}", slug)
                .replace("{id}", &self.at.resources[1].to_string());
        } else if template.contains("/services/") {
            return template
                .replace("{org}", slug)
                .replace("{id}", &self.at.service.to_string());
        } else {
            return template
                .replace("{org}", slug)
                .replace("{id}", &self.at.location.to_string());
        };
        template
            .replace("{org}", slug)
            .replace("{id}", id)
            .replace("{merge}", id)
    }
}

impl Furnished {
    /// A body that an operation of the API takes, with the ids of this organisation.
    fn body(&self, template: &str) -> String {
        let at = json!({
            "resource": self.at.resources[0].to_string(), "location": self.at.location.to_string(),
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
            Some("bookings") => with(json!({ "service": self.at.service.to_string(), "name": "Stolen" })),
            Some("patients") => json!({ "surname": "Stolen", "document": { "kind": "none_unknown" } }).to_string(),
            other => unreachable!("an operation without a body in this test: {other:?}"),
        }
    }
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
    let practice = furnish(&app.db, "practice", "8001015009087").await;
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
            let path = practice.path(route.path, slug);
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

/// Every route, as the owner of one practice, with the ids of another: under one's own address, and under the other's.
async fn nothing_of_another_practice(app: &TestApp, one: &Furnished, two: &Furnished) {
    for route in routes::table() {
        if !route.path.contains("{org}") || matches!(route.access, Access::Visitor) {
            continue;
        }
        for slug in [&one.at.slug, &two.at.slug] {
            let path = two.path(route.path, slug);
            let mut browser = app.signed_in(&one.owner);
            let fields: &[(&str, &str)] = &[
                ("version", "1"),
                ("purpose", "identity"),
                ("to", "arrived"),
                ("role", "owner"),
                ("name", "Stolen"),
                ("surname", "Stolen"),
            ];
            let page = if route.method == "GET" {
                browser.get(&path).await
            } else if route.path.starts_with("/api/") {
                browser
                    .headers
                    .push(("idempotency-key", uuid::Uuid::new_v4().to_string()));
                browser.post_json(&path, &two.body(route.path)).await
            } else {
                browser.post(&format!("/o/{}/trail", one.at.slug), &path, fields).await
            };
            assert!(
                !page.text.contains("Persontwo"),
                "{} {path} shows someone of another practice",
                route.method
            );
            assert!(!page.text.contains("8501016184086"), "{} {path}", route.method);
            if slug == &two.at.slug {
                assert_eq!(page.status, StatusCode::NOT_FOUND, "{} {path}", route.method);
            }
        }
    }
    let untouched =
        "SELECT count(*) FROM aloe.bookings WHERE organisation_id = $1 AND status = 'confirmed' AND version = 1";
    let rows = app
        .db
        .superuser()
        .await
        .query_one(untouched, &[&two.at.id.as_uuid()])
        .await
        .unwrap();
    assert_eq!(rows.get::<_, i64>(0), 1, "a booking of another practice was changed");
    let stolen = "SELECT count(*) FROM aloe.patients WHERE organisation_id = $1 AND surname = 'Stolen'";
    let rows = app
        .db
        .superuser()
        .await
        .query_one(stolen, &[&two.at.id.as_uuid()])
        .await
        .unwrap();
    assert_eq!(rows.get::<_, i64>(0), 0, "a patient of another practice was changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn p6_no_route_reaches_another_practice() {
    let app = TestApp::start().await;
    let (one, two) = (
        furnish(&app.db, "one", "8001015009087").await,
        furnish(&app.db, "two", "8501016184086").await,
    );
    nothing_of_another_practice(&app, &one, &two).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p6_the_application_alone_keeps_every_route_to_its_own_practice() {
    let app = TestApp::start().await;
    let (one, two) = (
        furnish(&app.db, "one", "8001015009087").await,
        furnish(&app.db, "two", "8501016184086").await,
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
