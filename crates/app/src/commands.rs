//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use aloe_db::error::DbError;
use aloe_db::organisations;
use aloe_domain::email::EmailAddress;
use aloe_domain::ids::OrganisationId;
use aloe_domain::name::PersonName;
use aloe_domain::permission::OrganisationKind;
use aloe_domain::text::OneLine;
use aloe_vault::{Token, TokenDomain};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::installation::Installation;
use crate::runtime::{self, Trouble};
use crate::settings::Settings;

/// Practice management and public booking.
#[derive(Parser)]
#[command(version)]
pub struct Cli {
    /// Where the installation is.
    #[command(flatten)]
    pub settings: Settings,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Serve the pages until told to stop.
    Serve(ServeOptions),
    /// Fill an installation with synthetic people.
    Demo(DemoOptions),
    /// Bring data in.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Organisations.
    #[command(subcommand)]
    Organisation(OrganisationCommand),
    /// Keys.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// What was noticed at the door of this installation, the newest first.
    Alerts,
}

/// Options of `serve`.
#[derive(Args)]
pub struct ServeOptions {
    /// Address and port; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:8443")]
    pub listen: SocketAddr,
    /// The address people use, when it differs.
    #[arg(long)]
    pub origin: Option<String>,
    /// Certificate chain in PEM; local ones are made without it.
    #[arg(long)]
    pub certificate: Option<PathBuf>,
    /// Its key in PEM.
    #[arg(long)]
    pub certificate_key: Option<PathBuf>,
    /// Requests that one source may send in a second, and four seconds' worth at once; 0 for no limit.
    #[arg(long, default_value_t = 100)]
    pub requests_per_second: u32,
    /// A proxy or load balancer in front of Aloe, as an address or a network; its X-Forwarded-For is believed. May be repeated.
    #[arg(
        long = "trusted-proxy",
        value_name = "NETWORK",
        env = "ALOE_TRUSTED_PROXIES",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<aloe_web::source::Network>,
    /// Codes by SMS that all booking pages together send in an hour at most: what an hour of misuse may cost.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(2..), env = "ALOE_SMS_PER_HOUR")]
    pub sms_per_hour: u32,
    /// The address to which alerts of the installation are mailed: passwords tried on many accounts, SMS by the dozen.
    #[arg(long, env = "ALOE_OPERATOR_MAIL")]
    pub operator_mail: Option<String>,
    /// What new passwords are hashed with; hashes of the other kind are verified all the same.
    #[arg(long, value_enum, default_value = "argon2id", env = "ALOE_PASSWORD_HASH")]
    pub password_hash: PasswordHash,
    /// A demonstration: synthetic people, messages shown instead of sent.
    #[arg(long)]
    pub demo: bool,
}

/// The ways to hash a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PasswordHash {
    /// Argon2id, fitted to a tenth of a second on this machine and never below OWASP's minimum.
    Argon2id,
    /// bcrypt, for those who must have it: its passwords end at 71 bytes.
    Bcrypt,
}

/// Options of `demo`.
#[derive(Args)]
pub struct DemoOptions {
    /// How many organisations.
    #[arg(long, default_value_t = 2)]
    pub organisations: usize,
    /// How many patients in each.
    #[arg(long, default_value_t = 400)]
    pub patients: usize,
    /// Makes the same people again.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The address of the pages, for the list of sign-ins.
    #[arg(long, default_value = "https://localhost:8443")]
    pub origin: String,
}

/// Commands that bring data in.
#[derive(Subcommand)]
pub enum ImportCommand {
    /// Patients from a CSV file.
    Patients(ImportOptions),
}

/// Options of `import patients`.
#[derive(Args)]
pub struct ImportOptions {
    /// The file, UTF-8, with a header.
    pub file: PathBuf,
    /// The organisation's part of the public address.
    #[arg(long)]
    pub organisation: String,
    /// A column of another name: ours=theirs. May repeat.
    #[arg(long)]
    pub map: Vec<String>,
    /// Read and check, write nothing but the file of rejected lines.
    #[arg(long)]
    pub dry_run: bool,
    /// `synthetic` or `de-identified`: your word, kept in the trail.
    #[arg(long)]
    pub data_is: Option<String>,
}

/// Commands about organisations.
#[derive(Subcommand)]
pub enum OrganisationCommand {
    /// Make an organisation and invite its first owner.
    Create(CreateOptions),
    /// Invite the first owner again, of an organisation that nobody belongs to yet.
    Invite(InviteOptions),
    /// Turn off the lost second factor of an organisation's only owner, a day from now.
    FactorLost(FactorLostOptions),
}

