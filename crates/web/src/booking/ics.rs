//! A booking as an iCalendar file (RFC 5545): the same instant and the same wall time as the page.

use aloe_db::bookings::Confirmed;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::front::Guest;
use crate::clock;

/// The file.
pub fn entry(guest: &Guest, b: &Confirmed, link: &str) -> Response {
    let agenda = &guest.agenda;
    let place = agenda.location(b.location);
    let summary = agenda.service(b.service).map(|s| s.name.clone()).unwrap_or_default();
    let location = place.map(|p| format!("{}, {}", p.name, p.address)).unwrap_or_default();
    let text = calendar(&Entry {
        uid: format!("{}@aloe", b.id),
        sequence: b.version - 1,
        now: clock::now(),
        starts_at: b.starts_at,
        ends_at: b.ends_at,
        summary: &format!("{summary}, {}", agenda.profile.name),
        location: &location,
        description: &format!("{} {}\n{link}", guest.l.t("Reference"), b.reference),
        cancelled: b.status == aloe_domain::booking::Status::Cancelled,
    });
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/calendar; charset=utf-8"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"booking.ics\""),
    );
    response
}

struct Entry<'a> {
    uid: String,
    sequence: i32,
    now: Timestamp,
    starts_at: Timestamp,
    ends_at: Timestamp,
    summary: &'a str,
    location: &'a str,
    description: &'a str,
    cancelled: bool,
}

/// Times are written in UTC, which every program shows in its own zone: no zone data has to agree.
fn calendar(e: &Entry<'_>) -> String {
    let moment = |at: Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let status = if e.cancelled { "CANCELLED" } else { "CONFIRMED" };
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Aloe//Booking//EN".to_owned(),
        "METHOD:PUBLISH".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}", e.uid),
        // What came later replaces what came before it (RFC 5545, 3.8.7.4).
        format!("SEQUENCE:{}", e.sequence),
        format!("DTSTAMP:{}", moment(e.now)),
        format!("DTSTART:{}", moment(e.starts_at)),
        format!("DTEND:{}", moment(e.ends_at)),
        format!("SUMMARY:{}", escaped(e.summary)),
        format!("LOCATION:{}", escaped(e.location)),
        format!("DESCRIPTION:{}", escaped(e.description)),
        format!("STATUS:{status}"),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ];
    lines.iter().map(|line| folded(line)).collect()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace(';', "\\;")
        .replace(',', "\\,")
        .replace('\n', "\\n")
}

/// Lines end in CRLF and are folded at 75 octets, between characters.
fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > 74 {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(summary: &str) -> String {
        let at = |s: &str| s.parse::<Timestamp>().unwrap();
        calendar(&Entry {
            uid: "1@aloe".into(),
            sequence: 2,
            now: at("2026-11-22T10:00:00Z"),
            starts_at: at("2026-11-24T07:00:00Z"),
            ends_at: at("2026-11-24T07:20:00Z"),
            summary,
            location: "Main rooms, 1 Street",
            description: "x",
            cancelled: false,
        })
    }

    #[test]
    fn an_entry_has_what_the_standard_demands() {
        let text = sample("Consultation");
        for line in [
            "UID:1@aloe\r\n",
            "SEQUENCE:2\r\n",
            "DTSTAMP:20261122T100000Z\r\n",
            "DTSTART:20261124T070000Z\r\n",
            "PRODID:",
        ] {
            assert!(text.contains(line), "{line}");
        }
        assert!(text.contains("LOCATION:Main rooms\\, 1 Street"));
    }

    #[test]
    fn long_lines_are_folded_between_characters() {
        let text = sample(&"é".repeat(80));
        assert!(text.lines().all(|line| line.len() <= 75));
        assert_eq!(text.replace("\r\n ", "").matches('é').count(), 80);
    }
}
