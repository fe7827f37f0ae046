//! Every form that makes something, sent twice from one page, one after the other and both at once: done once.

use aloe_domain::permission::Role;
use axum::http::StatusCode;

use crate::support::{TestApp, encode};

/// The table that gets a row, the page of the form, where it is sent, and what is typed.
type Sent<'a> = (&'a str, &'a str, &'a str, &'a [(&'a str, &'a str)]);

fn body(fields: &[(&str, String)]) -> String {
    let pairs: Vec<String> = fields.iter().map(|(k, v)| format!("{k}={}", encode(v))).collect();
    pairs.join("&")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_twice_is_done_once() {
    let app = TestApp::start().await;
    let practice = app.db.practice("twice").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let patient = app.db.patient(&owner, "Dlamini", "8001015009087").await;
    let signed = {
        let mut browser = app.signed_in(&owner);
        let begun = browser
            .post("/o/twice/trail", &format!("/o/twice/patients/{patient}/consult"), &[])
            .await;
        let note = begun.location;
        let fields = [("version", "0"), ("plan", "Rest.")];
        browser.post(&note, &format!("{note}/save"), &fields).await;
        let done = browser.post(&note, &format!("{note}/sign"), &[("version", "1")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        note
    };
    let (location, diary) = (practice.location.to_string(), practice.resources[0].to_string());
    let file = format!("/o/twice/patients/{patient}/file");
    let (consult, amend) = (
        format!("/o/twice/patients/{patient}/consult"),
        format!("{signed}/amend"),
    );
    let forms: [Sent<'_>; 8] = [
        (
            "patients",
            "/o/twice/patients/new",
            "/o/twice/patients/new",
            &[("surname", "Nkosi"), ("kind", "none_unknown"), ("notice", "1")],
        ),
        ("encounters", &file, &consult, &[]),
        (
            "notes",
            &signed,
            &amend,
            &[("reason", "left out"), ("text", "Fluids too.")],
        ),
        (
            "invitations",
            "/o/twice/team",
            "/o/twice/team/invite",
            &[
                ("email", "new@example.org"),
                ("name", "Nomsa Dube"),
                ("role", "reception"),
            ],
        ),
        (
            "locations",
            "/o/twice/settings/places",
            "/o/twice/settings/places",
            &[("name", "Annex"), ("time_zone", "Africa/Johannesburg"), ("active", "1")],
        ),
        (
            "resources",
            "/o/twice/settings/diaries",
            "/o/twice/settings/diaries",
            &[("name", "Room 2"), ("kind", "room"), ("capacity", "1"), ("active", "1")],
        ),
        (
            "services",
            "/o/twice/settings/services",
            "/o/twice/settings/services",
            &[
                ("name", "Check-up"),
                ("minutes", "20"),
                ("buffer_before", "0"),
                ("buffer_after", "0"),
                ("step", "20"),
                ("lead_minutes", "0"),
                ("horizon_days", "30"),
                ("diary", &diary),
                ("active", "1"),
            ],
        ),
        (
            "closures",
            "/o/twice/settings/closures",
            "/o/twice/settings/closures",
            &[
                ("place", &location),
                ("first", "2027-03-01"),
                ("kind", "closed"),
                ("reason", "stocktaking"),
            ],
        ),
    ];
    let superuser = app.db.superuser().await;
    for (table, from, to, fields) in forms {
        let count = format!("SELECT count(*) FROM aloe.{table}");
        let ask = async || superuser.query_one(&count, &[]).await.unwrap().get::<_, i64>(0);
        let before = ask().await;
        let mut browser = app.signed_in(&owner);
        let page = browser.get(from).await;
        assert_eq!(page.status, StatusCode::OK, "{from}");
        let mut sent: Vec<(&str, String)> = fields.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
        sent.push(("csrf", page.csrf()));
        sent.push(("once", page.value_of("once")));
        assert!(!page.value_of("once").is_empty(), "{from} has no key");
        let text = body(&sent);
        let (mut one, mut two) = (app.signed_in(&owner), app.signed_in(&owner));
        let (first, second) = tokio::join!(one.post_raw(to, &text), two.post_raw(to, &text));
        let third = browser.post_raw(to, &text).await;
        for page in [first, second, third] {
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{to}: {}", page.text);
        }
        assert_eq!(ask().await, before + 1, "{to}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_works_here_is_not_invited_again() {
    let app = TestApp::start().await;
    let practice = app.db.practice("again").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let colleague = app.db.member(&practice, Role::Reception).await;
    let fields = [
        ("email", colleague.email.as_str()),
        ("name", "Nomsa Dube"),
        ("role", "owner"),
    ];
    let mut browser = app.signed_in(&owner);
    let page = browser.post("/o/again/team", "/o/again/team/invite", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("works here already"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_change_a_week_the_second_sees_what_the_first_saved() {
    let app = TestApp::start().await;
    let practice = app.db.practice("week").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let hours = "/o/week/settings/hours";
    let mut browser = app.signed_in(&owner);
    let page = browser.get(hours).await;
    let fixed = ["diary", "place", "before"].map(|name| (name, page.value_of(name)));
    let send = async |from: &str, before: &str| {
        let mut fields: Vec<(&str, &str)> = fixed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fields[2].1 = before;
        fields.extend([("from_0_0", from), ("to_0_0", "17:00")]);
        app.signed_in(&owner).post(hours, hours, &fields).await
    };
    assert_eq!(send("09:00", &fixed[2].1).await.status, StatusCode::SEE_OTHER);
    let second = send("10:00", &fixed[2].1).await;
    assert_eq!(second.status, StatusCode::CONFLICT, "{}", second.text);
    assert!(
        second.text.contains("Someone else saved first") && second.text.contains("<b>09:00</b>"),
        "{}",
        second.text
    );
    assert_eq!(second.value_of("from_0_0"), "10:00", "what was typed stays");
    assert_eq!(
        send("10:00", &second.value_of("before")).await.status,
        StatusCode::SEE_OTHER
    );
}

/// A settings page with a version: where it is, its fields, and the one that two people write differently.
type Edited<'a> = (String, Vec<(&'a str, &'a str)>, &'a str);

/// Two open the same page, both save: the second is shown what the first saved, keeps what was typed, and may save again.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_change_settings_the_second_sees_what_the_first_saved() {
    let app = TestApp::start().await;
    let practice = app.db.practice("pair").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let colleague = app.db.member(&practice, Role::Reception).await;
    let diary = practice.resources[1].to_string();
    let pages: [Edited<'_>; 6] = [
        ("/o/pair/settings/profile".into(), vec![("language", "en")], "name"),
        ("/o/pair/settings/booking".into(), vec![("live", "1")], "welcome"),
        (
            format!("/o/pair/settings/places/{}", practice.location),
            vec![("time_zone", "Africa/Johannesburg"), ("active", "1")],
            "name",
        ),
        (
            format!("/o/pair/settings/diaries/{diary}"),
            vec![("kind", "practitioner"), ("capacity", "1"), ("active", "1")],
            "name",
        ),
        (
            format!("/o/pair/settings/services/{}", practice.service),
            vec![
                ("minutes", "20"),
                ("step", "20"),
                ("buffer_before", "0"),
                ("buffer_after", "0"),
                ("lead_minutes", "0"),
                ("horizon_days", "30"),
                ("diary", &diary),
                ("active", "1"),
            ],
            "name",
        ),
        (
            format!("/o/pair/team/{}", colleague.membership.id),
            vec![("standing", "active")],
            "role",
        ),
    ];
    for (path, fixed, differs) in pages {
        let shown = if differs == "role" {
            "/o/pair/team".to_owned()
        } else {
            path.clone()
        };
        let version = match differs {
            "role" => "1".to_owned(),
            _ => app.signed_in(&owner).get(&shown).await.value_of("version"),
        };
        let send = async |typed: &str, version: &str| {
            let mut fields = fixed.clone();
            fields.extend([(differs, typed), ("version", version)]);
            app.signed_in(&owner).post(&shown, &path, &fields).await
        };
        let (first, second) = if differs == "role" {
            ("practitioner", "administrator")
        } else {
            ("Theirs", "Mine")
        };
        let words = if differs == "role" {
            "<b>Practitioner</b>"
        } else {
            "<b>Theirs</b>"
        };
        assert_eq!(send(first, &version).await.status, StatusCode::SEE_OTHER, "{path}");
        let late = send(second, &version).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{path}: {}", late.text);
        assert!(
            late.text.contains("Someone else saved first") && late.text.contains(words),
            "{path}: {}",
            late.text
        );
        let newer = (version.parse::<i32>().unwrap() + 1).to_string();
        if differs == "role" {
            assert!(late.text.contains("<details class=\"menu\" open>"), "{}", late.text);
        } else {
            assert_eq!(late.value_of("version"), newer, "{path}");
            assert!(late.text.contains("Mine"), "{path} keeps what was typed");
        }
        assert_eq!(send(second, &newer).await.status, StatusCode::SEE_OTHER, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_members_roles_is_said_in_their_form() {
    let app = TestApp::start().await;
    let practice = app.db.practice("roles").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let path = format!("/o/roles/team/{}", owner.membership.id);
    for (fields, sentence) in [
        (vec![("version", "1")], "Choose at least one role."),
        (
            vec![("version", "1"), ("role", "reception")],
            "keeps at least one owner",
        ),
    ] {
        let page = app.signed_in(&owner).post("/o/roles/team", &path, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let form = page.text.split("class=\"menu\" open").nth(1).unwrap_or_default();
        let form = form.split("</details>").next().unwrap_or_default();
        assert!(form.contains(sentence), "{}", page.text);
    }
}