/// Options of `organisation create`.
#[derive(Args)]
pub struct CreateOptions {
    /// Its name.
    #[arg(long)]
    name: String,
    /// Its part of the public address: small letters, digits, hyphens.
    #[arg(long)]
    slug: String,
    /// `practice` or `public_office`.
    #[arg(long, default_value = "practice")]
    kind: String,
    #[command(flatten)]
    owner: OwnerOptions,
}

/// Who is to own an organisation first, and who says so.
#[derive(Args)]
struct OwnerOptions {
    /// The first owner's e-mail address.
    #[arg(long)]
    owner_email: String,
    /// The first owner's name.
    #[arg(long)]
    owner_name: String,
    /// Who makes it, for the trail.
    #[arg(long, default_value = "operator")]
    operator: String,
    /// The address of the pages, for the invitation's link; the running server's when it is left out.
    #[arg(long)]
    origin: Option<String>,
}

impl OwnerOptions {
    fn who(&self) -> Result<(EmailAddress, PersonName), Trouble> {
        let email = EmailAddress::parse(&self.owner_email).map_err(|e| Trouble::Plain(e.to_string()))?;
        let name = PersonName::parse(&self.owner_name).map_err(|e| Trouble::Plain(format!("--owner-name: {e}")))?;
        Ok((email, name))
    }

    /// Says on standard output which link the owner opens.
    fn print_link(&self, installation: &Installation, token: &Token) {
        let running = runtime::running(&installation.places()).map(|running| running.origin);
        let origin = self.origin.clone().or(running);
        let origin = origin.unwrap_or_else(|| "https://localhost:8443".to_owned());
        println!("{origin}/invitation/{}", token.to_text().expose());
    }
}

/// Options of `organisation factor-lost`.
#[derive(Args)]
pub struct FactorLostOptions {
    /// Its part of the public address.
    #[arg(long)]
    slug: String,
    /// The only owner's e-mail address.
    #[arg(long)]
    owner_email: String,
    /// Who asks, for the trail.
    #[arg(long)]
    operator: String,
    /// How it was made sure that the owner asked, for the trail.
    #[arg(long)]
    purpose: String,
}

/// Options of `organisation invite`.
#[derive(Args)]
pub struct InviteOptions {
    /// Its part of the public address.
    #[arg(long)]
    slug: String,
    #[command(flatten)]
    owner: OwnerOptions,
}

/// Commands about keys.
#[derive(Subcommand)]
pub enum KeysCommand {
    /// Say which keys there are.
    Status,
    /// Make a new master key and wrap every organisation's key under it. Cut short, it goes on at the next run.
    RotateMaster {
        /// Go on with a rotation that was cut short, without making another key.
        #[arg(long)]
        go_on: bool,
    },
    /// Make a new version of one organisation's key and carry over what lies under earlier ones, while everybody works on.
    RotateOrganisation {
        /// The organisation's part of the public address.
        slug: String,
        /// Go on with a rotation that was cut short, without making another key.
        #[arg(long)]
        go_on: bool,
    },
    /// Restore the master key file from a recovery kit, typed on standard input.
    Restore,
    /// Print the recovery kit of the current master key.
    RecoveryKit {
        /// Prove a printed kit by typing it back, on standard input.
        #[arg(long)]
        prove: bool,
    },
}

fn is_slug(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (2..=63).contains(&text.len()) && text.bytes().all(fits) && !text.starts_with('-')
}

