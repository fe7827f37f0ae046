//! `aloe serve`: the pages, the jobs, the dispatcher, until told to stop.

use std::num::NonZeroUsize;
use std::time::Duration;

use aloe_db::doors::Doors;
use aloe_vault::{Admitted, BcryptCost, HashScheme, PasswordHasher, PasswordParameters, PasswordWorkers};
use aloe_web::edge::{Certificate, Edge};
use aloe_web::state::{Aloe, Change, WebConfig};
use tokio::sync::watch;

use crate::commands::{PasswordHash, ServeOptions};
use crate::installation::{Installation, write_private};
use crate::local_certificate;
use crate::runtime::{self, Running, Trouble};
use crate::settings::Settings;

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// A sentence about what is wrong and what to do.
pub async fn serve(settings: &Settings, options: &ServeOptions) -> Result<(), Trouble> {
    if !options.demo
        && let Admitted::ByOverride(named) = settings.admit_key_store()?
    {
        eprintln!(
            "The master key lies in a file. {} answers for it until {}: {}",
            named.name(),
            named.expires(),
            named.reason()
        );
    }
    let installation = Installation::open(settings)?;
    if installation.fresh {
        eprintln!(
            "A new master key was made. Print its recovery kit with `aloe keys recovery-kit` and keep it in a safe."
        );
    }
    let _alone = installation.serve_alone()?;
    // Before anything is started: a signal that comes meanwhile stops it in order too.
    let told_to_stop = told_to_stop()?;
    let opened = runtime::start(&installation, settings).await?;
    let (synthetic, _) = opened.doors.count_organisations().await?;
    if synthetic > 0 && !options.demo {
        return Err(Trouble::Plain("this installation was filled with synthetic people, whose passwords lie in demo.json: it is served with --demo only. Real people get an installation of their own, with another --data.".into()));
    }
    let certificate = certificate(&installation, options)?;
    let edge = Edge::listen(options.listen, certificate, options.trusted_proxies.clone()).await?;
    let port = edge.address().map_or(0, |address| address.port());
    let origin = options
        .origin
        .clone()
        .unwrap_or_else(|| format!("https://localhost:{port}"));
    let config = WebConfig {
        installation: installation.short_id(),
        origin: origin.clone(),
        requests_per_second: options.requests_per_second,
        demonstration: options.demo,
        trusted_proxies: options.trusted_proxies.clone(),
        sms_per_hour: options.sms_per_hour,
        operator_mail: options.operator_mail.clone(),
    };
    let passwords = password_workers(options.password_hash)?;
    let app = Aloe::new(
        opened.doors.clone(),
        installation.keys.clone(),
        &installation.key,
        passwords,
        config,
    );
    let running = Running {
        pid: std::process::id(),
        database_port: opened.server.port,
        origin: origin.clone(),
        demonstration: options.demo,
    };
    let text = serde_json::to_string(&running).map_err(|e| Trouble::Plain(e.to_string()))?;
    write_private(&installation.places().running(), &text)?;
    let (stop, stopped) = watch::channel(false);
    let work = [
        tokio::spawn(do_jobs(opened.doors.clone(), stopped.clone())),
        tokio::spawn(tell_changes(opened.doors.clone(), app.clone(), stopped.clone())),
        tokio::spawn(watch_door(app.clone(), stopped.clone())),
        tokio::spawn(answer_resets(app.clone(), stopped.clone())),
        tokio::spawn(keep_house(opened.doors.clone(), stopped.clone())),
    ];
    eprintln!("Aloe is open at {origin}/");
    tokio::select! {
        () = edge.serve(aloe_web::routes::router(app), stopped) => {}
        () = told_to_stop => {
            let _ = stop.send(true);
        }
    }
    for task in work {
        let _ = tokio::time::timeout(Duration::from_secs(5), task).await;
    }
    let _ = std::fs::remove_file(installation.places().running());
    if let Some(cluster) = opened.cluster {
        tokio::task::block_in_place(|| cluster.stop())?;
    }
    eprintln!("Aloe has stopped.");
    Ok(())
}

fn certificate(installation: &Installation, options: &ServeOptions) -> Result<Certificate, Trouble> {
    match (&options.certificate, &options.certificate_key) {
        (Some(chain), Some(key)) => Ok(Certificate::read(chain.clone(), key.clone())?),
        (None, None) => {
            let files = local_certificate::ensure(&installation.places().tls())?;
            Ok(Certificate::read(files.chain, files.key)?)
        }
        _ => Err(Trouble::Plain(
            "--certificate and --certificate-key belong together: give both or neither.".into(),
        )),
    }
}

