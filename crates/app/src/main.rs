//! `aloe`: practice management and public booking in one program.

mod commands;
mod database;
mod demo;
mod import;
mod installation;
mod keys;
mod local_certificate;
mod runtime;
mod serve;
mod settings;

use std::process::ExitCode;

use clap::Parser;
use commands::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("aloe: cannot start its threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run_until_told(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("aloe: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serving stops by itself when it is told to. Any other command is let go, which stops the database that it started.
async fn run_until_told(cli: Cli) -> Result<(), runtime::Trouble> {
    if matches!(cli.command, Command::Serve(_)) {
        return run(cli).await;
    }
    let told_to_stop = serve::told_to_stop()?;
    tokio::select! {
        ended = run(cli) => ended,
        () = told_to_stop => Err(runtime::Trouble::Plain("stopped before it was done. Run it again: what is done stays done.".into())),
    }
}

async fn run(cli: Cli) -> Result<(), runtime::Trouble> {
    match cli.command {
        Command::Serve(options) => serve::serve(&cli.settings, &options).await,
        Command::Demo(options) => demo::fill(&cli.settings, &options).await,
        Command::Import(commands::ImportCommand::Patients(options)) => import::import(&cli.settings, &options).await,
        Command::Organisation(commands::OrganisationCommand::FactorLost(options)) => {
            commands::factor_lost(&cli.settings, &options).await
        }
        Command::Organisation(commands::OrganisationCommand::Invite(options)) => {
            commands::invite_owner(&cli.settings, &options).await
        }
        Command::Organisation(commands::OrganisationCommand::Create(options)) => {
            commands::create_organisation(&cli.settings, &options).await
        }
        Command::Alerts => commands::show_alerts(&cli.settings).await,
        Command::Keys(commands::KeysCommand::Status) => keys::status(&cli.settings).await,
        Command::Keys(commands::KeysCommand::RotateMaster { go_on }) => keys::rotate_master(&cli.settings, go_on).await,
        Command::Keys(commands::KeysCommand::RotateOrganisation { slug, go_on }) => {
            keys::rotate_organisation(&cli.settings, &slug, go_on).await
        }
        Command::Keys(commands::KeysCommand::Restore) => keys::restore(&cli.settings),
        Command::Keys(commands::KeysCommand::RecoveryKit { prove }) => keys::recovery_kit(&cli.settings, prove),
    }
}
