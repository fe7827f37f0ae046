//! What tells a command where its installation is: the data folder, the key store, the database server.

use std::path::PathBuf;

use aloe_vault::{Admitted, KeyStoreChoice, NamedOverride, Pkcs11Settings};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::runtime::Trouble;

/// Options of every command. Each can be set in the environment as well.
#[derive(Args, Clone)]
pub struct Settings {
    /// The folder of the installation.
    #[arg(long, global = true, default_value = "var", env = "ALOE_DATA")]
    pub data: PathBuf,
    /// Where the master keys lie.
    #[arg(long, global = true, value_enum, default_value = "file", env = "ALOE_KEY_STORE")]
    pub key_store: KeyStoreKind,
    /// The master key file, outside the data folder; in a folder beside it (`var.keys`) when it is left out.
    #[arg(long, global = true, env = "ALOE_KEY_FILE")]
    pub key_file: Option<PathBuf>,
    /// Lets real people's data lie under a key file: "NAME; REASON; LAST DAY", such as "A. Operator; the device comes in May; 2027-05-31".
    #[arg(long, global = true, env = "ALOE_KEY_FILE_OVERRIDE")]
    pub key_file_override: Option<String>,
    /// The PKCS#11 module of the key device.
    #[arg(long, global = true, env = "ALOE_PKCS11_MODULE")]
    pub pkcs11_module: Option<PathBuf>,
    /// The label of the device's token.
    #[arg(long, global = true, env = "ALOE_PKCS11_TOKEN")]
    pub pkcs11_token: Option<String>,
    /// A file of mode 0600 with the token's user PIN, outside the data folder.
    #[arg(long, global = true, env = "ALOE_PKCS11_PIN_FILE")]
    pub pkcs11_pin_file: Option<PathBuf>,
    /// A PostgreSQL server to use instead of a private one:
    /// postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full&sslrootcert=FILE.
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
}

/// The kinds of key store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyStoreKind {
    /// A file of mode 0600.
    File,
    /// A device or service behind PKCS#11, which the keys never leave.
    Pkcs11,
}

impl Settings {
    /// Decides whether the key store may hold the keys of real people's data.
    ///
    /// # Errors
    /// A sentence that says what to configure.
    pub fn admit_key_store(&self) -> Result<Admitted, Trouble> {
        let choice = match self.key_store {
            KeyStoreKind::File => KeyStoreChoice::File,
            KeyStoreKind::Pkcs11 => KeyStoreChoice::Pkcs11,
        };
        let named = self.key_file_override.as_deref().map(read_override).transpose()?;
        let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
        let real_people = !aloe_db::sabotage::is_on("P5-file");
        let admitted = choice.admit(real_people, named.as_ref(), today);
        admitted.map_err(|refusal| {
            Trouble::Plain(format!(
                "{refusal} The options are --key-store pkcs11 and --key-file-override. To try Aloe with invented people, say --demo."
            ))
        })
    }

    /// How the key device is entered. `data_folders` must not hold the PIN file.
    ///
    /// # Errors
    /// A sentence about the option that is missing.
    pub fn pkcs11(&self, data_folders: Vec<PathBuf>) -> Result<Pkcs11Settings, Trouble> {
        let missing = |option: &str| Trouble::Plain(format!("--key-store pkcs11 needs {option} as well."));
        Ok(Pkcs11Settings {
            module: self.pkcs11_module.clone().ok_or_else(|| missing("--pkcs11-module"))?,
            token_label: self.pkcs11_token.clone().ok_or_else(|| missing("--pkcs11-token"))?,
            pin_file: self
                .pkcs11_pin_file
                .clone()
                .ok_or_else(|| missing("--pkcs11-pin-file"))?,
            data_folders,
        })
    }
}

fn read_override(text: &str) -> Result<NamedOverride, Trouble> {
    let shape = "--key-file-override reads \"NAME; REASON; LAST DAY\", such as \"A. Operator; the device comes in May; 2027-05-31\".";
    let mut parts = text.rsplitn(2, ';');
    let last: Option<Date> = parts.next().and_then(|day| day.trim().parse().ok());
    let who_and_why = parts.next().and_then(|rest| rest.split_once(';'));
    let ((name, reason), last) = who_and_why.zip(last).ok_or_else(|| Trouble::Plain(shape.into()))?;
    NamedOverride::by(name, reason, last).map_err(|error| Trouble::Plain(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(key_file_override: Option<&str>) -> Settings {
        Settings {
            data: "var".into(),
            key_store: KeyStoreKind::File,
            key_file: None,
            key_file_override: key_file_override.map(str::to_owned),
            pkcs11_module: None,
            pkcs11_token: None,
            pkcs11_pin_file: None,
            database_url: None,
        }
    }

    #[test]
    fn p5_real_people_need_a_device_or_somebody_who_answers_for_the_file() {
        let refused = settings(None).admit_key_store().unwrap_err().to_string();
        assert!(
            refused.contains("--key-store pkcs11") && refused.contains("--demo"),
            "{refused}"
        );
        let named = settings(Some("A. Operator; the device comes later; 2999-01-31"))
            .admit_key_store()
            .unwrap();
        assert!(matches!(named, Admitted::ByOverride(named) if named.name() == "A. Operator"));
        let over = settings(Some("A. Operator; it was late; 2020-01-31"))
            .admit_key_store()
            .unwrap_err()
            .to_string();
        assert!(over.contains("2020-01-31"), "{over}");
        for half in [
            "",
            "A. Operator",
            "A. Operator; why",
            "; why; 2999-01-31",
            "who; ; 2999-01-31",
        ] {
            assert!(settings(Some(half)).admit_key_store().is_err(), "{half}");
        }
    }

    #[test]
    fn a_device_needs_its_module_token_and_pin() {
        let mut device = Settings {
            key_store: KeyStoreKind::Pkcs11,
            ..settings(None)
        };
        assert!(
            device
                .pkcs11(Vec::new())
                .unwrap_err()
                .to_string()
                .contains("--pkcs11-module")
        );
        device.pkcs11_module = Some("m.so".into());
        device.pkcs11_token = Some("aloe".into());
        assert!(
            device
                .pkcs11(Vec::new())
                .unwrap_err()
                .to_string()
                .contains("--pkcs11-pin-file")
        );
        assert!(matches!(device.admit_key_store(), Ok(Admitted::Freely)));
    }
}