/// Makes an organisation and prints the invitation of its first owner.
///
/// # Errors
/// A sentence about what is wrong and what to do.
pub async fn create_organisation(settings: &Settings, options: &CreateOptions) -> Result<(), Trouble> {
    let kind = OrganisationKind::from_code(&options.kind)
        .ok_or_else(|| Trouble::Plain("--kind is practice or public_office.".into()))?;
    let (email, owner) = options.owner.who()?;
    let name = OneLine::<120>::parse(&options.name).map_err(|e| Trouble::Plain(format!("--name: {e}")))?;
    if !is_slug(&options.slug) {
        return Err(Trouble::Plain(
            "--slug is a part of an address: two to 63 small letters, digits and hyphens, such as fynbos-health."
                .into(),
        ));
    }
    let installation = Installation::open(settings)?;
    let opened = runtime::reach(&installation, settings).await?;
    if opened.doors.find_organisation(&options.slug).await?.is_some() {
        return Err(Trouble::Plain(format!(
            "the address {} is taken. Choose another --slug.",
            options.slug
        )));
    }
    let id = OrganisationId::fresh();
    let token = Token::random().map_err(|e| Trouble::Plain(e.to_string()))?;
    let hash = token.hash(TokenDomain::INVITATION);
    let mut tx = opened
        .doors
        .operator(id, &options.owner.operator, "making the organisation")
        .await?;
    organisations::create(&mut tx, &options.slug, kind, name.as_str(), false).await?;
    installation.keys.make_first(&mut tx).await?;
    aloe_db::settings::publish_notice(&mut tx, crate::demo::PRIVACY_NOTICE).await?;
    organisations::invite_first_owner(&mut tx, &email, owner.as_str(), &hash).await?;
    tx.commit().await?;
    println!(
        "{} is made. Its first owner joins with this link within thirty minutes:",
        options.name
    );
    options.owner.print_link(&installation, &token);
    Ok(())
}

/// Asks that the lost second factor of an organisation's only owner be turned off: everybody else asks a colleague.
///
/// # Errors
/// A sentence about what is wrong and what to do.
pub async fn factor_lost(settings: &Settings, options: &FactorLostOptions) -> Result<(), Trouble> {
    let email = EmailAddress::parse(&options.owner_email).map_err(|e| Trouble::Plain(e.to_string()))?;
    let installation = Installation::open(settings)?;
    let opened = runtime::reach(&installation, settings).await?;
    let unknown = || Trouble::Plain(format!("there is no organisation at {}.", options.slug));
    let found = opened
        .doors
        .find_organisation(&options.slug)
        .await?
        .ok_or_else(unknown)?;
    let mut tx = opened
        .doors
        .operator(found.id, &options.operator, &options.purpose)
        .await?;
    let due = organisations::ask_owner_factor_removal(&mut tx, &email).await?;
    tx.commit().await?;
    let due = due.ok_or_else(|| {
        Trouble::Plain("this address is not of the organisation's only owner, or has no second factor. Where there are two owners, the other one turns it off on the team page.".into())
    })?;
    println!("The second factor is turned off at {due}, unless its owner signs in with it before.");
    Ok(())
}

/// Invites the first owner of an organisation again, when the link was not opened in time.
///
/// # Errors
/// A sentence about what is wrong and what to do.
pub async fn invite_owner(settings: &Settings, options: &InviteOptions) -> Result<(), Trouble> {
    let (email, owner) = options.owner.who()?;
    let installation = Installation::open(settings)?;
    let opened = runtime::reach(&installation, settings).await?;
    let unknown = || Trouble::Plain(format!("there is no organisation at {}.", options.slug));
    let found = opened
        .doors
        .find_organisation(&options.slug)
        .await?
        .ok_or_else(unknown)?;
    let token = Token::random().map_err(|e| Trouble::Plain(e.to_string()))?;
    let hash = token.hash(TokenDomain::INVITATION);
    let operator = &options.owner.operator;
    let mut tx = opened
        .doors
        .operator(found.id, operator, "inviting the first owner again")
        .await?;
    match organisations::invite_first_owner(&mut tx, &email, owner.as_str(), &hash).await {
        Err(DbError::Denied) => {
            return Err(Trouble::Plain(
                "somebody belongs to this organisation already: its owners invite everybody else.".into(),
            ));
        }
        invited => invited?,
    }
    tx.commit().await?;
    println!("{} joins with this link within thirty minutes:", owner.as_str());
    options.owner.print_link(&installation, &token);
    Ok(())
}

/// Prints what was noticed at the door of this installation, the newest first.
///
/// # Errors
/// When the database cannot be reached.
pub async fn show_alerts(settings: &Settings) -> Result<(), Trouble> {
    let installation = Installation::open(settings)?;
    let opened = runtime::reach(&installation, settings).await?;
    let alerts = opened.doors.operator_alerts(100).await?;
    if alerts.is_empty() {
        println!("Nothing was noticed.");
    }
    for alert in alerts {
        let (title, body) = aloe_web::operator_words(&alert.kind, &alert.subject, &alert.detail);
        let (first, last) = (alert.raised_at, alert.last_at);
        println!("{first:.0} to {last:.0}, {} times: {title}. {body}", alert.times);
    }
    Ok(())
}
