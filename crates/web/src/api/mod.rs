//! The JSON face of the operations that the pages use: availability, bookings, patients, audit entries. Described in OpenAPI
//! 3.1 from these very types; failures are problems (RFC 9457).

mod answer;
mod availability;
mod body;
mod bookings;
mod describe;
mod openapi;
mod patients;
mod token;
mod trail;

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use self::answer::Refusal;
use crate::routes::{Access, Route};
use aloe_domain::permission::Permission;

pub use describe::Operation;
use describe::operation;
pub use token::PREFIX as CREDENTIAL_PREFIX;

/// The routes of the API with their descriptions.
pub fn routes() -> Vec<Route> {
    use Access::{Anybody, Needs, Visitor};
    use Permission::{AuditOwn, Patients, Schedule};
    vec![
        Route::read("/api/openapi.json", Anybody, openapi::show),
        Route::write("/api/token", Anybody, token::exchange).described(
            operation(
                "exchangeCredential",
                "A program's credential for an access token of five minutes",
            )
            .takes::<token::Credential>()
            .answers::<token::Granted>(),
        ),
        Route::read("/api/b/{org}/services", Visitor, availability::services).described(
            operation("listServices", "What can be booked online, where and with whom")
                .answers::<availability::Offered>(),
        ),
        Route::read("/api/b/{org}/availability", Visitor, availability::free).described(
            operation("listFreeTimes", "Free times of a service between two days")
                .asks::<availability::Wanted>()
                .answers::<availability::FreeTimes>(),
        ),
        Route::read("/api/o/{org}/bookings", Needs(Schedule), bookings::list).described(
            operation("listBookings", "Bookings that begin between two moments")
                .asks::<bookings::Between>()
                .answers::<bookings::Bookings>(),
        ),
        Route::write("/api/o/{org}/bookings", Needs(Schedule), bookings::create).described(
            operation(
                "createBooking",
                "Books at the desk; repeated with the same key, it answers the first booking",
            )
            .takes::<bookings::NewBooking>()
            .with_key()
            .makes::<bookings::Booking>(),
        ),
        Route::read("/api/o/{org}/bookings/{id}", Needs(Schedule), bookings::show)
            .described(operation("getBooking", "One booking").answers::<bookings::Booking>()),
        Route::write("/api/o/{org}/bookings/{id}/move", Needs(Schedule), bookings::move_it).described(
            operation("moveBooking", "Moves or resizes a booking that has not changed since")
                .takes::<bookings::Move>()
                .answers::<bookings::Booking>(),
        ),
        Route::write(
            "/api/o/{org}/bookings/{id}/status",
            Needs(Schedule),
            bookings::set_status,
        )
        .described(
            operation(
                "setBookingStatus",
                "Arrived, in progress, completed, did not come, cancelled",
            )
            .takes::<bookings::StatusChange>()
            .answers::<bookings::Booking>(),
        ),
        Route::write("/api/o/{org}/patients/search", Needs(Patients), patients::search).described(
            operation(
                "searchPatients",
                "People by any part of the name, phone, birth date or ID number",
            )
            .takes::<patients::Search>()
            .answers::<patients::FoundPatients>(),
        ),
        Route::write("/api/o/{org}/patients", Needs(Patients), patients::create).described(
            operation(
                "registerPatient",
                "Registers a person; repeated with the same key, it answers the first. Identifiers are answered masked",
            )
            .takes::<patients::NewPatient>()
            .with_key()
            .makes::<patients::Patient>(),
        ),
        Route::read("/api/o/{org}/patients/{id}", Needs(Patients), patients::show)
            .described(operation("getPatient", "One person's contact details").answers::<patients::Patient>()),
        Route::read("/api/o/{org}/audit-entries", Needs(AuditOwn), trail::list).described(
            operation(
                "listAuditEntries",
                "Entries of the audit trail that the roles may see, newest first",
            )
            .asks::<trail::Wanted>()
            .answers::<trail::Entries>(),
        ),
    ]
}

/// Whatever goes wrong under `/api`, the answer is a problem document: callers are programs.
pub async fn speak_json(mut request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/api/") {
        request
            .headers_mut()
            .insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    }
    next.run(request).await
}

/// What changes something is sent as JSON: a page of another site cannot send that without being asked first, which is the
/// API's guard against forged requests besides their origin.
pub async fn take_json(request: Request, next: Next) -> Response {
    if body::is_json(request.headers()) {
        next.run(request).await
    } else {
        Refusal::NotJson.into_response()
    }
}