/// How long one hash is to take.
const HASH_TIME: Duration = Duration::from_millis(100);

/// Threads that hash passwords: one for each core, of the lowest priority, so that a flood of sign-ins slows sign-ins only.
fn password_workers(hash: PasswordHash) -> Result<PasswordWorkers, Trouble> {
    let plain = |e: &dyn std::fmt::Display| Trouble::Plain(e.to_string());
    let scheme = match hash {
        PasswordHash::Argon2id => PasswordParameters::calibrate(HASH_TIME).map(HashScheme::Argon2id),
        PasswordHash::Bcrypt => BcryptCost::calibrate(HASH_TIME).map(HashScheme::Bcrypt),
    };
    let hasher = PasswordHasher::with(scheme.map_err(|e| plain(&e))?);
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let waiting = NonZeroUsize::MIN.saturating_add(63);
    PasswordWorkers::start(hasher, threads, waiting).map_err(|e| plain(&e))
}

/// Listens for SIGINT and SIGTERM from now on, and ends at the first.
pub fn told_to_stop() -> Result<impl Future<Output = ()>, Trouble> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(|e| Trouble::io("listening for signals", e));
    let (mut terminated, mut interrupted) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

async fn pause(stopped: &mut watch::Receiver<bool>, time: Duration) -> bool {
    tokio::select! {
        () = tokio::time::sleep(time) => true,
        _ = stopped.changed() => false,
    }
}

async fn do_jobs(doors: Doors, mut stopped: watch::Receiver<bool>) {
    loop {
        let wait = match doors.do_due_jobs().await {
            Ok(0) => Duration::from_millis(500),
            // Jobs that are taken together share what it costs to enter: a few are left to gather for a moment. Many at once
            // would take a processor from the requests for as long: with 64 instead of 16, p99 of a booking went from 33 ms to 58.
            Ok(1..=4) => Duration::from_millis(100),
            Ok(_) => Duration::ZERO,
            Err(error) => {
                tracing::error!(%error, "a job failed and is due again");
                Duration::from_secs(5)
            }
        };
        if *stopped.borrow() || !pause(&mut stopped, wait).await {
            return;
        }
    }
}

/// Answers those who asked for a new password.
async fn answer_resets(app: Aloe, mut stopped: watch::Receiver<bool>) {
    while pause(&mut stopped, Duration::from_millis(500)).await {
        if let Err(error) = aloe_web::answer_resets(&app).await {
            tracing::error!(?error, "a request for a new password waits");
        }
    }
}

/// Looks at what happened at the door, and tells whoever should know.
async fn watch_door(app: Aloe, mut stopped: watch::Receiver<bool>) {
    while pause(&mut stopped, Duration::from_secs(1)).await {
        if let Err(error) = aloe_web::watch_door(&app).await {
            tracing::error!(?error, "the door is not watched");
        }
    }
}

async fn tell_changes(doors: Doors, app: Aloe, mut stopped: watch::Receiver<bool>) {
    let listener = tokio::spawn(doors.clone().listen(move |organisation, topic| {
        // Nobody listens when no page is open.
        let _ = app.changes.send(Change { organisation, topic });
    }));
    while pause(&mut stopped, Duration::from_millis(250)).await {
        if let Err(error) = doors.dispatch_changes().await {
            tracing::error!(%error, "changes could not be told");
        }
    }
    listener.abort();
}

async fn look_at_fence(doors: &Doors) {
    match doors.fence_faults().await {
        Ok(faults) => {
            for fault in faults {
                tracing::error!(%fault, "the database's fence is broken: stop Aloe, mend it, and look through the trail");
            }
        }
        Err(error) => tracing::error!(%error, "the fence could not be looked at"),
    }
}

/// Minutes between two looks at the fence.
const FENCE_EVERY: u32 = 24 * 60;

async fn keep_house(doors: Doors, mut stopped: watch::Receiver<bool>) {
    let mut minutes = 0;
    while pause(&mut stopped, Duration::from_secs(60)).await {
        if let Err(error) = doors.tidy().await {
            tracing::error!(%error, "housekeeping failed");
        }
        minutes = (minutes + 1) % FENCE_EVERY;
        if minutes == 0 {
            look_at_fence(&doors).await;
        }
    }
}
