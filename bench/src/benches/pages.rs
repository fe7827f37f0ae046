//! What a first visit brings over the wire, counted by a real browser.

use std::process::Command;

use super::bookings::Ground;
use crate::Options;
use crate::figures::{Bar, Report};
use crate::installation::Filled;
use crate::trouble::Trouble;

/// What the browser counted.
#[derive(serde::Deserialize)]
struct Counted {
    booking_kb: f64,
    booking_requests: f64,
    calendar_kb: f64,
    calendar_requests: f64,
    calendar_bookings: f64,
    foreign_requests: f64,
}

/// Measures.
///
/// # Errors
/// A sentence about what went wrong.
pub fn measure(options: &Options) -> Result<Report, Trouble> {
    let installation = Filled::fresh(&options.program, "pages", 2, 300)?.start(&options.program)?;
    Ground::lay(&installation)?;
    let (organisation, member) = installation.member("administrator")?;
    installation.database.rows(&week(&organisation.slug))?;
    let output = Command::new("node")
        .arg(options.root.join("bench").join("pages.mjs"))
        .args([
            &format!("https://localhost:{}", installation.port),
            &organisation.slug,
            &member.email,
            &member.password,
        ])
        .output()
        .map_err(|e| Trouble::io("starting the browser", &e))?;
    if !output.status.success() {
        return Err(Trouble::Plain(format!(
            "the browser: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )));
    }
    let counted: Counted =
        serde_json::from_slice(&output.stdout).map_err(|e| Trouble::io("reading the browser's count", &e))?;
    let mut report = Report::default();
    report.note(format!("The calendar shows {} bookings.", counted.calendar_bookings));
    report.figure("booking_kb", counted.booking_kb, Bar::AtMost(40.0));
    report.figure("booking_requests", counted.booking_requests, Bar::Reported);
    report.figure("calendar_kb", counted.calendar_kb, Bar::AtMost(90.0));
    report.figure("calendar_requests", counted.calendar_requests, Bar::Reported);
    report.figure("foreign_requests", counted.foreign_requests, Bar::AtMost(0.0));
    Ok(report)
}

/// Eight practitioners with twenty bookings on each day of this week.
fn week(slug: &str) -> String {
    format!(
        "SET session_replication_role = replica;
         INSERT INTO resources (organisation_id, resource_id, kind, name, position)
         SELECT o.organisation_id, gen_random_uuid(), 'practitioner', 'Dr ' || (ARRAY['Khumalo','Naidoo','Botha','Mokoena','Jacobs','Dlamini','Pillay','Steyn'])[n], 100 + n
         FROM organisations o, generate_series((SELECT count(*) FROM resources r JOIN organisations o USING (organisation_id) WHERE o.slug = '{slug}') + 1, 8) n
         WHERE o.slug = '{slug}';
         INSERT INTO weekly_hours (organisation_id, weekly_hours_id, resource_id, location_id, weekday, opens, closes)
         SELECT r.organisation_id, gen_random_uuid(), r.resource_id, h.location_id, d, 480, 1020
         FROM resources r JOIN organisations o USING (organisation_id) CROSS JOIN generate_series(1, 7) d
         CROSS JOIN LATERAL (SELECT location_id FROM weekly_hours w WHERE w.organisation_id = o.organisation_id LIMIT 1) h
         WHERE o.slug = '{slug}' AND r.position > 100;
         CREATE TEMPORARY TABLE made AS
         SELECT r.organisation_id, gen_random_uuid() AS booking_id, r.resource_id, h.location_id, s.service_id,
             (date_trunc('week', now() AT TIME ZONE 'Africa/Johannesburg') + d * interval '1 day' + interval '8 hours' + n * interval '25 minutes')
                 AT TIME ZONE 'Africa/Johannesburg' AS starts_at, row_number() OVER () AS number
         FROM resources r JOIN organisations o USING (organisation_id) CROSS JOIN generate_series(0, 6) d CROSS JOIN generate_series(0, 19) n
         CROSS JOIN LATERAL (SELECT location_id FROM weekly_hours w WHERE w.organisation_id = o.organisation_id LIMIT 1) h
         CROSS JOIN LATERAL (SELECT service_id FROM services w WHERE w.organisation_id = o.organisation_id LIMIT 1) s
         WHERE o.slug = '{slug}';
         INSERT INTO bookings (organisation_id, booking_id, reference, service_id, location_id, resource_id, status, channel, starts_at, ends_at, contact_name, contact_phone)
         SELECT organisation_id, booking_id, lpad(upper(to_hex(number)), 8, 'Z'), service_id, location_id, resource_id, 'confirmed', 'desk', starts_at, starts_at + interval '20 minutes',
             (ARRAY['Naledi Khumalo','Pieter Botha','Aisha Jacobs','Thabo Mokoena','Sipho van der Merwe','Lerato Maluleke'])[1 + number % 6] || ' ' || number, '+2760' || lpad(number::text, 7, '0')
         FROM made;
         INSERT INTO occupancies (organisation_id, occupancy_id, booking_id, resource_id, lane, starts_at, ends_at)
         SELECT organisation_id, gen_random_uuid(), booking_id, resource_id, 0, starts_at, starts_at + interval '20 minutes' FROM made;
         SET session_replication_role = origin;
         UPDATE agenda_versions SET version = version + 1;"
    )
}
