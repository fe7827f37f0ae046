//! Every route with what it takes to reach it: the one table that the router, the documentation and the permission test
//! are made from. A handler that is not in it cannot be reached.

use aloe_domain::permission::Permission;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};
use tower_http::compression::CompressionLayer;

use crate::api::{self, Operation};
use crate::state::Aloe;
use crate::{assets, booking, calendar, clinical, door, guard, office, people, report, session, source, visitor};

/// What it takes to reach a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody: assets.
    Anybody,
    /// Anybody, with a browser's own token: public pages and the door.
    Visitor,
    /// Somebody signed in.
    SignedIn,
    /// A member of the organisation in the path, whatever the roles.
    Member,
    /// A member whose roles grant this.
    Needs(Permission),
}

/// One line of the table.
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Its path, as axum writes it.
    pub path: &'static str,
    /// What it takes.
    pub access: Access,
    /// What the OpenAPI document says about it, when it is for programs.
    pub operation: Option<Operation>,
    handler: MethodRouter<Aloe>,
}

impl Route {
    /// A route that shows something.
    pub(crate) fn read<H, T>(path: &'static str, access: Access, handler: H) -> Self
    where
        H: axum::handler::Handler<T, Aloe>,
        T: 'static,
    {
        Self {
            method: "GET",
            path,
            access,
            operation: None,
            handler: get(handler),
        }
    }

    /// A route that changes something.
    pub(crate) fn write<H, T>(path: &'static str, access: Access, handler: H) -> Self
    where
        H: axum::handler::Handler<T, Aloe>,
        T: 'static,
    {
        Self {
            method: "POST",
            path,
            access,
            operation: None,
            handler: post(handler),
        }
    }

    /// The same with its description for programs.
    pub(crate) fn described(self, operation: Operation) -> Self {
        Self {
            operation: Some(operation),
            ..self
        }
    }
}

fn read<H, T>(path: &'static str, access: Access, handler: H) -> Route
where
    H: axum::handler::Handler<T, Aloe>,
    T: 'static,
{
    Route::read(path, access, handler)
}

fn write<H, T>(path: &'static str, access: Access, handler: H) -> Route
where
    H: axum::handler::Handler<T, Aloe>,
    T: 'static,
{
    Route::write(path, access, handler)
}

/// The table.
pub fn table() -> Vec<Route> {
    let mut all = doors();
    all.extend(public());
    all.extend(desk());
    all.extend(files());
    all.extend(running());
    all.extend(api::routes());
    all
}

/// The public pages.
fn public() -> Vec<Route> {
    use Access::Visitor;
    vec![
        read("/b/{org}", Visitor, booking::services::show),
        read("/b/{org}/times", Visitor, booking::times::show),
        write("/b/{org}/hold", Visitor, booking::times::hold),
        read("/b/{org}/details", Visitor, booking::details::show),
        write("/b/{org}/details", Visitor, booking::details::submit),
        write("/b/{org}/pin", Visitor, booking::pin::prove),
        write("/b/{org}/pin/again", Visitor, booking::pin::again),
        write("/b/{org}/confirm", Visitor, booking::pin::confirm),
        read("/b/{org}/m/{token}", Visitor, booking::manage::show),
        read(
            "/b/{org}/m/{token}/booking.ics",
            Visitor,
            booking::manage::calendar_entry,
        ),
        read("/b/{org}/m/{token}/move", Visitor, booking::manage::choose),
        write("/b/{org}/m/{token}/move", Visitor, booking::manage::move_it),
        read("/b/{org}/m/{token}/cancel", Visitor, booking::manage::ask_to_cancel),
        write("/b/{org}/m/{token}/cancel", Visitor, booking::manage::cancel),
    ]
}

/// The desk: calendar, bookings, people.
fn desk() -> Vec<Route> {
    use Access::{Member, Needs};
    use Permission::{AllPatients, Patients, RevealToVerify, Schedule};
    vec![
        read("/o/{org}/events", Member, calendar::events::events),
        read("/o/{org}/calendar", Needs(Schedule), calendar::show::show),
        read("/o/{org}/day", Needs(Schedule), calendar::day_list::show),
        read("/o/{org}/bookings/new", Needs(Schedule), calendar::booking::new),
        write("/o/{org}/bookings", Needs(Schedule), calendar::booking::create),
        read("/o/{org}/bookings/{id}", Needs(Schedule), calendar::booking::edit),
        write("/o/{org}/bookings/{id}", Needs(Schedule), calendar::booking::save),
        write("/o/{org}/bookings/{id}/drag", Needs(Schedule), calendar::drag::drag),
        write("/o/{org}/bookings/{id}/state", Needs(Schedule), calendar::state::change),
        write(
            "/o/{org}/bookings/{id}/patient",
            Needs(Schedule),
            calendar::state::attach,
        ),
        read("/o/{org}/bookings/{id}/who", Needs(Schedule), calendar::who::ask),
        write("/o/{org}/bookings/{id}/who", Needs(Schedule), calendar::who::look),
        read("/o/{org}/bookings/{id}/cancel", Needs(Schedule), calendar::cancel::ask),
        write(
            "/o/{org}/bookings/{id}/cancel",
            Needs(Schedule),
            calendar::cancel::cancel,
        ),
        read("/o/{org}/blocks/new", Needs(Schedule), calendar::block::new),
        write("/o/{org}/blocks", Needs(Schedule), calendar::block::create),
        read("/o/{org}/blocks/{id}", Needs(Schedule), calendar::block::show),
        write("/o/{org}/blocks/{id}/remove", Needs(Schedule), calendar::block::remove),
        read("/o/{org}/patients", Needs(Patients), people::list::list),
        write("/o/{org}/patients", Needs(Patients), people::list::find),
        read("/o/{org}/patients/new", Needs(Patients), people::form::new),
        write("/o/{org}/patients/new", Needs(Patients), people::form::create),
        read("/o/{org}/patients/{id}", Needs(Patients), people::show::show),
        read("/o/{org}/patients/{id}/edit", Needs(Patients), people::form::edit),
        write("/o/{org}/patients/{id}/edit", Needs(Patients), people::form::save),
        read("/o/{org}/patients/{id}/merge", Needs(AllPatients), people::merge::ask),
        write("/o/{org}/patients/{id}/merge", Needs(AllPatients), people::merge::merge),
        write(
            "/o/{org}/patients/{id}/merge/find",
            Needs(AllPatients),
            people::merge::find,
        ),
        write(
            "/o/{org}/patients/{id}/merge/{merge}/undo",
            Needs(AllPatients),
            people::merge::undo,
        ),
        write(
            "/o/{org}/identifiers/{id}/reveal",
            Needs(RevealToVerify),
            people::reveal::reveal,
        ),
    ]
}

/// The clinical file.
fn files() -> Vec<Route> {
    let needs = Access::Needs(Permission::Clinical);
    vec![
        read("/o/{org}/patients/{id}/file", needs, clinical::file::open),
        write("/o/{org}/patients/{id}/consult", needs, clinical::file::begin),
        read("/o/{org}/consultations/{id}", needs, clinical::file::show),
        write("/o/{org}/consultations/{id}/save", needs, clinical::draft::save),
        write("/o/{org}/consultations/{id}/review", needs, clinical::draft::review),
        read("/o/{org}/consultations/{id}/review", needs, clinical::sign::review),
        write("/o/{org}/consultations/{id}/sign", needs, clinical::sign::sign),
        write("/o/{org}/consultations/{id}/amend", needs, clinical::amend::amend),
    ]
}

/// Running the place.
fn running() -> Vec<Route> {
    use Access::Needs;
    use Permission::{AuditOwn, Owners, Settings, Team};
    use office::settings::{booking_page, closures, diaries, hours, places, profile, programs, services};
    vec![
        read("/o/{org}/team", Needs(Team), office::team::show),
        write("/o/{org}/team/invite", Needs(Team), office::team::invite),
        write(
            "/o/{org}/team/reception",
            Needs(Owners),
            office::team::let_reception_reveal,
        ),
        write("/o/{org}/team/factors", Needs(Owners), office::team::require_factors),
        write("/o/{org}/team/{id}", Needs(Team), office::team::change),
        write("/o/{org}/team/{id}/lost-factor", Needs(Team), office::team::lost_factor),
        write(
            "/o/{org}/team/{id}/factor-found",
            Needs(Team),
            office::team::factor_found,
        ),
        write(
            "/o/{org}/team/invitations/{id}/withdraw",
            Needs(Team),
            office::team::withdraw,
        ),
        read("/o/{org}/alerts", Needs(Team), office::alerts::show),
        write("/o/{org}/alerts/{id}/seen", Needs(Team), office::alerts::see),
        read("/o/{org}/trail", Needs(AuditOwn), office::trail::show),
        read("/o/{org}/outbox", Needs(Settings), office::outbox::show),
        read("/o/{org}/settings", Needs(Settings), office::setup::show),
        read("/o/{org}/settings/profile", Needs(Settings), profile::show),
        write("/o/{org}/settings/profile", Needs(Settings), profile::save),
        read("/o/{org}/settings/places", Needs(Settings), places::show),
        write("/o/{org}/settings/places", Needs(Settings), places::create),
        read("/o/{org}/settings/places/{id}", Needs(Settings), places::edit),
        write("/o/{org}/settings/places/{id}", Needs(Settings), places::save),
        read("/o/{org}/settings/diaries", Needs(Settings), diaries::show),
        write("/o/{org}/settings/diaries", Needs(Settings), diaries::create),
        read("/o/{org}/settings/diaries/{id}", Needs(Settings), diaries::edit),
        write("/o/{org}/settings/diaries/{id}", Needs(Settings), diaries::save),
        read("/o/{org}/settings/services", Needs(Settings), services::show),
        write("/o/{org}/settings/services", Needs(Settings), services::create),
        read("/o/{org}/settings/services/{id}", Needs(Settings), services::edit),
        write("/o/{org}/settings/services/{id}", Needs(Settings), services::save),
        read("/o/{org}/settings/hours", Needs(Settings), hours::show),
        write("/o/{org}/settings/hours", Needs(Settings), hours::save),
        read("/o/{org}/settings/closures", Needs(Settings), closures::show),
        write("/o/{org}/settings/closures", Needs(Settings), closures::create),
        write(
            "/o/{org}/settings/closures/{id}/remove",
            Needs(Settings),
            closures::remove,
        ),
        read("/o/{org}/settings/booking", Needs(Settings), booking_page::show),
        write("/o/{org}/settings/booking", Needs(Settings), booking_page::save),
        read("/o/{org}/settings/programs", Needs(Settings), programs::show),
        write("/o/{org}/settings/programs", Needs(Settings), programs::create),
        write(
            "/o/{org}/settings/programs/{id}/revoke",
            Needs(Settings),
            programs::revoke,
        ),
    ]
}

/// The door.
fn doors() -> Vec<Route> {
    use Access::{Anybody, SignedIn, Visitor};
    vec![
        write(report::PATH, Anybody, report::take),
        read("/assets/{name}", Anybody, assets::show),
        read("/sign-in", Visitor, door::sign_in::show),
        write("/sign-in", Visitor, door::sign_in::sign_in),
        read("/sign-in/code", Visitor, door::second_step::ask),
        write("/sign-in/code", Visitor, door::second_step::take),
        write("/sign-in/passkey/ask", Visitor, door::passkey::ask_anyone),
        write("/sign-in/passkey", Visitor, door::passkey::take_anyones),
        write("/sign-in/code/passkey/ask", Visitor, door::passkey::ask_second),
        write("/sign-in/code/passkey", Visitor, door::passkey::take_second),
        read("/reset", Visitor, door::reset::show),
        write("/reset", Visitor, door::reset::ask),
        read("/reset/choose", Visitor, door::reset::choose_page),
        write("/reset/choose", Visitor, door::reset::finish),
        read("/reset/{token}", Visitor, door::reset::open),
        read("/outbox", Visitor, door::outbox::show),
        write("/invitation/{token}/again", Visitor, door::invitation::again),
        read("/invitation/{token}", Visitor, door::invitation::show),
        write("/invitation/{token}", Visitor, door::invitation::accept),
        read("/", SignedIn, door::sign_in::start),
        read("/organisations", SignedIn, door::sign_in::organisations),
        read("/account", SignedIn, door::account::show),
        write("/account/sessions/end", SignedIn, door::account::end),
        write("/account/password", SignedIn, door::account::change_password),
        read("/account/confirm", SignedIn, door::proof::confirm_page),
        write("/account/confirm", SignedIn, door::proof::confirm),
        write("/account/app", SignedIn, door::factors::begin),
        read("/account/app", SignedIn, door::factors::show),
        write("/account/app/code", SignedIn, door::factors::finish),
        write("/account/factors/remove", SignedIn, door::factors::remove),
        write("/account/factors/keep", SignedIn, door::factors::keep),
        write("/account/codes", SignedIn, door::factors::make_codes),
        write("/account/passkey/ask", SignedIn, door::passkey::ask_new),
        write("/account/passkey", SignedIn, door::passkey::take_new),
        write("/account/confirm/passkey/ask", SignedIn, door::passkey::ask_again),
        write("/account/confirm/passkey", SignedIn, door::passkey::prove),
        write("/sign-out", SignedIn, door::sign_in::sign_out),
        write("/session/renew", SignedIn, door::sign_in::renew),
    ]
}

/// The router of the whole application.
pub fn router(app: Aloe) -> Router {
    let mut open = Router::new();
    let mut visitors = Router::new();
    let mut signed_in = Router::new();
    for mut route in table() {
        if route.path.starts_with("/api/") && route.method == "POST" {
            route.handler = route.handler.route_layer(from_fn(api::take_json));
        }
        if route.path.starts_with("/b/") {
            route.handler = route
                .handler
                .route_layer(from_fn_with_state(app.clone(), booking::front::in_language));
        }
        match route.access {
            Access::Anybody => open = open.route(route.path, route.handler),
            Access::Visitor => visitors = visitors.route(route.path, route.handler),
            _ => signed_in = signed_in.route(route.path, route.handler),
        }
    }
    let visitors = visitors.layer(from_fn_with_state(app.clone(), visitor::find_visitor));
    let signed_in = signed_in.layer(from_fn_with_state(app.clone(), session::find_session));
    // Assets are compressed once, at start-up.
    let pages = visitors.merge(signed_in).layer(CompressionLayer::new().gzip(true));
    open.merge(pages)
        .method_not_allowed_fallback(|headers: axum::http::HeaderMap| async move {
            crate::failure::Failure::OtherMethod.page(&headers)
        })
        .fallback(|headers: axum::http::HeaderMap| async move { crate::failure::Failure::Missing.page(&headers) })
        .layer(from_fn(guard::uncancelled))
        .layer(from_fn_with_state(app.clone(), guard::same_origin))
        .layer(from_fn_with_state(app.clone(), guard::paced))
        .layer(from_fn_with_state(app.clone(), source::find_source))
        .layer(from_fn(api::speak_json))
        .layer(from_fn(guard::headers))
        .with_state(app)
}
